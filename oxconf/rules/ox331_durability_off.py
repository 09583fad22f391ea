"""OX331: a database server keeps commits in memory only."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._database import number
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at innodb_flush_log_at_trx_commit of every database server."""
    for server in evidence.databases:
        option = server.option("innodb_flush_log_at_trx_commit")
        if option is not None and number(option) == 0:
            yield RULE.finding(f"{server.name} has innodb_flush_log_at_trx_commit = 0", option.place)


RULE = Rule(
    code="OX331",
    name="durability-off",
    severity=Severity.ERROR,
    title="Commits that users were told about are not written to disk",
    why=(
        "When the daemon or the host dies, the commits of the last second are gone, although users saw them as done. "
        "A master that comes back like this lacks what its slaves have; a Galera node has to be copied anew."
    ),
    remedy="Set innodb_flush_log_at_trx_commit to 1, or to 2 where losing the power of all hosts is accepted.",
    source="MariaDB and MySQL manuals, innodb_flush_log_at_trx_commit",
    daemons="mariadbd starts, without a warning.",
    check=check,
)
