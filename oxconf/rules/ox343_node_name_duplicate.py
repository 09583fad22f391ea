"""OX343: two Galera nodes have the same name or the same address."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, OptionAt
from oxconf.rules._database import galera_clusters
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare wsrep_node_name and wsrep_node_address inside each cluster."""
    for cluster in galera_clusters(evidence):
        for name in ("wsrep_node_name", "wsrep_node_address"):
            first: dict[str, tuple[str, OptionAt]] = {}
            for node in cluster:
                option = node.option(name)
                if option is None:
                    continue
                other, theirs = first.setdefault(option.value.strip(), (node.name, option))
                if theirs is not option:
                    yield RULE.finding(
                        f"{other} and {node.name} both have {name} = {option.value}",
                        option.place,
                        theirs.place,
                    )


RULE = Rule(
    code="OX343",
    name="node-name-duplicate",
    severity=Severity.ERROR,
    title="Two Galera nodes have the same name or the same address",
    why=(
        "Donors are chosen by name: a node may find itself as its donor, or get its data from the node that takes the "
        "writes. With a doubled address a state transfer goes to the wrong host."
    ),
    remedy="Give each node its own wsrep_node_name and wsrep_node_address; they are all that host.cnf holds.",
    source="Galera manual, wsrep_node_name and wsrep_sst_donor",
    daemons="mariadbd --help: rc 0.",
    check=check,
)
