"""OX313: a Galera node does not write its changes as rows."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._database import are_mariadb, galera_clusters, galera_nodes, lacking, place_of
from oxconf.rules._rule import Finding, Rule, Severity

_ROW = {"row", "2"}


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at binlog_format of every Galera node; MariaDB's default is none that Galera takes."""
    for node in galera_nodes(evidence):
        option = node.option("binlog_format")
        if option is not None and option.value.strip().lower() not in _ROW:
            yield RULE.finding(
                f"{node.name} is a Galera node and has binlog_format = {option.value}", option.place
            )
    for cluster in galera_clusters(evidence):
        for node, theirs in lacking(cluster, "binlog_format") if are_mariadb(cluster) else ():
            if theirs.value.strip().lower() in _ROW:
                yield RULE.finding(
                    f"{node.name} is a Galera node and does not set binlog_format, which is MIXED by default; "
                    f"{theirs.place.host} has {theirs.value}",
                    place_of(node, "wsrep_provider", "wsrep_cluster_address"),
                    theirs.place,
                )


RULE = Rule(
    code="OX313",
    name="binlog-format-not-row",
    severity=Severity.ERROR,
    title="A Galera node has another binlog_format than ROW",
    why="MariaDB does not start like this, at the next restart. Where a server does, its nodes get different data.",
    remedy="Set binlog_format=ROW on every node.",
    source="Galera manual, System Configuration: binlog_format=ROW; measured with MariaDB 10.11",
    daemons="MariaDB 10.11 ends at its start: only binlog_format ROW is supported. Without wsrep_on it starts.",
    check=check,
)
