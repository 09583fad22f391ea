"""The database servers of a cluster, typed, and how OX reaches them."""

from enum import Enum
from ipaddress import IPv4Address

from attrs import frozen

from oxconf.deployment.key import key

MOST_CONNECTIONS = 100_000
"""SOURCE: MariaDB and MySQL manuals, max_connections. A server makes more of it this many, with a warning."""


class Mode(Enum):
    """How the database servers work together."""

    STANDALONE = "standalone"
    REPLICATION = "replication"
    GALERA = "galera"


class Flavour(Enum):
    """Which product the database server is."""

    MARIADB = "mariadb"
    MYSQL = "mysql"
    PXC = "percona-xtradb-cluster"


class DatabaseAccess(Enum):
    """What stands in front of the database servers."""

    HAPROXY = "haproxy"
    FLOATING = "floating-address"
    LVS = "lvs"
    MAXSCALE = "maxscale"
    DIRECT = "direct"


class ReadPolicy(Enum):
    """Where reads go, and how a read after a write is kept from seeing old data."""

    ROUND_ROBIN_CAUSAL = "round-robin-causal"
    ROUND_ROBIN_MONITOR = "round-robin-monitor"
    READ_ADDRESS = "read-address"
    WRITE_ADDRESS = "write-address"


@frozen(kw_only=True)
class Pool:
    """The connection pools of OX, per process and per database endpoint."""

    max_active: int = key("Connections that one pool opens at most.", minimum=1, maximum=1000)
    max_idle_time: int = key(
        "How long an idle connection is kept.", unit="milliseconds", minimum=1000, maximum=3_600_000
    )
    max_life_time: int = key(
        "How long any connection is kept.", unit="milliseconds", minimum=10_000, maximum=3_600_000
    )
    max_wait: int = key(
        "How long a request waits for a connection.", unit="milliseconds", minimum=100, maximum=600_000
    )


@frozen(kw_only=True)
class Tuning:
    """Settings of the database server that replace the computed ones. Absent means computed."""

    innodb_buffer_pool_size: int | None = key(
        "Buffer pool of InnoDB.", unit="bytes", minimum=128 << 20, maximum=1 << 44
    )
    innodb_log_file_size: int | None = key(
        "Size of InnoDB's redo log.", unit="bytes", minimum=4 << 20, maximum=512 << 30
    )
    innodb_flush_log_at_trx_commit: int | None = key(
        "When a commit reaches the disk: 1 at once, 2 once a second.",
        minimum=1,
        maximum=2,
        shape="1 (each commit is on disk) or 2 (once a second); 0 loses commits when only the daemon dies",
    )
    innodb_io_capacity: int | None = key(
        "Background writes that the disks can take.",
        unit="operations a second",
        minimum=100,
        maximum=1_000_000,
        example="1000",
    )
    max_connections: int | None = key(
        "Connections that the server takes at the same time.", minimum=10, maximum=MOST_CONNECTIONS
    )
    max_allowed_packet: int | None = key(
        "Largest packet, so largest stored value.", unit="bytes", minimum=16 << 20, maximum=1 << 30
    )
    wait_timeout: int | None = key(
        "After how long an idle connection is closed by the server.",
        unit="seconds",
        minimum=60,
        maximum=31_536_000,
    )
    gcache_size: int | None = key(
        "Galera's write-set cache: what fits in it needs no full state transfer.",
        unit="bytes",
        minimum=128 << 20,
        maximum=1 << 40,
    )


@frozen(kw_only=True)
class Database:
    """The database servers and how OX reaches them."""

    mode: Mode = key("How the servers work together.")
    flavour: Flavour = key("Which product they run.")
    version: str = key(
        'Its release series, as "10.11".',
        pattern=r"[0-9]{1,2}\.[0-9]{1,2}",
        shape='a release series, as "10.11" or "8.0"',
        example='"10.11"',
    )
    access: DatabaseAccess = key(
        "What stands in front of them; by the mode when absent. maxscale follows its documentation alone."
    )
    read_policy: ReadPolicy = key("Where reads go; by mode and access when absent.")
    writer: str = key(
        "Name of the host that takes the writes; the first database host when absent.", example='"db1"'
    )
    write_address: IPv4Address | None = key(
        "Address that takes the writes; used for replication, where access is floating-address or lvs, and where "
        "several hosts run MaxScale: they share it for reads as well."
    )
    read_address: IPv4Address | None = key(
        "Address for reads: for the read policy read-address, and for the round robins of access lvs."
    )
    read_port: int = key("Port of HAProxy or MaxScale for reads.", minimum=1, maximum=65535)
    write_port: int = key(
        "Port of HAProxy or MaxScale for writes; HAProxy takes the next port as well for each database host beyond "
        "two.",
        minimum=1,
        maximum=65535,
    )
    semi_sync: bool = key(
        "For the mode replication: whether a write is told as saved only when a slave has it too. Then a lost master "
        "takes no such write with it; while no slave is there, writes wait."
    )
    pool: Pool = key("The connection pools of OX.")
    tuning: Tuning = key("Settings that replace computed ones.")
