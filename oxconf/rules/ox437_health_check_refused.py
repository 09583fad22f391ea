"""OX437: the health check of a database server does not answer a host that asks it."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from attrs import frozen

from oxconf.artifacts.clustercheck import ClustercheckSocket
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.deployment.topology import CLUSTERCHECK_PORT
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._addresses import is_ipv4, reached
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import unit

WORDS = {"localhost": ("127.0.0.0/8",), "any": ("0.0.0.0/0",)}
"""What systemd.resource-control(5) lets stand for addresses; the others of its words are not the cluster's."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the addresses that the socket allows with the hosts whose HAProxy or keepalived asks it.

    Who asks its own host calls from the address that it calls.
    """
    doors = {host.name: _door(host) for host in evidence.hosts}
    for host in evidence.hosts:
        asked: dict[str, Place] = {}
        for address, place in _asked(host):
            asked.setdefault(address, place)
        for address, place in asked.items():
            node = reached(evidence, host, address)
            callers = host.facts.addresses
            if node is host:
                callers = (address,) if is_ipv4(address) else ()
            door = doors[node.name] if node else None
            if node is not None and door is not None and not door.lets_in(callers):
                whose = "its own health check" if node is host else f"the health check of {host.name}"
                yield RULE.finding(
                    f"{node.name} does not answer {whose} ({', '.join(callers)})",
                    door.place,
                    place,
                )


def _asked(host: HostEvidence) -> Iterator[tuple[str, Place]]:
    """Yield the addresses whose health check a host asks."""
    for proxy in host.each(HaproxyCfg):
        for listener in proxy.artifact.listeners:
            for server in listener.servers:
                if server.check_port == CLUSTERCHECK_PORT:
                    yield server.address, proxy.at(server.line)
    for director in host.each(KeepalivedConf):
        for service in director.artifact.virtual_servers:
            for real in service.servers:
                if any(check.connect_port == CLUSTERCHECK_PORT for check in real.checks):
                    yield str(real.address), director.at(real.line)


@frozen
class _Door:
    """Whom the socket of a node lets in although it is closed to all others, and the line that closes it."""

    place: Place
    allowed: tuple[IPv4Network | IPv6Network, ...]

    def lets_in(self, callers: tuple[str, ...]) -> bool:
        """Whether every caller may ask."""
        return all(any(ip_address(caller) in network for network in self.allowed) for caller in callers)


def _door(node: HostEvidence) -> _Door | None:
    """Return the door of a node's health check, None when it is open to all or not known."""
    if ClustercheckSocket.path not in node.files:
        return None
    document = node.document(unit.parse, ClustercheckSocket.path)
    denied = document.values("Socket", "IPAddressDeny")
    if not any("any" in entry.value.split() for entry in denied):
        return None
    allowed = []
    for entry in document.values("Socket", "IPAddressAllow"):
        for word in entry.value.split():
            for text in WORDS.get(word, (word,)):
                try:
                    allowed.append(ip_network(text, strict=False))
                except ValueError:
                    # A word that is none of an address: what it allows is not known.
                    return None
    return _Door(Place(node.name, ClustercheckSocket.path, denied[0].line), tuple(dict.fromkeys(allowed)))


RULE = Rule(
    code="OX437",
    name="health-check-refused",
    severity=Severity.ERROR,
    title="The health check of a database server does not answer a host that asks it",
    why=(
        "The HAProxy or the director of that host takes the server for dead. Where no server answers it, its OX has no "
        "database, while all other nodes work; where no server answers a director, no node has one."
    ),
    remedy="Add IPAddressAllow= with the host's address to clustercheck.socket; then restart the socket.",
    source=(
        "systemd.resource-control(5): IPAddressDeny=any refuses whoever IPAddressAllow= does not name; measured: "
        "HAProxy asks its own host from the address that it calls, and localhost is 127.0.0.0/8 alone"
    ),
    daemons="haproxy -c and systemd-analyze verify: accepted.",
    check=check,
)
