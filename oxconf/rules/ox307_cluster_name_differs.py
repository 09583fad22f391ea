"""OX307: nodes that look for each other call their Galera cluster by different names."""

from collections.abc import Iterator

from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.evidence import Evidence, Located
from oxconf.rules._database import cluster_name, galera_clusters, node_addresses, place_of, without_port
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare wsrep_cluster_name inside each group of nodes, and with the arbitrators that join it."""
    arbitrators: list[Located[Garb] | Located[PerconaGarb]] = [
        *evidence.find(Garb),
        *evidence.find(PerconaGarb),
    ]
    for cluster in galera_clusters(evidence):
        for node, reference in odd_ones((node, cluster_name(node)) for node in cluster):
            yield RULE.finding(
                f'{node.name} calls its cluster "{cluster_name(node)}", but {reference.name}, '
                f'which belongs to it, "{cluster_name(reference)}"',
                place_of(node, "wsrep_cluster_name"),
                place_of(reference, "wsrep_cluster_name"),
            )
        addresses = {address: node for node in cluster for address in node_addresses(node)}
        names = {cluster_name(node) for node in cluster}
        for garb in arbitrators:
            asked = map(without_port, garb.artifact.nodes)
            joined = next((addresses[each] for each in asked if each in addresses), None)
            if (
                joined is not None
                and garb.artifact.cluster is not None
                and garb.artifact.cluster not in names
            ):
                yield RULE.finding(
                    f'the arbitrator on {garb.host.name} joins "{garb.artifact.cluster}", '
                    f'but {joined.name} calls the cluster "{cluster_name(joined)}"',
                    garb.place("cluster"),
                    place_of(joined, "wsrep_cluster_name"),
                )


RULE = Rule(
    code="OX307",
    name="cluster-name-differs",
    severity=Severity.ERROR,
    title="Members of one Galera cluster have different cluster names",
    why="A node with another name is turned away and does not start; the cluster has one server less than it seems.",
    remedy="Give wsrep_cluster_name (GALERA_GROUP of an arbitrator) the same value on every member.",
    source="MariaDB's wsrep.cnf as shipped: one name for the whole cluster",
    daemons="mariadbd --help: rc 0. The node ends at its start, with a line about the group's name in its log.",
    check=check,
)
