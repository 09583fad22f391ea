"""OX701: two services of one host want the same port."""

from collections.abc import Iterator
from itertools import combinations

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._sockets import Socket, neighbours, sockets


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare what listens on each host, port by port; what clashes on several hosts is told once."""
    clashes: dict[tuple[str, str, int], list[tuple[Socket, Socket]]] = {}
    for host in evidence.hosts:
        by_port: dict[int, list[Socket]] = {}
        for socket in (*sockets(host), *neighbours(host)):
            if socket.port is not None:
                by_port.setdefault(socket.port, []).append(socket)
        for port, found in by_port.items():
            for one, other in combinations(found, 2):
                if one.overlaps(other) and not (_is_cache(one) and _is_cache(other)):
                    clashes.setdefault((one.service, other.service, port), []).append((one, other))
    for (service, beside, port), pairs in clashes.items():
        ones, others = zip(*pairs, strict=True)
        hosts = listed(dict.fromkeys(one.place.host for one in ones))
        yield RULE.finding(
            f"on {hosts} both {service} ({_addresses(ones)}) and {beside} ({_addresses(others)}) listen on port {port}",
            *(socket.place for pair in pairs for socket in pair),
        )


def _addresses(several: tuple[Socket, ...]) -> str:
    addresses = {str(socket.address): None for socket in several}
    return next(iter(addresses)) if len(addresses) == 1 else "an address of each"


def _is_cache(socket: Socket) -> bool:
    """Two caches on one port are a matter of the family OX6xx."""
    return socket.place.path.endswith(".ccf")


RULE = Rule(
    code="OX701",
    name="port-clash",
    severity=Severity.ERROR,
    title="Two services of a host listen on the same port",
    why=(
        "The one that starts second does not start, and after a reboot that may be the other one. Two listeners of one "
        "HAProxy both start and share the connections at random, writes among them."
    ),
    remedy=(
        "Give one of them another port, or bind each to an address of its own; 127.0.0.1 and the host's own address "
        "may have the same port, every address (*) clashes with both. In cluster.toml: database.read_port, "
        "database.write_port, ox.ajp_port; network.ssh_port says where sshd listens."
    ),
    source="bind(2), EADDRINUSE",
    daemons="haproxy -c: valid, also for two listeners on one port. mariadbd --help --verbose: no word.",
    check=check,
)
