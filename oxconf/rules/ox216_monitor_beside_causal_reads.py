"""OX216: both the database and Open-Xchange wait for writes, where one of them is enough."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database import place_of
from oxconf.rules._reads import all_galera, apart, waits
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at groupware processes with the monitor on whose reads all go to Galera nodes that wait."""
    for reads in apart(evidence):
        if not reads.monitor or not all_galera(reads.servers) or not all(map(waits, reads.servers)):
            continue
        yield RULE.finding(
            f"{reads.node.host.name} has the replication monitor on, and wsrep_sync_wait is on as well on "
            f"{listed(server.name for server in reads.servers)}",
            reads.node.place("replication_monitor"),
            *(place_of(server, "wsrep_sync_wait", "wsrep_causal_reads") for server in reads.servers),
        )


RULE = Rule(
    code="OX216",
    name="monitor-beside-causal-reads",
    severity=Severity.WARNING,
    title="The replication monitor is on although every database node waits by itself",
    why=(
        "The monitor adds a counter to every write, which is one more commit that all nodes must agree on. With "
        "causal reads nothing is gained by it."
    ),
    remedy=(
        "Set com.openexchange.database.replicationMonitor=false on every OX node, or wsrep_sync_wait=0 on every node."
    ),
    source="the tutorial: with Galera and causal reads OX runs without the monitor, the best known performance",
    daemons="Both start.",
    check=check,
)
