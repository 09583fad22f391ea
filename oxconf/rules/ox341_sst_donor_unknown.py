"""OX341: a Galera node asks for its data only from nodes that are not there."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database import galera_clusters, node_name
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for a wsrep_sst_donor without a comma at its end that names none of the other nodes."""
    if not evidence.complete:
        return
    for cluster in galera_clusters(evidence):
        names = {node_name(node) for node in cluster}
        for node in cluster:
            option = node.option("wsrep_sst_donor")
            donors = [word.strip() for word in option.value.split(",")] if option else [""]
            others = names - {node_name(node)}
            # An empty name, as behind the last comma, means any node; the first of several has nobody to ask.
            if option is None or "" in donors or not others or not others.isdisjoint(donors):
                continue
            yield RULE.finding(
                f"{node.name} takes its data only from {listed(donors)}, but the other nodes are "
                f"{listed(sorted(others))}",
                option.place,
                *(
                    other.place
                    for each in cluster
                    if (other := each.option("wsrep_node_name")) and each is not node
                ),
            )


RULE = Rule(
    code="OX341",
    name="sst-donor-unknown",
    severity=Severity.ERROR,
    title="A node asks for its data from nodes that do not exist",
    why=(
        "A node that needs a full copy of the data finds no donor and gives up: it never joins the cluster. It shows "
        "only after the first crash or the first reinstallation."
    ),
    remedy="Write names as in wsrep_node_name of the other nodes, and a comma at the end: it allows any node.",
    source="Galera manual, wsrep_sst_donor; measured with MariaDB 10.11: one known name, or a last comma, is enough",
    daemons="mariadbd --help: rc 0. MariaDB 10.11 that joins: Requested donor is not available; it aborts.",
    check=check,
)
