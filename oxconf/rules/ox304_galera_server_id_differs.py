"""OX304: nodes of one Galera cluster write events under different server-ids."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import galera_clusters, is_on, place_of, server_id
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the nodes of clusters whose writes go into binary logs that others may follow."""
    for cluster in galera_clusters(evidence):
        if not any(_is_source(node) for node in cluster):
            continue
        for node, reference in odd_ones((node, server_id(node)) for node in cluster):
            yield RULE.finding(
                f"{node.name} has server_id {server_id(node)}, but {reference.name} of the same cluster has "
                f"{server_id(reference)}",
                place_of(node, "server_id"),
                place_of(reference, "server_id"),
            )


def _is_source(node: HostEvidence) -> bool:
    """Whether the node is MariaDB's and its transaction ids are meant for servers beside the cluster."""
    if node.option("gtid_mode") is not None or node.option("pxc_strict_mode") is not None:
        return False
    return is_on(node.option("wsrep_gtid_mode")) or is_on(node.option("log_slave_updates"))


RULE = Rule(
    code="OX304",
    name="galera-server-id-differs",
    severity=Severity.WARNING,
    title="Nodes of one Galera cluster have different server_ids although others follow their binary logs",
    why=(
        "MariaDB takes the server_id into the transaction's id. With different ones the same transaction has another "
        "id on each node, and a slave outside the cluster can not go on from another node when its own one fails."
    ),
    remedy="Give all nodes of the cluster the same server_id, and every server outside of it another one.",
    source="MariaDB manual, Configuring MariaDB Replication between Two MariaDB Galera Clusters",
    daemons="mariadbd starts, and the cluster forms.",
    check=check,
)
