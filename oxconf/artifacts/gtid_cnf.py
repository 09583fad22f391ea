"""`gtid.cnf`: replication from one master to its slaves with global transaction ids."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._codec import INTEGER, ON_OFF, TEXT
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._server import PRODUCT
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Mark, ours
from oxconf.deployment.topology import is_writer, server_id
from oxconf.options import taken

_WRITER = ("database", "writer")
_EACH_IS_A_SOURCE = "the others can go on from this server when it becomes the master"
_WEEK = "a slave that was away for less than a week catches up without a new copy of the data"
BINLOG_DAYS = 7
"""OURS: a slave that was away for less than a week catches up without a new copy of the data."""


@frozen(kw_only=True)
class GtidCnf(OptionsArtifact):
    """Binary log and replication; every server has a binary log, so that each can become the master."""

    kind: ClassVar[str] = "gtid-cnf"
    path: ClassVar[str] = "/etc/mysql/ox.conf.d/gtid.cnf"
    title: ClassVar[str] = "Replication with global transaction ids."

    server_id: int | None = setting(
        "server_id",
        INTEGER,
        "Unique in the cluster.",
        Mark.TUTORIAL,
        "unique: a server passes over events that carry its own id",
        minimum=1,
        maximum=4_294_967_295,
        heading="Binary log",
        noted=True,
    )
    log_bin: str | None = setting(
        "log_bin",
        TEXT,
        "Beginning of the names of the binary log's files.",
        Mark.TUTORIAL,
        "on slaves as well: each server can become the master",
    )
    binlog_format: str | None = setting(
        "binlog_format",
        TEXT,
        "How changes are written; the default of MySQL 8.0, which calls the option deprecated.",
        Mark.OURS,
        "rows give the same data on every slave; statements with now() or uuid() need not",
        noted=True,
        keys=PRODUCT,
    )
    sync_binlog: int | None = setting(
        "sync_binlog",
        INTEGER,
        "After how many commits the binary log goes to disk.",
        Mark.OURS,
        "after each commit: else a master that lost power has commits that no slave will ever get",
        minimum=0,
        maximum=4_294_967_295,
        noted=True,
    )
    expire_logs_days: int | None = setting(
        "expire_logs_days",
        INTEGER,
        "How long binary logs are kept, before MySQL 8.0 and MariaDB 10.6; 0 is for ever.",
        Mark.OURS,
        _WEEK,
        unit="days",
        minimum=0,
        maximum=99,
        noted=True,
        keys=PRODUCT,
    )
    binlog_expire_logs_seconds: int | None = setting(
        "binlog_expire_logs_seconds",
        INTEGER,
        "How long binary logs are kept, from MySQL 8.0 and MariaDB 10.6 on; 0 is for ever. MariaDB cuts what is above "
        "8553600 (99 days) to that.",
        Mark.OURS,
        _WEEK,
        unit="seconds",
        minimum=0,
        maximum=4_294_967_295,
        noted=True,
        keys=PRODUCT,
    )

    enforce_gtid_consistency: bool | None = setting(
        "enforce_gtid_consistency",
        ON_OFF,
        "Refuses statements that have no single transaction id; MySQL's gtid_mode needs it.",
        Mark.TUTORIAL,
        heading="Transaction ids",
        keys=PRODUCT,
    )
    gtid_mode: bool | None = setting(
        "gtid_mode", ON_OFF, "Numbers transactions; MariaDB always does.", Mark.TUTORIAL, keys=PRODUCT
    )
    gtid_strict_mode: bool | None = setting(
        "gtid_strict_mode",
        ON_OFF,
        "MariaDB: refuses transactions that would make the binary logs of two servers different.",
        Mark.OURS,
        "a slave that somebody wrote to stops at once, and not when it is to become the master",
        noted=True,
        keys=PRODUCT,
    )

    log_slave_updates: bool | None = setting(
        "log_slave_updates",
        ON_OFF,
        "A slave's binary log holds what it got from the master.",
        Mark.TUTORIAL,
        _EACH_IS_A_SOURCE,
        heading="Slave",
        noted=True,
        keys=PRODUCT,
    )
    log_replica_updates: bool | None = setting(
        "log_replica_updates",
        ON_OFF,
        "A slave's binary log holds what it got from the master: log_slave_updates from MySQL 8.0.26 on.",
        Mark.TUTORIAL,
        _EACH_IS_A_SOURCE,
        heading="Slave",
        noted=True,
        keys=PRODUCT,
    )
    relay_log: str | None = setting(
        "relay_log",
        TEXT,
        "Beginning of the names of the relay log's files.",
        Mark.OURS,
        "the default holds the host name, and a renamed host would not find its relay log",
        noted=True,
    )
    relay_log_recovery: bool | None = setting(
        "relay_log_recovery",
        ON_OFF,
        "After a crash fetches again what was not applied yet.",
        Mark.OURS,
        "the relay log goes to disk every 10,000 events (sync_relay_log), so its end may be lost",
        noted=True,
    )
    relay_log_info_repository: str | None = setting(
        "relay_log_info_repository",
        TEXT,
        "Where a slave of MySQL 5.6 or 5.7 keeps how far it is; TABLE is the default of 8.0, MariaDB has it always.",
        Mark.SOURCE,
        "changes together with the data, so that a slave that lost power goes on where it was (MySQL manual, Handling "
        "an Unexpected Halt of a Replica)",
        noted=True,
        keys=PRODUCT,
    )
    read_only: bool | None = setting(
        "read_only",
        ON_OFF,
        "Refuses writes of clients; accounts with SUPER may write all the same.",
        Mark.OURS,
        "on a slave, which must not differ from its master",
        heading="Role",
    )
    super_read_only: bool | None = setting(
        "super_read_only",
        ON_OFF,
        "Refuses those of accounts with SUPER too; MySQL since 5.7.",
        Mark.OURS,
        "accounts that initconfigdb made may have every privilege",
        noted=True,
        keys=(*PRODUCT, _WRITER),
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of a master or slave; the writer is the master."""
        if deployment.database.mode is not Mode.REPLICATION or not host.has(Role.DATABASE):
            return None
        database = deployment.database
        seconds = taken(database.flavour, database.version, "binlog_expire_logs_seconds")
        slave = not is_writer(deployment, host)
        return cls(
            server_id=server_id(deployment, host),
            log_bin="mysql-bin",
            binlog_format="ROW",
            sync_binlog=1,
            expire_logs_days=None if seconds else BINLOG_DAYS,
            binlog_expire_logs_seconds=BINLOG_DAYS * 86_400,
            enforce_gtid_consistency=True,
            gtid_mode=True,
            gtid_strict_mode=True,
            log_slave_updates=True,
            log_replica_updates=True,
            relay_log="mysql-relay-bin",
            relay_log_recovery=True,
            relay_log_info_repository="TABLE",
            read_only=slave,
            super_read_only=True if slave else None,
            origins={
                "server_id": cls.declared("server_id", deployment.path(host, "name")),
                "read_only": ours(
                    "a slave; whoever makes it the master switches this off, here and in the server"
                    if slave
                    else "the master; whoever makes another server the master switches this on here",
                    _WRITER,
                    deployment.path(host, "name"),
                ),
            },
        ).for_server(deployment)
