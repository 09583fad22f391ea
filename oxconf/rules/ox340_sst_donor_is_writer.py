"""OX340: a node that comes back takes its data from the node that users write to."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import galera_clusters
from oxconf.rules._endpoints import way
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the first wsrep_sst_donor of every node with the server behind the write URL."""
    writers = dict(_writers(evidence))
    for cluster in galera_clusters(evidence):
        if len(cluster) < 3:
            # With two nodes there is nobody else to ask.
            continue
        names = {_name(node): node for node in cluster}
        for node in cluster:
            option = node.option("wsrep_sst_donor")
            first = option.value.partition(",")[0].strip() if option else ""
            donor = names.get(first)
            if option is not None and donor is not None and donor is not node and donor.name in writers:
                yield RULE.finding(
                    f"{node.name} takes its data from {donor.name} first, which takes the writes",
                    option.place,
                    writers[donor.name],
                )


def _name(node: HostEvidence) -> str:
    option = node.option("wsrep_node_name")
    return option.value.strip() if option else node.name


def _writers(evidence: Evidence) -> Iterator[tuple[str, Place]]:
    for found in evidence.find(GroupwareConfigdb):
        url = found.artifact.write_url
        reached = way(evidence, found.host, url) if url is not None else None
        if reached is not None and len(reached.addresses) == 1:
            for server in reached.servers:
                yield server.name, reached.listener or found.place("write_url")


RULE = Rule(
    code="OX340",
    name="sst-donor-is-writer",
    severity=Severity.WARNING,
    title="The writer is the first to give a full copy of the data",
    why=(
        "While a node copies its data to another one it is a donor, and the health check takes it out: the writes "
        "move to another server and back, and each move ends all connections of all users."
    ),
    remedy="Name a node that takes no writes first in wsrep_sst_donor; a comma at the end allows any other after it.",
    source="Galera manual, wsrep_sst_donor; measured with MariaDB 10.11: the donor answers the health check with 503",
    daemons="mariadbd starts.",
    check=check,
)
