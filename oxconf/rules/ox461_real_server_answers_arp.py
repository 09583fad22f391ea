"""OX461: a server behind a director answers ARP for the shared address."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import place_of
from oxconf.rules._directed import directed, kernel_settings
from oxconf.rules._rule import Finding, Rule, Severity

WANTED = {"arp_ignore": 1, "arp_announce": 2}
"""The least values; the kernel takes the greater of `all` and of the interface."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the files of sysctl of each real server, where all of its files are known."""
    seen: set[str] = set()
    for each in directed(evidence):
        for server, host in each.servers(evidence) if each.is_direct else ():
            if not host.complete or host.name in seen:
                continue
            seen.add(host.name)
            low = {name: place for name, least in WANTED.items() if (place := _too_low(host, name, least))}
            if low:
                yield RULE.finding(
                    f"{host.name} is behind the director {each.director.name} without "
                    f"{listed(f'{name}={WANTED[name]}' for name in low)}",
                    *dict.fromkeys(low.values()),
                    each.file.at(server.line),
                )


def _too_low(host: HostEvidence, name: str, least: int) -> Place | None:
    """Return where to look, or None where the setting of all interfaces or of any one is high enough."""
    found = kernel_settings(host, rf"net\.ipv4\.conf\.[^.]+\.{name}")
    if any(not value.isdigit() or int(value) >= least for value, _ in found.values()):
        return None
    return next((place for _, place in found.values()), place_of(host, "bind_address", "port"))


RULE = Rule(
    code="OX461",
    name="real-server-answers-arp",
    severity=Severity.ERROR,
    title="A server behind a director answers ARP for the shared address",
    why=(
        "The server has the address on lo, and Linux answers ARP for each of its addresses on every interface. Whoever "
        "hears it first sends all calls to this one server, past the director and its health checks: writes go to "
        "several servers, or to one that is not fit."
    ),
    remedy=(
        "Write net.ipv4.conf.all.arp_ignore = 1 and net.ipv4.conf.all.arp_announce = 2 into /etc/sysctl.d on every "
        "server behind a director."
    ),
    source="Linux, ip-sysctl: arp_ignore and arp_announce; measured with Linux",
    daemons="keepalived -t: no word; it sees one host.",
    check=check,
)
