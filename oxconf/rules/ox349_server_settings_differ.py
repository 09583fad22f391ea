"""OX349: the servers of one cluster take statements, text or names of tables differently."""

from collections.abc import Callable, Iterator

from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import galera_clusters, place_of, replicating
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the options inside each Galera cluster and among the servers that replicate.

    An option that a server lacks counts where all files of the server are known: the defaults of two releases
    differ, and nobody chose them.
    """
    for cluster in (*galera_clusters(evidence), replicating(evidence)):
        for name in _OPTIONS:
            known = [(server, value) for server in cluster if (value := _value(server, name)) is not None]
            for (server, mine), (other, theirs) in odd_ones((item, item[1]) for item in known):
                yield RULE.finding(
                    f"{server.name} has {_told(name, mine)}, but {other.name} has {_told(name, theirs)}",
                    place_of(server, name),
                    place_of(other, name),
                )


def _value(server: HostEvidence, name: str) -> str | None:
    option = server.option(name)
    if option is not None:
        return _OPTIONS[name](option.value.strip().lower())
    return _UNSET.get(name, "") if server.complete else None


def _told(name: str, value: str) -> str:
    return f"{name} = {value}" if value else f"no {name}"


def _modes(value: str) -> str:
    words = {word.strip() for word in value.split(",")} - {""}
    return ",".join(sorted(words)).upper() or "empty"


def _character_set(value: str) -> str:
    # Servers from MariaDB 10.6 and MySQL 8.0 on have the longer name for the same.
    return value.replace("utf8mb3", "utf8")


_OPTIONS: dict[str, Callable[[str], str]] = {
    "sql_mode": _modes,
    "character_set_server": _character_set,
    "collation_server": _character_set,
    "lower_case_table_names": str,
}
_UNSET = {"lower_case_table_names": "0"}
"""Defaults that are the same in all releases on Linux."""

RULE = Rule(
    code="OX349",
    name="server-settings-differ",
    severity=Severity.ERROR,
    title="Servers of one cluster differ in sql_mode, character set or names of tables",
    why=(
        "All goes well until another server takes the writes: statements that worked are refused, new schemas of users "
        "get another character set, in which their text does not compare with the old one. Where the names of tables "
        "differ in case, a slave stops and a Galera node leaves the cluster."
    ),
    remedy="Write the same value into the file of every server, best into ox.cnf, which is the same on all of them.",
    source=(
        "MariaDB manual: sql_mode and the character set are each server's own; MySQL manual: lower_case_table_names "
        "must be the same on all servers of a replication"
    ),
    daemons="mariadbd starts with any of them, and sees no other server's options.",
    check=check,
)
