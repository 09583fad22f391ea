"""OX713: the caches look for each other by multicast, and no route says through which interface."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit
from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._caches import SESSIONS, SHARED, discovers, of_host
from oxconf.rules._rule import Finding, Rule, Severity

_ELSEWHERE = ("/etc/network/", "/etc/systemd/network/", "/etc/netplan/", "/etc/systemd/system/")
_NETWORK = re.compile(r"\b(22[4-9]|23[0-9])(?:\.[0-9]{1,3}){3}/[0-9]{1,2}\b")


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the hosts whose caches use discovery, where at least two hosts have caches to find."""
    found = (list(filter(discovers, of_host(host, (*SHARED, *SESSIONS)))) for host in evidence.hosts)
    discovering = [caches[0] for caches in found if caches]
    if len(discovering) < 2:
        return
    for cache in discovering:
        group = cache.artifact.udp_discovery_address
        if cache.host.complete and group and not any(group in network for network in _routes(cache.host)):
            yield RULE.finding(
                f"the caches of {cache.host.name} look for the others in {group}, "
                "and no file of the host sets a route for it",
                cache.place("udp_discovery_address"),
            )


def _routes(host: HostEvidence) -> Iterator[IPv4Network]:
    for kind in (MulticastInterfaces, MulticastUnit):
        for found in host.each(kind):
            yield from (route.network for route in found.artifact.routes)
    for path, file in host.files.items():
        ours = path in (MulticastInterfaces.path, MulticastUnit.path)
        if path.startswith(_ELSEWHERE) and not ours:
            for match in _NETWORK.finditer(file.text):
                yield IPv4Network(match[0], strict=False)


RULE = Rule(
    code="OX713",
    name="multicast-route-missing",
    severity=Severity.WARNING,
    title="A host that finds caches by multicast has no multicast route",
    why=(
        "Without a route of their own the packets follow the default route: on a host with two networks that is often "
        "the wrong one, without a default route they go nowhere. Each node then has its own idea of folders and users."
    ),
    remedy="Add post-up ip route replace 224.0.0.0/8 dev INTERFACE to the interface, or the same as a unit at boot.",
    source="the tutorial: a route for 224.0.0.0/8 on every OX node",
    daemons="OX starts, and the caches stay alone.",
    check=check,
)
