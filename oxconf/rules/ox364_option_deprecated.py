"""OX364: an option that the database server of this release obeys for the last time."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.options import WITHOUT_SUCCESSOR, State
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._servers import told


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look each option up."""
    for each in told(evidence):
        if (
            each.option.state is State.DEPRECATED
            and (each.key, each.product.version) not in WITHOUT_SUCCESSOR
        ):
            instead = f"; {each.option.successor} takes its place" if each.option.successor else ""
            yield RULE.finding(
                f"{each.hosts} {each.sets} {each.key}, which {each.product.name} calls deprecated{instead}",
                *each.places,
            )


RULE = Rule(
    code="OX364",
    name="option-deprecated",
    severity=Severity.WARNING,
    title="An option that the database server of this release calls deprecated",
    why=(
        "It works, until the upgrade after which the server does not start with it. Where the new name is set as "
        "well, the old one may win: wsrep_causal_reads does over wsrep_sync_wait."
    ),
    remedy="Write the new name, or take the line out where there is none: its default is what later releases do.",
    source="The option lists of the servers themselves and their manuals; the reference has the table of all releases",
    daemons="Some servers warn at each start, mariadbd 10.11 about wsrep_causal_reads; about others they say nothing.",
    check=check,
)
