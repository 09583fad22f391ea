"""`ox.cnf`: sizes and behaviour of every database server, whatever the mode."""

from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import ADDRESS, INTEGER, ON_OFF, ONE_ZERO, SIZE, TEXT, words
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._server import PRODUCT, TABLE_OPEN_CACHE, open_files_limit, since
from oxconf.artifacts.gtid_cnf import BINLOG_DAYS
from oxconf.deployment.database import MOST_CONNECTIONS
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Mark, ours
from oxconf.deployment.sizing import buffer_pool, max_connections, redo_log, wait_timeout
from oxconf.deployment.topology import database_bind_address, database_bind_origin
from oxconf.deployment.units import GIB, MIB

_NATIVE = "mysql_native_password"
_DRIVER = (
    "OX's driver (Connector/J 5.1) has neither TLS nor an RSA key set up, which the default kind needs (MySQL manual, "
    "Caching SHA-2 Pluggable Authentication)"
)
_OPEN_FILES = "what table_open_cache and max_connections ask for"
_THREADS = "256, or max_connections where that is less: OX's pools open and close connections all day"
_OX_SQL = "Open-Xchange middleware, autocid.sql: DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci"


@frozen(kw_only=True)
class OxCnf(OptionsArtifact):
    """Sizing and tuning.

    The transaction isolation is left at the server's REPEATABLE READ: no source asks for another one.
    """

    kind: ClassVar[str] = "ox-cnf"
    path: ClassVar[str] = "/etc/mysql/ox.conf.d/ox.cnf"
    title: ClassVar[str] = "Sizing and tuning of the database server for Open-Xchange."

    bind_address: IPv4Address | None = setting(
        "bind_address",
        ADDRESS,
        "Address to listen on.",
        Mark.OURS,
        "the address that the OX hosts use; Debian's own files say 127.0.0.1",
        heading="Network",
        noted=True,
    )
    skip_name_resolve: bool | None = setting(
        "skip_name_resolve",
        ON_OFF,
        "Takes clients by address; grants must then name addresses, or localhost for the socket.",
        Mark.OURS,
        "no connection waits for DNS; accounts must name addresses",
        noted=True,
    )
    max_connections: int | None = setting(
        "max_connections",
        INTEGER,
        "Connections at the same time.",
        Mark.OURS,
        "all pools of all OX hosts may end at one server",
        minimum=10,
        maximum=MOST_CONNECTIONS,
    )
    max_connect_errors: int | None = setting(
        "max_connect_errors",
        INTEGER,
        "After how many broken handshakes a host is locked out.",
        Mark.OURS,
        "counts only while names are resolved; then a port scan or a check must not lock an OX host out",
        minimum=1,
        maximum=4_294_967_295,
        noted=True,
    )
    max_allowed_packet: int | None = setting(
        "max_allowed_packet",
        SIZE,
        "Largest packet, so largest stored value.",
        Mark.OURS,
        "OX stores attachments and images of users in rows; its own documentation names 16M as the least",
        unit="bytes",
        minimum=1024,
        maximum=GIB,
        noted=True,
    )
    wait_timeout: int | None = setting(
        "wait_timeout",
        INTEGER,
        "After how long the server closes an idle connection.",
        Mark.OURS,
        "later than OX's pools and HAProxy do",
        unit="seconds",
        minimum=1,
        maximum=31_536_000,
    )
    default_authentication_plugin: str | None = setting(
        "default_authentication_plugin",
        TEXT,
        "How new accounts prove who they are, in MySQL 8.0, which calls the option deprecated.",
        Mark.SOURCE,
        f"{_DRIVER}; what replaces the option in 8.0, authentication_policy, has its default from it or permits no "
        "other kind",
        noted=True,
        keys=PRODUCT,
    )
    mysql_native_password: bool | None = setting(
        "mysql_native_password",
        ON_OFF,
        "The kind of accounts that OX's driver knows; MySQL 8.4 has it off, MySQL 9 no more.",
        Mark.SOURCE,
        _DRIVER,
        noted=True,
        keys=PRODUCT,
    )
    authentication_policy: str | None = setting(
        "authentication_policy",
        TEXT,
        "How accounts prove who they are: in any way (*), and in the named one where CREATE USER does not say.",
        Mark.SOURCE,
        "new accounts are of that kind; the switch alone only permits it (MySQL 8.4 manual)",
        noted=True,
        keys=PRODUCT,
    )

    innodb_buffer_pool_size: int | None = setting(
        "innodb_buffer_pool_size",
        SIZE,
        "Cache of data and indexes; most of the server's memory.",
        Mark.SOURCE,
        "two thirds of the memory (oxpedia, My.cnf)",
        unit="bytes",
        minimum=2 * MIB,
        heading="InnoDB",
    )
    innodb_log_file_size: int | None = setting(
        "innodb_log_file_size",
        SIZE,
        "Redo log file; MariaDB before 10.5 and MySQL before 8.0.30 have two of them. MariaDB 10.11 takes 4M at least.",
        Mark.OURS,
        "a quarter of the buffer pool: a crashed server is back in minutes",
        unit="bytes",
        minimum=MIB,
        maximum=512 * GIB,
    )
    innodb_redo_log_capacity: int | None = setting(
        "innodb_redo_log_capacity",
        SIZE,
        "The whole redo log, from MySQL 8.0.30 on: as much as two files of innodb_log_file_size.",
        Mark.OURS,
        "half of the buffer pool: a crashed server is back in minutes",
        unit="bytes",
        minimum=8 * MIB,
        maximum=512 * GIB,
    )
    innodb_flush_log_at_trx_commit: int | None = setting(
        "innodb_flush_log_at_trx_commit",
        INTEGER,
        "1 writes each commit to disk, 2 once a second; 0 loses commits when only the daemon dies.",
        Mark.OURS,
        "an acknowledged commit survives the loss of power, on every node at once too",
        minimum=0,
        maximum=3,
        noted=True,
    )
    innodb_flush_method: str | None = setting(
        "innodb_flush_method",
        TEXT,
        "How data files are written; the default of MariaDB from 10.6 on.",
        Mark.SOURCE,
        "MariaDB and MySQL manuals: the buffer pool is the cache, the system's would hold every page twice",
        noted=True,
        keys=PRODUCT,
    )
    innodb_file_per_table: bool | None = setting(
        "innodb_file_per_table",
        ONE_ZERO,
        "One file for each table.",
        Mark.SOURCE,
        "on bigger installations: a later change needs all data dumped and read again (oxpedia, My.cnf)",
        keys=PRODUCT,
    )
    innodb_io_capacity: int | None = setting(
        "innodb_io_capacity",
        INTEGER,
        "Background writes that the disks can take; the server's own default unless it is set.",
        Mark.CLUSTER,
        unit="operations a second",
        minimum=100,
    )
    innodb_snapshot_isolation: bool | None = setting(
        "innodb_snapshot_isolation",
        ON_OFF,
        "Refuses to update a row that changed since the snapshot was taken; ON since MariaDB 11.6.2.",
        Mark.OURS,
        "OX expects the behaviour of the servers before it and does not know error 1020",
        noted=True,
        keys=PRODUCT,
    )

    table_open_cache: int | None = setting(
        "table_open_cache",
        INTEGER,
        "Open tables that are kept.",
        Mark.OURS,
        "OX keeps many schemas with some 150 tables each",
        minimum=1,
        heading="Caches",
    )
    table_definition_cache: int | None = setting(
        "table_definition_cache",
        INTEGER,
        "Table definitions that are kept.",
        Mark.OURS,
        "as many as open tables: each of them needs its definition",
        minimum=400,
    )
    open_files_limit: int | None = setting(
        "open_files_limit",
        INTEGER,
        "Files and sockets that the server may open; the unit's LimitNOFILE must not be smaller.",
        Mark.OURS,
        _OPEN_FILES,
        minimum=1,
    )
    thread_cache_size: int | None = setting(
        "thread_cache_size",
        INTEGER,
        "Threads that wait for the next connection.",
        Mark.OURS,
        _THREADS,
        minimum=0,
        maximum=16_384,
        fixed=True,
    )
    tmp_table_size: int | None = setting(
        "tmp_table_size",
        SIZE,
        "Temporary tables above this size go to disk; the smaller of this and max_heap_table_size counts.",
        Mark.OURS,
        "twice the default of 16M, for lists that are sorted; each connection may take it",
        unit="bytes",
        minimum=0,
    )
    max_heap_table_size: int | None = setting(
        "max_heap_table_size",
        SIZE,
        "Largest table in memory, temporary ones too; see tmp_table_size.",
        Mark.OURS,
        "equals tmp_table_size, as the smaller of the two counts",
        unit="bytes",
        minimum=16_384,
    )
    query_cache_type: bool | None = setting(
        "query_cache_type",
        ONE_ZERO,
        "The query cache; later servers have none, or have it off.",
        Mark.SOURCE,
        "one lock for all connections, and not safe with Galera (MariaDB manual)",
        noted=True,
        keys=PRODUCT,
    )
    query_cache_size: int | None = setting(
        "query_cache_size",
        SIZE,
        "Memory of the query cache.",
        Mark.SOURCE,
        "none for a cache that is off: see query_cache_type",
        unit="bytes",
        minimum=0,
        keys=PRODUCT,
    )

    character_set_server: str | None = setting(
        "character_set_server",
        TEXT,
        "Character set of new databases; always written together with its collation.",
        Mark.SOURCE,
        _OX_SQL,
        heading="SQL",
        noted=True,
        keys=PRODUCT,
    )
    collation_server: str | None = setting(
        "collation_server", TEXT, "Collation of new databases.", Mark.SOURCE, _OX_SQL, keys=PRODUCT
    )
    sql_mode: tuple[str, ...] | None = setting(
        "sql_mode",
        words(),
        "How strictly the server takes statements.",
        Mark.SOURCE,
        "OX is written for these modes alone, not for the strict ones (oxpedia, 7.10 Database Migration)",
        noted=True,
        keys=PRODUCT,
    )

    binlog_expire_logs_seconds: int | None = setting(
        "binlog_expire_logs_seconds",
        INTEGER,
        "How long binary logs are kept, where the server writes them unasked; gtid.cnf says so where it stands. "
        "MariaDB cuts what is above 8553600 (99 days) to that.",
        Mark.OURS,
        "MySQL 8.0 and later write a binary log unasked and keep 30 days of it; a week is enough to restore from",
        unit="seconds",
        minimum=0,
        maximum=4_294_967_295,
        heading="Binary log",
        noted=True,
        keys=(*PRODUCT, ("database", "mode")),
    )
    slow_query_log: bool | None = setting(
        "slow_query_log",
        ON_OFF,
        "Writes down slow statements.",
        Mark.OURS,
        "the first place to look when OX is slow",
        heading="Slow statements",
    )
    slow_query_log_file: str | None = setting(
        "slow_query_log_file",
        TEXT,
        "Where; the package's logrotate covers /var/log/mysql/*.log.",
        Mark.OURS,
        "a state transfer empties the data folder",
    )
    long_query_time: int | None = setting(
        "long_query_time",
        INTEGER,
        "From when on a statement is slow.",
        Mark.OURS,
        "who waits for so long notices; the default of 10 would leave that out",
        unit="seconds",
        minimum=0,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the options of a database server."""
        if not host.has(Role.DATABASE):
            return None
        tuning = deployment.database.tuning
        pool, connections = buffer_pool(deployment, host), max_connections(deployment)
        capacity = since(deployment, mysql="8.0")
        redo, wait = redo_log(deployment, host, 2 if capacity else 1), wait_timeout(deployment)
        origins = {
            "bind_address": database_bind_origin(deployment, host),
            "innodb_buffer_pool_size": pool.origin,
            "max_connections": connections.origin,
            "innodb_redo_log_capacity" if capacity else "innodb_log_file_size": redo.origin,
            "wait_timeout": wait.origin,
            "open_files_limit": ours(_OPEN_FILES, *connections.origin.keys),
            "thread_cache_size": ours(_THREADS, *connections.origin.keys),
        }
        for name in ("innodb_flush_log_at_trx_commit", "innodb_io_capacity", "max_allowed_packet"):
            if getattr(tuning, name) is not None:
                origins[name] = deployment.origin("database", "tuning", name)
        character_set = "utf8mb3" if since(deployment, mysql="8.0") else "utf8"
        switch = since(deployment, mysql="8.4")
        unasked = since(deployment, mysql="8.0") and deployment.database.mode is not Mode.REPLICATION
        # MySQL 8.0 does not start with a mode that it no longer knows.
        gone = since(deployment, mysql="8.0")
        modes = ("NO_ENGINE_SUBSTITUTION",) if gone else ("NO_ENGINE_SUBSTITUTION", "NO_AUTO_CREATE_USER")
        return cls(
            bind_address=database_bind_address(deployment, host),
            skip_name_resolve=True,
            max_connections=connections.value,
            max_connect_errors=4_294_967_295,
            max_allowed_packet=tuning.max_allowed_packet or 64 * MIB,
            wait_timeout=wait.value,
            default_authentication_plugin=_NATIVE if capacity and not switch else None,
            mysql_native_password=True,
            # The other factors stay as they are by default: allowed, not asked for.
            authentication_policy=f"*:{_NATIVE},," if switch else None,
            innodb_buffer_pool_size=pool.value,
            innodb_log_file_size=redo.value,
            innodb_redo_log_capacity=redo.value,
            innodb_flush_log_at_trx_commit=tuning.innodb_flush_log_at_trx_commit or 1,
            innodb_flush_method="O_DIRECT",
            innodb_file_per_table=True,
            innodb_io_capacity=tuning.innodb_io_capacity,
            innodb_snapshot_isolation=False if since(deployment, mariadb="11.8") else None,
            table_open_cache=TABLE_OPEN_CACHE,
            table_definition_cache=TABLE_OPEN_CACHE,
            open_files_limit=open_files_limit(deployment),
            # MariaDB would cut it to the connections, with a warning.
            thread_cache_size=min(256, connections.value),
            tmp_table_size=32 * MIB,
            max_heap_table_size=32 * MIB,
            query_cache_type=False,
            query_cache_size=0,
            character_set_server=character_set,
            collation_server=f"{character_set}_unicode_ci",
            sql_mode=modes,
            binlog_expire_logs_seconds=BINLOG_DAYS * 86_400 if unasked else None,
            slow_query_log=True,
            slow_query_log_file="/var/log/mysql/ox-slow.log",
            long_query_time=2,
            origins=origins,
        ).for_server(deployment)
