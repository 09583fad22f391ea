"""OX607: a cache has both ways to find the others, or none."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._caches import SESSIONS, SHARED, caches, connected, discovers, named, servers
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at TcpServers and UdpDiscoveryEnabled of every cache file; discovery is on where the file says nothing."""
    for cache in caches(evidence, (*SHARED, *SESSIONS)):
        if not connected(cache):
            continue
        if servers(cache) and discovers(cache):
            said = "is on" if cache.artifact.udp_discovery_enabled else "is on by default"
            yield RULE.finding(
                f"{named(cache)} has TcpServers, and UdpDiscoveryEnabled {said}",
                cache.place("udp_discovery_enabled"),
                cache.place("tcp_servers"),
            )
        elif not servers(cache) and not discovers(cache):
            yield RULE.finding(
                f"{named(cache)} has no TcpServers, and UdpDiscoveryEnabled is off",
                cache.place("udp_discovery_enabled"),
            )


RULE = Rule(
    code="OX607",
    name="discovery-or-list",
    severity=Severity.ERROR,
    title="A cache has both TcpServers and discovery, or neither",
    why=(
        "Without either the process is alone, with both it is connected twice or not at all: changes of other nodes "
        "do not arrive, and users see old folders, rights and settings."
    ),
    remedy=(
        "Set UdpDiscoveryEnabled=true and take TcpServers out, or list every other process in TcpServers and set "
        "UdpDiscoveryEnabled=false."
    ),
    source="cache.ccf as shipped: static servers and discovery exclude each other; JCS: discovery is on by default",
    daemons="java.util.Properties: silent. OX starts.",
    check=check,
)
