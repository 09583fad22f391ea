"""OX907: a large cluster has no node for provisioning."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity

MAILBOXES = 500_000


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for the role provisioning where there are more mailboxes than the tutorial allows without."""
    mailboxes = evidence.cluster.mailboxes
    if not evidence.complete or mailboxes is None or mailboxes <= MAILBOXES:
        return
    roles = {role for host in evidence.hosts for role in host.facts.roles}
    if "groupware" in roles and "provisioning" not in roles:
        yield RULE.finding(f"{mailboxes:,} mailboxes, and no host has the role provisioning")


RULE = Rule(
    code="OX907",
    name="provisioning-node-missing",
    severity=Severity.WARNING,
    title="More than 500,000 mailboxes and no provisioning node",
    why="Mass changes of users run on the nodes that users work on, and slow them down.",
    remedy="Add a host with the role provisioning, 16 GB of memory and 4 cores; no web server sends users to it.",
    source="the tutorial: above 500,000 mailboxes one more OX server for provisioning",
    daemons="Nothing.",
    check=check,
)
