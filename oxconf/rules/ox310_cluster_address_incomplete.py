"""OX310: a Galera node does not know all members of its cluster."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import (
    galera_clusters,
    galera_nodes,
    lacking,
    node_addresses,
    node_lists,
    place_of,
)
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each node's list with the nodes that are there, then the complete lists with each other."""
    alone = evidence.complete and len(galera_nodes(evidence)) == 1
    for cluster in galera_clusters(evidence):
        for node, theirs in lacking(cluster, "wsrep_cluster_address"):
            yield RULE.finding(
                f"{node.name} has no wsrep_cluster_address, but {theirs.place.host} looks for its cluster at "
                f"{theirs.value}",
                place_of(node, "wsrep_provider", "wsrep_cluster_name"),
                theirs.place,
            )
        complete = []
        for known in node_lists(cluster):
            if not known.members:
                if not alone:
                    yield RULE.finding(
                        f"{known.host.name} has an empty wsrep_cluster_address, "
                        f"so that it begins a cluster of its own at every start",
                        known.option.place,
                    )
                continue
            missing = [node for node in cluster if not _is_listed(node, known.members)]
            if missing:
                yield RULE.finding(
                    f"{known.host.name} does not look for {listed(map(_shown, missing))} "
                    f"among {listed(known.members)}",
                    known.option.place,
                    *(option.place for node in missing if (option := node.option("wsrep_cluster_address"))),
                )
            else:
                complete.append((known, frozenset(map(evidence.name_of, known.members))))
        for known, reference in odd_ones(complete):
            yield RULE.finding(
                f"{known.host.name} looks for its cluster at {listed(known.members)}, "
                f"but {reference.host.name} at {listed(reference.members)}",
                known.option.place,
                reference.option.place,
            )


def _is_listed(node: HostEvidence, members: tuple[str, ...]) -> bool:
    return any(address in members for address in node_addresses(node))


def _shown(node: HostEvidence) -> str:
    addresses = [address for address in node_addresses(node) if address != node.name]
    return f"{node.name} ({addresses[0]})" if addresses else node.name


RULE = Rule(
    code="OX310",
    name="cluster-address-incomplete",
    severity=Severity.ERROR,
    title="A Galera node's list of members is missing, empty, incomplete or differs from the others'",
    why=(
        "With an empty list a node that restarts does not join, it begins a second cluster with old data, and users' "
        "writes are divided between two. With a member missing it can not join while only that member is up."
    ),
    remedy="Give wsrep_cluster_address the same list of all nodes on every node: gcomm://first,second,third.",
    source="Galera manual, wsrep_cluster_address; MariaDB manual, Configuring MariaDB Galera Cluster",
    daemons="mariadbd --help: rc 0, also for gcomm:// without an address.",
    check=check,
)
