"""OX358: an option that the database server of this release does not know."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.options import State
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._servers import told


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look each option up; `loose_` makes the server start with any."""
    for each in told(evidence):
        if each.option.state is State.UNKNOWN and not all(line.loose for line in each.lines):
            instead = f"; it has {each.option.successor} instead" if each.option.successor else ""
            yield RULE.finding(
                f"{each.hosts} {each.sets} {each.key}, which {each.product.name} does not know{instead}",
                *(line.place for line in each.lines if not line.loose),
            )


RULE = Rule(
    code="OX358",
    name="option-unknown",
    severity=Severity.ERROR,
    title="An option that the database server of this release does not know",
    why=(
        "The server does not start. After an upgrade that is the next restart: one node after the other stays away, "
        "and with the last of them everybody's mail and calendar."
    ),
    remedy="Take the line out, or write the option that this release has for it.",
    source="The option lists of the servers themselves; the reference has the table of all releases",
    daemons=(
        "mariadbd 10.11 and mysqld 5.6: unknown variable, and the end, also of --help --verbose. mysqld 8.0 and later "
        "say it to --validate-config."
    ),
    check=check,
)
