"""OX316: a Galera node locks auto-increment values in a way that Galera can not work with."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._database import are_mariadb, galera_clusters, galera_nodes, lacking, place_of
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at innodb_autoinc_lock_mode of every Galera node; MariaDB's default is 1."""
    for node in galera_nodes(evidence):
        option = node.option("innodb_autoinc_lock_mode")
        if option is not None and option.value.strip() != "2":
            yield RULE.finding(
                f"{node.name} is a Galera node and has innodb_autoinc_lock_mode = {option.value}",
                option.place,
            )
    for cluster in galera_clusters(evidence):
        for node, theirs in lacking(cluster, "innodb_autoinc_lock_mode") if are_mariadb(cluster) else ():
            if theirs.value.strip() == "2":
                yield RULE.finding(
                    f"{node.name} is a Galera node and does not set innodb_autoinc_lock_mode, which is 1 by default; "
                    f"{theirs.place.host} has 2",
                    place_of(node, "wsrep_provider", "wsrep_cluster_address"),
                    theirs.place,
                )


RULE = Rule(
    code="OX316",
    name="autoinc-lock-mode",
    severity=Severity.ERROR,
    title="A Galera node has another innodb_autoinc_lock_mode than 2",
    why=(
        "Threads that apply the other nodes' inserts wait for table locks that local inserts hold, and the other way "
        "round: deadlocks that nobody resolves, until the node hangs with all its connections."
    ),
    remedy="Set innodb_autoinc_lock_mode=2 on every node.",
    source="Galera manual, System Configuration: 0 and 1 can cause unresolved deadlocks",
    daemons="mariadbd 10.11 starts with 1 and joins, without a warning, also with several applier threads.",
    check=check,
)
