"""OX325: the nodes of a Galera cluster do not transfer their state in the same way."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence, OptionAt
from oxconf.rules._database import are_mariadb, galera_clusters, lacking, place_of
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones

METHOD, AUTH = "wsrep_sst_method", "wsrep_sst_auth"
DEFAULT_METHOD = "rsync"
"""MariaDB's; those of Percona's releases differ."""

_WITHOUT_ACCOUNT = {"rsync", "rsync_wan"}


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare method and account inside each cluster; that the passwords are equal is another rule."""
    for cluster in galera_clusters(evidence):
        yield from _methods(cluster)
        yield from _accounts(cluster)


def _set(cluster: tuple[HostEvidence, ...], name: str) -> list[tuple[HostEvidence, OptionAt]]:
    return [(node, option) for node in cluster if (option := node.option(name)) is not None]


def _methods(cluster: tuple[HostEvidence, ...]) -> Iterator[Finding]:
    found = _set(cluster, METHOD)
    for (node, mine), (other, theirs) in odd_ones((item, item[1].value.strip()) for item in found):
        yield RULE.finding(
            f"{node.name} transfers its state with {mine.value}, but {other.name} with {theirs.value}",
            mine.place,
            theirs.place,
        )
    for node, theirs in lacking(cluster, METHOD) if are_mariadb(cluster) else ():
        if theirs.value.strip() != DEFAULT_METHOD:
            yield RULE.finding(
                f"{node.name} transfers its state with {DEFAULT_METHOD}, the default, "
                f"but {theirs.place.host} with {theirs.value}",
                place_of(node, "wsrep_provider", "wsrep_cluster_address"),
                theirs.place,
            )


def _accounts(cluster: tuple[HostEvidence, ...]) -> Iterator[Finding]:
    methods = {option.value.strip() for _, option in _set(cluster, METHOD)}
    if methods and methods <= _WITHOUT_ACCOUNT:
        return
    found = [(node, option, _account(option)) for node, option in _set(cluster, AUTH)]
    for (node, mine, account), (other, theirs, usual) in odd_ones((item, item[2]) for item in found):
        yield RULE.finding(
            f"{node.name} transfers its state {account}, but {other.name} {usual}",
            mine.place,
            theirs.place,
        )

    for node, option in lacking(cluster, AUTH):
        method = node.option(METHOD)
        if method is not None and method.value.strip() not in _WITHOUT_ACCOUNT:
            yield RULE.finding(
                f"{node.name} has no wsrep_sst_auth, but {option.place.host} transfers its state {_account(option)}",
                method.place,
                option.place,
            )


def _account(option: OptionAt) -> str:
    """Return the user of `user:password`. Without a colon the value may be a password, and is not shown."""
    user, colon, _ = option.value.partition(":")
    return f'as "{user}"' if colon else "without a user"


RULE = Rule(
    code="OX325",
    name="sst-differs",
    severity=Severity.ERROR,
    title="Nodes of one Galera cluster have different methods or accounts for state transfers",
    why=(
        "The joiner names the method and the donor must have it; the account lives in the database, which all nodes "
        "share. A node that lost its data can not come back, which shows only when it has to."
    ),
    remedy="Give wsrep_sst_method and wsrep_sst_auth the same values on every node.",
    source="MariaDB's wsrep.cnf; Galera manual, State Snapshot Transfers",
    daemons="mariadbd starts; the state transfer fails.",
    check=check,
)
