"""OX437: the health check of a database server does not answer a host that asks it."""

from collections.abc import Iterator
from ipaddress import ip_network

from oxconf.artifacts.clustercheck import ClustercheckSocket
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.deployment.topology import CLUSTERCHECK_PORT
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._addresses import is_ipv4, reached
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import unit

WORDS = {"localhost": ("127.0.0.0/8",), "any": ("0.0.0.0/0",)}
"""What systemd.resource-control(5) lets stand for addresses; the others of its words are not the cluster's."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the addresses that the socket allows with the hosts whose HAProxy asks it.

    Who asks its own host calls from the address that it calls.
    """
    for proxy in evidence.find(HaproxyCfg):
        asked: dict[str, Place] = {}
        for listener in proxy.artifact.listeners:
            for server in listener.servers:
                if server.check_port == CLUSTERCHECK_PORT:
                    asked.setdefault(server.address, proxy.at(server.line))
        for address, place in asked.items():
            node = reached(evidence, proxy.host, address)
            callers = proxy.host.facts.addresses
            if node is proxy.host:
                callers = (address,) if is_ipv4(address) else ()
            refusing = _refuses(node, callers) if node else None
            if node is not None and refusing is not None:
                whose = (
                    "its own health check" if node is proxy.host else f"the health check of {proxy.host.name}"
                )
                yield RULE.finding(
                    f"{node.name} does not answer {whose} ({', '.join(callers)})",
                    refusing,
                    place,
                )


def _refuses(node: HostEvidence, callers: tuple[str, ...]) -> Place | None:
    """Return the line that closes the socket to one of the callers, None when it is open or nothing is known."""
    if ClustercheckSocket.path not in node.files or not callers:
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
    for caller in callers:
        network = ip_network(caller)
        if not any(network.version == each.version and network.subnet_of(each) for each in allowed):  # type: ignore[arg-type]
            return Place(node.name, ClustercheckSocket.path, denied[0].line)
    return None


RULE = Rule(
    code="OX437",
    name="health-check-refused",
    severity=Severity.ERROR,
    title="The health check of a database server does not answer a host that asks it",
    why=(
        "The HAProxy of that host takes the server for dead. Where no server answers it, its OX has no database, while "
        "all other nodes work."
    ),
    remedy="Add IPAddressAllow= with the host's address to clustercheck.socket; then restart the socket.",
    source=(
        "systemd.resource-control(5): IPAddressDeny=any refuses whoever IPAddressAllow= does not name; measured: "
        "HAProxy asks its own host from the address that it calls, and localhost is 127.0.0.0/8 alone"
    ),
    daemons="haproxy -c and systemd-analyze verify: accepted.",
    check=check,
)
