"""OX613: the name of an OX node stands for a loopback address in its own hosts file."""

from collections.abc import Iterator

from oxconf.artifacts.cache_ccf import GroupwareCache
from oxconf.artifacts.hosts import Hosts
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for the host's own name behind 127.x.x.x on hosts with caches."""
    for hosts in evidence.find(Hosts):
        if hosts.host.find(GroupwareCache) is None:
            continue
        for name in hosts.artifact.names:
            own = {each.partition(".")[0] for each in name.names}
            if name.address.startswith("127.") and hosts.host.name in own:
                yield RULE.finding(
                    f"{hosts.host.name} takes its own name for {name.address}, "
                    f"and tells the caches of the other nodes to connect there",
                    hosts.at(name.line),
                )


RULE = Rule(
    code="OX613",
    name="own-name-on-loopback",
    severity=Severity.ERROR,
    title="The caches of an OX node announce a loopback address",
    why=(
        "The caches find each other by multicast and announce the address of the host's own name. With 127.0.1.1, as "
        "Debian's installer writes it, every node connects to itself: users see old folders and settings on the others."
    ),
    remedy="Take that line out of /etc/hosts, so that the name has the address of the cluster's network; restart OX.",
    source="JCS 1.3: the discovery announces InetAddress.getLocalHost(); Debian's installer writes 127.0.1.1",
    daemons="OX starts; no cache connects.",
    check=check,
)
