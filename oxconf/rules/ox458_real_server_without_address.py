"""OX458: a server behind a director does not have the address that it is called at."""

import re
from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import place_of
from oxconf.rules._directed import directed
from oxconf.rules._rule import Finding, Rule, Severity

_NETWORK = ("/etc/network/", "/etc/systemd/", "/etc/netplan/", "/etc/NetworkManager/", "/etc/rc.local")
"""Where addresses of interfaces are set."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for the address in the network's files of each real server, where all of its files are known."""
    seen: set[tuple[str, str]] = set()
    for each in directed(evidence):
        address = str(each.service.address)
        for server, host in each.servers(evidence) if each.is_direct else ():
            if not host.complete or (host.name, address) in seen or _has(host, address):
                continue
            seen.add((host.name, address))
            yield RULE.finding(
                f"{each.director.name} sends calls for {address} to {host.name}, and no file of {host.name} gives it "
                "that address",
                place_of(host, "bind_address", "port")
                if host.is_database
                else Place(host.name, "/etc/network"),
                each.file.at(server.line),
            )


def _has(host: HostEvidence, address: str) -> bool:
    if address in host.own_addresses:
        return True
    found = re.compile(rf"(?<![0-9.]){re.escape(address)}(?![0-9.])")
    texts = (file.text for path, file in host.files.items() if path.startswith(_NETWORK))
    # What takes an address away when a unit stops gives none.
    return any(found.search(line) and " del" not in line for text in texts for line in text.splitlines())


RULE = Rule(
    code="OX458",
    name="real-server-without-address",
    severity=Severity.ERROR,
    title="A server behind a director does not have the address that it is called at",
    why=(
        "With direct routing the packet arrives with the shared address as its destination. A host that does not have "
        "it drops the packet, and the health check, which asks at the host's own address, stays content: calls that "
        "LVS gives to this server hang until they time out."
    ),
    remedy=(
        "Add the address as /32 to lo of the server, with oxconf-lvs-addresses.service or with the network's own "
        "files, after the settings of ARP."
    ),
    source="LVS, direct routing; measured with keepalived 2.2 and Linux 6.1",
    daemons="keepalived -t: no word; it sees one host.",
    check=check,
)
