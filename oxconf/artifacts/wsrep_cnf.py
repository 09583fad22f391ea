"""`wsrep.cnf`: what is equal on every node of a Galera cluster."""

from collections.abc import Iterator
from typing import ClassVar, Self

from attrs import evolve, frozen

from oxconf.artifacts._codec import INTEGER, ON_OFF, TEXT, secret
from oxconf.artifacts._explained import Setting, Statement
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._provider_options import (
    PROVIDER_OPTIONS,
    PROVIDER_SETTINGS,
    ProviderOptions,
    provider_statements,
    timers,
)
from oxconf.artifacts._server import PRODUCT, is_mariadb, provider_path, since
from oxconf.deployment.model import Deployment, Host, Mode, ReadPolicy, Role
from oxconf.deployment.origin import Mark, Origin, ours, tutorial
from oxconf.deployment.secrets import Secret
from oxconf.deployment.sizing import gcache_size
from oxconf.deployment.span import group_origin, group_origins
from oxconf.deployment.topology import database_hosts
from oxconf.deployment.units import counted

_MANUAL = "MariaDB manual, Configuring MariaDB Galera Cluster"
SST_USER = "sstuser"


@frozen(kw_only=True)
class WsrepCnf(OptionsArtifact):
    """Cluster-wide settings of Galera.

    innodb_doublewrite stays at its default ON, and durability is ox.cnf's: all nodes may lose power together.
    """

    kind: ClassVar[str] = "wsrep-cnf"
    path: ClassVar[str] = "/etc/mysql/ox.conf.d/wsrep.cnf"
    title: ClassVar[str] = "Galera settings, equal on every node of the cluster."
    mode: ClassVar[int] = 0o640
    group: ClassVar[str] = "mysql"

    wsrep_on: bool | None = setting(
        "wsrep_on",
        ON_OFF,
        "Replicates; MariaDB since 10.1 needs it.",
        Mark.TUTORIAL,
        heading="Cluster",
        keys=PRODUCT,
    )
    wsrep_provider: str | None = setting(
        "wsrep_provider",
        TEXT,
        "Path of Galera's library.",
        Mark.SOURCE,
        "where the packages for Debian and Ubuntu put it (galera-3, galera-4; Percona's installation guides)",
        keys=PRODUCT,
    )
    wsrep_cluster_name: str | None = setting(
        "wsrep_cluster_name",
        TEXT,
        "Name of the cluster; a node with another one can not join.",
        Mark.OURS,
        "the name of the cluster",
        fixed=True,
    )
    wsrep_cluster_address: str | None = setting(
        "wsrep_cluster_address",
        TEXT,
        "The database nodes; an arbitrator joins them and is not named.",
        Mark.SOURCE,
        "every node, also when the first one starts: an empty list begins a second cluster at each start "
        "(MariaDB manual, Galera Cluster Address)",
        noted=True,
    )
    wsrep_provider_options: ProviderOptions | None = setting(
        "wsrep_provider_options",
        PROVIDER_OPTIONS,
        "Galera's own options; the last such line of all files counts as a whole.",
        Mark.OURS,
        "the timers follow from network.span",
        noted=True,
    )
    server_id: int | None = setting(
        "server_id",
        INTEGER,
        "Equal on all nodes, as the cluster is one source of events; another cluster needs another one.",
        Mark.SOURCE,
        "equal on all nodes: MariaDB manual, Configuring Replication between Two Galera Clusters",
        minimum=1,
        maximum=4_294_967_295,
        noted=True,
        keys=PRODUCT,
    )
    binlog_format: str | None = setting(
        "binlog_format",
        TEXT,
        "Galera replicates rows; the default of MySQL 8.0, which calls the option deprecated.",
        Mark.SOURCE,
        f"the only format that Galera takes ({_MANUAL})",
        heading="Replication",
        keys=PRODUCT,
    )
    default_storage_engine: str | None = setting(
        "default_storage_engine",
        TEXT,
        "Engine of new tables.",
        Mark.SOURCE,
        f"Galera replicates InnoDB; on MariaDB other engines only where wsrep_mode says so ({_MANUAL})",
    )
    innodb_autoinc_lock_mode: int | None = setting(
        "innodb_autoinc_lock_mode",
        INTEGER,
        "2 is a must with Galera.",
        Mark.SOURCE,
        "0 and 1 give deadlocks that nobody resolves (Galera manual); servers start with them all the same",
        minimum=0,
        maximum=2,
        noted=True,
    )
    wsrep_slave_threads: int | None = setting(
        "wsrep_slave_threads",
        INTEGER,
        "Threads that apply what other nodes wrote.",
        Mark.OURS,
        "one for each core of the smallest node",
        minimum=1,
        maximum=512,
    )
    wsrep_applier_threads: int | None = setting(
        "wsrep_applier_threads",
        INTEGER,
        "Threads that apply what other nodes wrote: wsrep_slave_threads in Percona XtraDB Cluster 8.0.",
        Mark.OURS,
        "one for each core of the smallest node",
        minimum=1,
        maximum=512,
    )
    wsrep_sync_wait: int | None = setting(
        "wsrep_sync_wait",
        INTEGER,
        "1: a read waits until the node has what was written before; the tutorial's wsrep_causal_reads. "
        "A sum of bits: 2 for updates and deletes, 4 for inserts, 8 for SHOW.",
        Mark.TUTORIAL,
        "on where reads go to every node without OX's replication monitor",
        minimum=0,
        maximum=15,
    )
    pxc_strict_mode: str | None = setting(
        "pxc_strict_mode", TEXT, "Refuses what Galera can not replicate.", Mark.TUTORIAL, keys=PRODUCT
    )
    pxc_encrypt_cluster_traffic: bool | None = setting(
        "pxc_encrypt_cluster_traffic",
        ON_OFF,
        "Encrypts between the nodes; ON by default in 8.0, where each node then needs the same certificates.",
        Mark.OURS,
        "each node makes its own certificates, and others could not join; switch it on with common ones",
        noted=True,
        keys=PRODUCT,
    )
    wsrep_sst_method: str | None = setting(
        "wsrep_sst_method",
        TEXT,
        "How a node without data gets all of it; its package must be installed on every node.",
        Mark.OURS,
        "the method of this flavour that leaves the donor readable",
        heading="State transfer",
        noted=True,
        keys=PRODUCT,
    )
    wsrep_sst_auth: Secret | None = setting(
        "wsrep_sst_auth",
        secret("sst", f"{SST_USER}:"),
        "Database account of the transfer, user:password; Percona XtraDB Cluster 8.0 makes its own.",
        Mark.TUTORIAL,
        keys=(("secrets", "sst"),),
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of a Galera node."""
        if deployment.database.mode is not Mode.GALERA or not host.has(Role.DATABASE):
            return None
        servers = database_hosts(deployment)
        gcache = gcache_size(deployment)
        fewest = min(server.cores for server in servers)
        # 512 is the most that the servers take.
        threads = min(fewest, 512)
        causal = deployment.database.read_policy is ReadPolicy.ROUND_ROBIN_CAUSAL
        cores = (deployment.path(server, "cores") for server in servers)
        most = ", but no more than the servers take" if threads < fewest else ""
        smallest = ours(f"one for each of the {counted(fewest, 'core')} of the smallest node{most}", *cores)
        addresses = (deployment.path(server, "address") for server in servers)
        return cls(
            wsrep_on=True if since(deployment, mariadb="10.1") else None,
            wsrep_provider=provider_path(deployment),
            wsrep_cluster_name=deployment.name,
            wsrep_cluster_address="gcomm://" + ",".join(str(address) for address in _members(deployment)),
            wsrep_provider_options=evolve(timers(deployment), gcache_size=gcache.value),
            server_id=1 if is_mariadb(deployment) else None,
            binlog_format="ROW",
            default_storage_engine="InnoDB",
            innodb_autoinc_lock_mode=2,
            wsrep_slave_threads=threads,
            wsrep_applier_threads=threads,
            wsrep_sync_wait=1 if causal else 0,
            pxc_strict_mode="ENFORCING",
            pxc_encrypt_cluster_traffic=False if since(deployment, mysql="8.0") else None,
            wsrep_sst_method="mariabackup" if since(deployment, mariadb="10.1") else "xtrabackup-v2",
            wsrep_sst_auth=deployment.password("sst"),
            origins={
                "wsrep_cluster_name": deployment.origin("name"),
                "wsrep_cluster_address": cls.declared("wsrep_cluster_address", *addresses),
                "wsrep_provider_options": _provider_origin(deployment, gcache.origin),
                "gcache.size": gcache.origin,
                **dict(group_origins(deployment)),
                "wsrep_slave_threads": smallest,
                "wsrep_applier_threads": smallest,
                "wsrep_sync_wait": _sync_wait(deployment),
            },
        ).for_server(deployment)

    @classmethod
    def more_settings(cls) -> tuple[Setting, ...]:
        """Return Galera's own options."""
        return PROVIDER_SETTINGS

    @classmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the options, and behind wsrep_provider_options those that it holds."""
        for option in super().statements(text):
            yield option
            if option.key == "wsrep_provider_options":
                yield from provider_statements(option.key, option.text, option.line)


def _provider_origin(deployment: Deployment, gcache: Origin) -> Origin:
    """Return what the timers trade; the line holds the cache's size as well."""
    trade = group_origin(deployment)
    why = f"network.span = {deployment.network.span.value}: {trade.why}"
    return ours(why, *trade.keys, *gcache.keys)


def _sync_wait(deployment: Deployment) -> Origin:
    """Return why reads wait or need not. The tutorial says nothing of reads through an address of their own."""
    key = ("database", "read_policy")
    policy = deployment.database.read_policy
    if policy is ReadPolicy.ROUND_ROBIN_CAUSAL:
        why = "reads go to every node, so they wait for what was written before; OX's replication monitor is off"
        return tutorial(why, key)
    why = "reads need not wait: they go to the writer, or OX's replication monitor is on"
    return ours(why, key) if policy is ReadPolicy.READ_ADDRESS else tutorial(why, key)


def _members(deployment: Deployment) -> list[object]:
    """Every node in the same order on every node, so that all have the same file."""
    return [host.address for host in deployment.with_role(Role.DATABASE)]
