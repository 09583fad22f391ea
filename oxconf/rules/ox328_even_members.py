"""OX328: half of a Galera cluster is not a majority."""

from collections.abc import Iterator

from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database import galera_clusters, place_of
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Count the votes of each cluster; a node with a weight of its own was thought about."""
    if not evidence.complete or any(True for cls in (Garb, PerconaGarb) for _ in evidence.find(cls)):
        return
    for cluster in galera_clusters(evidence):
        options = [node.option("wsrep_provider_options") for node in cluster]
        if len(cluster) % 2 or any("pc.weight" in option.value for option in options if option):
            continue
        rest = (
            "the one that is left stops"
            if len(cluster) == 2
            else "both halves stop when they lose each other"
        )
        yield RULE.finding(
            f"the Galera cluster of {listed(node.name for node in cluster)} has {len(cluster)} members and no "
            f"arbitrator: {rest}",
            *(place_of(node, "wsrep_cluster_address") for node in cluster),
        )


RULE = Rule(
    code="OX328",
    name="even-members",
    severity=Severity.WARNING,
    title="A Galera cluster has an even number of members and no arbitrator",
    why=(
        "A node goes on only as part of a majority. Of two nodes the survivor refuses all queries when the other one "
        "dies, and somebody must tell it to go on; the second server then protects the data, but not the service."
    ),
    remedy="Add a third database node, or give a host outside of the database servers the role arbitrator.",
    source="Galera manual, Two-Node Clusters and Quorum Components",
    daemons="mariadbd starts, and the cluster forms.",
    check=check,
)
