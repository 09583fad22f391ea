"""OX352: new tables of a Galera node get an engine that Galera does not replicate."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, OptionAt
from oxconf.rules._database import galera_nodes
from oxconf.rules._rule import Finding, Rule, Severity

_INNODB = {"innodb", "innobase"}
"""The second is an old name that servers still take."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at default_storage_engine of every Galera node, whichever file sets it.

    Where none does it is InnoDB, in every server since MySQL 5.5.
    """
    found: dict[str, list[OptionAt]] = {}
    for node in galera_nodes(evidence):
        option = node.option("default_storage_engine")
        if option is not None and (engine := option.value.strip()).lower() not in _INNODB:
            found.setdefault(engine.lower(), []).append(option)
    for options in found.values():
        names = listed(option.place.host for option in options)
        verb = "is a Galera node and has" if len(options) == 1 else "are Galera nodes and have"
        yield RULE.finding(
            f"{names} {verb} default_storage_engine = {options[0].value}",
            *(option.place for option in options),
        )


RULE = Rule(
    code="OX352",
    name="engine-not-innodb",
    severity=Severity.WARNING,
    title="New tables of a Galera node get another engine than InnoDB",
    why=(
        "A table whose CREATE TABLE names no engine exists on every node, but its rows only on the node that they were "
        "written to. After the next change of the writer they are gone for all users, and nothing tells of it."
    ),
    remedy="Set default_storage_engine=InnoDB on every node, and convert the tables that got another engine meanwhile.",
    source="MariaDB manual, MariaDB Galera Cluster - Known Limitations: replication works only with InnoDB",
    daemons=(
        "mariadbd 10.11 starts as a node with MyISAM and Aria, without a warning; an INSERT into such a table does not "
        "raise wsrep_last_committed. An engine that it does not know ends it."
    ),
    check=check,
)
