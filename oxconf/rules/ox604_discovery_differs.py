"""OX604: caches look for each other in different multicast groups."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._caches import SESSIONS, SHARED, Cache, caches, discovers, named
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones

DEFAULT_ADDRESS, DEFAULT_PORT = "228.5.6.7", 6789
"""Where JCS looks for the others when the file does not say."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare group and port of all processes that find each other by multicast."""
    for kinds in (SHARED, SESSIONS):
        known = [(cache, _group(cache)) for cache in caches(evidence, kinds) if discovers(cache)]
        for cache, reference in odd_ones((cache, group) for cache, group in known if group is not None):
            yield RULE.finding(
                f"{named(cache)} looks for the others at {_shown(cache)}, {named(reference)} at {_shown(reference)}",
                cache.place("udp_discovery_address"),
                reference.place("udp_discovery_address"),
            )


def _group(cache: Cache) -> tuple[str, int] | None:
    artifact = cache.artifact
    address, port = artifact.udp_discovery_address, artifact.udp_discovery_port
    known = {"udp_discovery_address": address, "udp_discovery_port": port}
    if any(value is None and name in artifact.lines for name, value in known.items()):
        # It can not be read, which is OX001's.
        return None
    return str(address or DEFAULT_ADDRESS), port or DEFAULT_PORT


def _shown(cache: Cache) -> str:
    address, port = _group(cache) or ("", 0)
    artifact = cache.artifact
    given = artifact.udp_discovery_address is not None and artifact.udp_discovery_port is not None
    return f"{address}:{port}" if given else f"{address}:{port} (by default)"


RULE = Rule(
    code="OX604",
    name="discovery-differs",
    severity=Severity.ERROR,
    title="Caches that belong together use different multicast groups or ports",
    why=(
        "The processes do not find each other, and nothing says so. A change on one node stays unknown on the other: "
        "users see old folders, rights and settings there."
    ),
    remedy="Give UdpDiscoveryAddr and UdpDiscoveryPort the same values in cache.ccf of both processes on every node.",
    source="the tutorial: 224.0.0.1 and 6780 on every node and for both processes; JCS: 228.5.6.7 and 6789 by default",
    daemons="OX starts; netstat shows no connections between the nodes.",
    check=check,
)
