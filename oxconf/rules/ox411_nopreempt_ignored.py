"""OX411: nopreempt together with the state MASTER."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import instances


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for instances that start as MASTER and say nopreempt."""
    for peer in instances(evidence):
        if peer.instance.nopreempt and (peer.instance.state or "").upper() == "MASTER":
            yield RULE.finding(
                f"{peer.host} says nopreempt for {listed(peer.addresses) if peer.addresses else peer.instance.name}, "
                "but starts as MASTER",
                peer.at("state"),
                peer.at("nopreempt"),
            )


RULE = Rule(
    code="OX411",
    name="nopreempt-ignored",
    severity=Severity.WARNING,
    title="nopreempt does not count with the state MASTER",
    why="A host that comes back takes the address at once: a second interruption for all users, for nothing.",
    remedy="Write state BACKUP on every host; the priority decides who begins.",
    source="keepalived.conf(5): nopreempt works where every instance begins as BACKUP",
    daemons='keepalived -t: "nopreempt will not work with initial state MASTER - clearing".',
    check=check,
)
