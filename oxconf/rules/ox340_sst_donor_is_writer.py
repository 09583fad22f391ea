"""OX340: a node that comes back takes its data from the node that users write to."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, Place
from oxconf.rules._database import galera_clusters, node_name
from oxconf.rules._database_listeners import called_listeners
from oxconf.rules._endpoints import clients, way
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the first wsrep_sst_donor of every node with the servers that take the writes, first and next.

    Who has nobody else to ask is left alone: the second of two nodes, the third of three.
    """
    writers: dict[str, Place] = {}
    backups: dict[str, tuple[str, Place]] = {}
    for order, place in _orders(evidence):
        writers.setdefault(order[0], place)
        if len(order) > 1:
            backups.setdefault(order[1], (order[0], place))
    for cluster in galera_clusters(evidence):
        names = {node_name(node): node for node in cluster}
        for node in cluster:
            option = node.option("wsrep_sst_donor")
            donor = names.get(option.value.partition(",")[0].strip()) if option else None
            if option is None or donor is None or donor is node:
                continue
            told = f"{node.name} takes its data from {donor.name} first, which takes the writes"
            others = {each.name for each in cluster} - {node.name} - writers.keys()
            if donor.name in writers and others:
                yield RULE.finding(told, option.place, writers[donor.name])
            elif donor.name in backups and others - backups.keys():
                writer, place = backups[donor.name]
                yield RULE.finding(f"{told} when {writer} is away", option.place, place)


def _orders(evidence: Evidence) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Yield the names of the servers that take writes, the first alone and then one after the other."""
    for used in called_listeners(evidence):
        if used.writes and len(used.active) == 1 and used.order:
            names = tuple(evidence.name_of(server.address) for server in used.order)
            yield names, used.proxy.at(used.listener.line)
    for client in clients(evidence):
        reached = way(evidence, client.host, client.url) if client.writes else None
        if reached is not None and reached.listener is None:
            yield tuple(server.name for server in reached.servers), client.place


RULE = Rule(
    code="OX340",
    name="sst-donor-is-writer",
    severity=Severity.WARNING,
    title="A server that takes the writes is the first to give a full copy of the data",
    why=(
        "While a node copies its data to another one it is a donor, and the health check takes it out: the writes "
        "move to another server and back, and each move ends all connections of all users. The first backup takes the "
        "writes just when the writer is away and will ask for data."
    ),
    remedy="Write wsrep_sst_donor the other way round: the last backup first, the writer last, and a comma behind it.",
    source="Galera manual, wsrep_sst_donor; measured with MariaDB 10.11: the donor answers the health check with 503",
    daemons="mariadbd starts.",
    check=check,
)
