"""OX334: more than one of the replicating servers takes writes."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import place_of, read_only, replicating
from oxconf.rules._endpoints import clients, way
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Count the servers without read_only; the master is the one that the writes go to, where that is known."""
    writable = [server for server in replicating(evidence) if read_only(server) is None]
    if len(writable) < 2:
        return
    master = _master(evidence, writable)
    if master is None:
        yield RULE.finding(
            f"{listed(server.name for server in writable)} replicate with each other and all take writes",
            *(place_of(server, "read_only", "server_id") for server in writable),
        )
        return
    for slave in writable:
        if slave is not master:
            yield RULE.finding(
                f"{slave.name} is a slave and takes writes, but the writes go to {master.name}",
                place_of(slave, "read_only", "server_id"),
                place_of(master, "read_only", "server_id"),
            )


def _master(evidence: Evidence, writable: list[HostEvidence]) -> HostEvidence | None:
    """Return the server that the database URLs send writes to."""
    for client in clients(evidence):
        reached = way(evidence, client.host, client.url) if client.writes else None
        if reached is not None and len(reached.servers) == 1 and reached.servers[0] in writable:
            return reached.servers[0]
    return None


RULE = Rule(
    code="OX334",
    name="slave-writable",
    severity=Severity.ERROR,
    title="More than one of the servers that replicate takes writes",
    why=(
        "One write that goes to a slave by mistake makes its data another than the master's: replication stops at the "
        "next conflict, or goes on with wrong data, and the slave can not become the master any more."
    ),
    remedy="Set read_only=ON on every slave; only the master goes without.",
    source="MariaDB and MySQL manuals, read_only: protects a slave from writes that the master never sees",
    daemons="mariadbd starts.",
    check=check,
)
