"""OX207: nothing keeps a read from missing what the same user wrote before."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database import place_of, replicates
from oxconf.rules._reads import Reads, all_galera, apart, waits
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at groupware processes with the monitor off whose reads may come from another server."""
    for reads in apart(evidence):
        url = reads.node.artifact.read_url
        # The driver may be told to set it for its own sessions.
        if reads.monitor or (url is not None and "wsrep_sync_wait" in url.parameters):
            continue
        yield from _galera(reads) if all_galera(reads.servers) else _replication(reads)


def _galera(reads: Reads) -> Iterator[Finding]:
    stale = [server for server in reads.servers if not waits(server)]
    if stale:
        yield RULE.finding(
            f"{reads.node.host.name} has the replication monitor off and reads from {_names(reads)}, "
            f"but wsrep_sync_wait is off on {listed(server.name for server in stale)}",
            reads.node.place("replication_monitor"),
            *(place_of(server, "wsrep_sync_wait", "wsrep_causal_reads") for server in stale),
            remedy=(
                "Set wsrep_sync_wait=1 on every node (wsrep_causal_reads=1 on servers that do not have it), or "
                "com.openexchange.database.replicationMonitor=true on every OX node."
            ),
        )


def _replication(reads: Reads) -> Iterator[Finding]:
    slaves = [server for server in reads.servers if replicates(server)]
    if slaves:
        yield RULE.finding(
            f"{reads.node.host.name} has the replication monitor off, "
            f"but reads from {_names(reads)}, which replicate with a delay",
            reads.node.place("replication_monitor"),
            *(place_of(server, "read_only", "log_bin") for server in slaves),
            remedy="Set com.openexchange.database.replicationMonitor=true on every OX node.",
        )


def _names(reads: Reads) -> str:
    return listed(server.name for server in reads.servers)


RULE = Rule(
    code="OX207",
    name="stale-reads",
    severity=Severity.ERROR,
    title="Reads may come from a server that does not have the last write yet, and nobody waits",
    why=(
        "A user saves an appointment or moves a mail folder, and the next page comes from a server that does not have "
        "it: objects vanish on a refresh and come back later, and changes are refused as conflicts."
    ),
    remedy="Let the database servers or Open-Xchange wait: wsrep_sync_wait=1, or the replication monitor.",
    source="the tutorial and oxpedia: causal reads or the replication monitor; with slaves the monitor is mandatory",
    daemons="Both start.",
    check=check,
)
