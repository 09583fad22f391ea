"""What the groupware's reads and writes have to do with each other: shared by the rules of the read policy."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.evidence import Evidence, HostEvidence, Located
from oxconf.rules._database import is_galera, is_on, number
from oxconf.rules._endpoints import endpoint, way


@frozen
class Reads:
    """A groupware process whose reads may come from another server than its writes go to.

    `servers` are where reads may end. `monitor` is OX's replication monitor, which is on by default.
    """

    node: Located[GroupwareConfigdb]
    servers: tuple[HostEvidence, ...]
    monitor: bool


def apart(evidence: Evidence) -> Iterator[Reads]:
    """Yield the groupware processes whose reads and writes may end at different servers that are known."""
    for node in evidence.find(GroupwareConfigdb):
        read, write = node.artifact.read_url, node.artifact.write_url
        if read is None or write is None or endpoint(evidence, read) == endpoint(evidence, write):
            continue
        reads, writes = way(evidence, node.host, read), way(evidence, node.host, write)
        if reads and writes and len(writes.addresses) == 1 and reads.addresses == writes.addresses:
            continue
        servers = reads.servers if reads and reads.servers else evidence.databases
        if len(servers) > 1 or (servers and writes and writes.servers != servers):
            yield Reads(node, servers, node.artifact.replication_monitor is not False)


def waits(host: HostEvidence) -> bool:
    """Whether a read on this Galera node waits for what was written before."""
    sync = number(host.option("wsrep_sync_wait")) or 0
    return bool(sync & 1) or is_on(host.option("wsrep_causal_reads"))


def all_galera(servers: tuple[HostEvidence, ...]) -> bool:
    """Whether all of these are Galera nodes."""
    return all(is_galera(host) for host in servers)
