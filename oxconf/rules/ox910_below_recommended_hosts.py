"""OX910: a cluster has fewer hosts than survive a failure well."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity

RECOMMENDED_OX = {"1m": 3}
"""OX servers that the tutorial recommends for a tier."""

MINIMUM = 2


def check(evidence: Evidence) -> Iterator[Finding]:
    """Count the hosts with the roles groupware and database; a proof of concept needs one of each."""
    tier = evidence.cluster.tier
    if not evidence.complete or tier is None or tier == "poc":
        return
    count = {
        role: sum(role in host.facts.roles for host in evidence.hosts) for role in ("groupware", "database")
    }
    for role, name in (("groupware", "OX server"), ("database", "database server")):
        if count[role] == 1:
            yield RULE.finding(f"there is one {name}; when it fails, nobody can work until it is back")
    recommended = RECOMMENDED_OX.get(tier, MINIMUM)
    if MINIMUM <= count["groupware"] < recommended:
        yield RULE.finding(
            f"there are {count['groupware']} OX servers, and the tier {tier} recommends {recommended}: "
            f"when one fails, the rest must carry all users"
        )


RULE = Rule(
    code="OX910",
    name="below-recommended-hosts",
    severity=Severity.WARNING,
    title="Fewer hosts than the tier recommends",
    why=(
        "When a host fails in the busiest hour, those that are left are too slow for everybody, or there is none "
        "left."
    ),
    remedy=(
        "Add hosts: at least two OX servers and two database servers, and three OX servers for a million mailboxes."
    ),
    source="the tutorial: at least two OX servers, three recommended, and at least two database servers",
    daemons="Nothing.",
    check=check,
)
