"""OX407: hosts that may hold one floating address have the same priority."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import Peer, groups

DEFAULT = 100
"""keepalived.conf(5): priority of a backup that names none."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the priorities of the instances that share a floating address."""
    for group in groups(evidence):
        by_priority: dict[int, list[Peer]] = {}
        for peer in group:
            priority = DEFAULT if peer.instance.priority is None else peer.instance.priority
            by_priority.setdefault(priority, []).append(peer)
        for priority, peers in by_priority.items():
            if len({peer.host for peer in peers}) > 1:
                yield RULE.finding(
                    f"{listed(peer.host for peer in peers)} have the same priority {priority} for "
                    f"{listed(peers[0].addresses)}",
                    *(peer.at("priority") for peer in peers),
                )


RULE = Rule(
    code="OX407",
    name="vrrp-priority-equal",
    severity=Severity.WARNING,
    title="Two holders of a floating address have the same priority",
    why=(
        "When both start together the higher address decides who is master, which nobody wrote down; both take the "
        "address for a moment first."
    ),
    remedy="Give each host its own priority between 1 and 254, the highest to the host that should hold the address.",
    source="RFC 3768, 6.4.3: of equal priorities the higher address wins",
    daemons="keepalived -t says nothing; it sees one host.",
    check=check,
)
