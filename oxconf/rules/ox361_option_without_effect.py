"""OX361: an option that the database server of this release takes and does not obey."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.options import State
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._servers import told

_WORDS = {State.SILENT: "without a word", State.WARNS: "with a warning in its log"}


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look each option up."""
    for each in told(evidence):
        if each.option.state in _WORDS:
            instead = f"; it obeys {each.option.successor}" if each.option.successor else ""
            yield RULE.finding(
                f"{each.hosts} {each.sets} {each.key}, which {each.product.name} ignores "
                f"{_WORDS[each.option.state]}{instead}",
                *each.places,
            )


RULE = Rule(
    code="OX361",
    name="option-without-effect",
    severity=Severity.WARNING,
    title="An option that the database server of this release takes and ignores",
    why=(
        "Whoever reads the file at night believes it. The server runs with something else, and the next release may "
        "not start with the line at all."
    ),
    remedy="Take the line out, or write the option that this release obeys.",
    source="The option lists of the servers themselves; the reference has the table of all releases",
    daemons=(
        "mariadbd 10.11 starts and warns: '...' was removed. It does nothing now and exists only for compatibility "
        "with old my.cnf files. MariaDB 10.5 says nothing."
    ),
    check=check,
)
