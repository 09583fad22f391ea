"""`gtid.cnf`: replication from one master to its slaves with global transaction ids."""

from typing import Any, ClassVar, Self

from attrs import evolve, frozen

from oxconf.artifacts._codec import INTEGER, ON_OFF, TEXT
from oxconf.artifacts._keyvalue import LOOSE, OptionsArtifact, setting
from oxconf.artifacts._server import PRODUCT, is_mariadb, semi_sync_words, since
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Mark, Origin, ours
from oxconf.deployment.topology import is_writer, server_id
from oxconf.options import State, options_of, taken

_WRITER = ("database", "writer")
_EACH_IS_A_SOURCE = "the others can go on from this server when it becomes the master"
_WEEK = "a slave that was away for less than a week catches up without a new copy of the data"
BINLOG_DAYS = 7
"""OURS: a slave that was away for less than a week catches up without a new copy of the data."""
_SEMI_SYNC = ("database", "semi_sync")
_SEMI = "Semi-synchronous replication"
_MASTER = "The master tells a client that a write is saved when a slave has it too."
_SLAVE = "The slave tells its master what it has received."
_ONE_SIDE = "whoever makes another server the master switches both, here and in the server"
_PATIENCE = (
    f"{BINLOG_DAYS} days, as long as a slave may be away: after the default, 10 seconds, the master would go on alone, "
    "and tell of writes that nobody else has"
)
_AFTER_SYNC = (
    "before anybody sees it: with AFTER_COMMIT others read, and build on, what may be gone with the master"
)


def _side(word: str, doc: str, heading: str = "") -> Any:
    return setting(
        f"rpl_semi_sync_{word}_enabled",
        ON_OFF,
        doc,
        Mark.OURS,
        "one side on each server: " + _ONE_SIDE,
        heading=heading,
        noted=True,
        keys=(*PRODUCT, _SEMI_SYNC, _WRITER),
    )


def _patience(word: str) -> Any:
    return setting(
        f"rpl_semi_sync_{word}_timeout",
        INTEGER,
        "How long a write waits for a slave before the master goes on alone.",
        Mark.OURS,
        _PATIENCE,
        unit="milliseconds",
        minimum=0,
        noted=True,
        keys=(*PRODUCT, _SEMI_SYNC),
    )


def _wait_point(word: str) -> Any:
    return setting(
        f"rpl_semi_sync_{word}_wait_point",
        TEXT,
        "Whether a write waits before or after it is committed on the master; MariaDB 10.0 and MySQL 5.6 know the "
        "second alone.",
        Mark.OURS,
        _AFTER_SYNC,
        noted=True,
        keys=(*PRODUCT, _SEMI_SYNC),
    )


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
    rpl_semi_sync_master_enabled: bool | None = _side("master", _MASTER, _SEMI)
    rpl_semi_sync_source_enabled: bool | None = _side("source", f"{_MASTER} Of MySQL from 8.0.26 on.", _SEMI)
    rpl_semi_sync_master_timeout: int | None = _patience("master")
    rpl_semi_sync_source_timeout: int | None = _patience("source")
    rpl_semi_sync_master_wait_point: str | None = _wait_point("master")
    rpl_semi_sync_source_wait_point: str | None = _wait_point("source")
    rpl_semi_sync_slave_enabled: bool | None = _side("slave", _SLAVE)
    rpl_semi_sync_replica_enabled: bool | None = _side("replica", f"{_SLAVE} Of MySQL from 8.0.26 on.")
    plugin_load_add: str | None = setting(
        "plugin_load_add",
        TEXT,
        "Libraries of semi-synchronous replication; MariaDB has it built in from 10.3 on.",
        Mark.SOURCE,
        "both sides, as each server can become the master (manuals of MariaDB and MySQL, Semisynchronous "
        "Replication)",
        noted=True,
        keys=(*PRODUCT, _SEMI_SYNC),
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

    def spelling(self, key: str) -> str:
        """Return a key as it stands in the file: the options of a plugin may not be known yet.

        MySQL makes a data folder without its plugins, and would end at their options.
        """
        return LOOSE + key if self.plugin_load_add and key.startswith("rpl_semi_sync_") else key

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of a master or slave; the writer is the master."""
        if deployment.database.mode is not Mode.REPLICATION or not host.has(Role.DATABASE):
            return None
        database = deployment.database
        seconds = taken(database.flavour, database.version, "binlog_expire_logs_seconds")
        slave = not is_writer(deployment, host)
        made = cls(
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
        if not database.semi_sync:
            return made
        origins = {**made.origins, **_semi_sync_origins(deployment, host)}
        return evolve(made, **_semi_sync(deployment, host), origins=origins)


def _semi_sync(deployment: Deployment, host: Host) -> dict[str, Any]:
    """Return the settings of semi-synchronous replication in the words of the server, and their reasons.

    One side on each server: a slave that waited as well would apply nothing after the first write, as nobody follows
    it (MariaDB 10.11, tried); and a MariaDB 10.6 or later that is a master and has the slave's side on takes back,
    after a crash, writes that its slaves have (MDEV-33465, mended in later releases of each series).
    """
    database = deployment.database
    master, replica = semi_sync_words(deployment)
    slave = not is_writer(deployment, host)
    values: dict[str, Any] = {
        f"rpl_semi_sync_{master}_enabled": not slave,
        f"rpl_semi_sync_{master}_timeout": BINLOG_DAYS * 86_400_000,
        f"rpl_semi_sync_{master}_wait_point": "AFTER_SYNC",
        f"rpl_semi_sync_{replica}_enabled": slave,
    }
    known = options_of(database.flavour, database.version)
    found = {key: value for key, value in values.items() if known[key].state is not State.UNKNOWN}
    if not since(deployment, mariadb="10.3"):
        found["plugin_load_add"] = f"semisync_{master}.so;semisync_{replica}.so"
    return found


def _semi_sync_origins(deployment: Deployment, host: Host) -> dict[str, Origin]:
    master, replica = semi_sync_words(deployment)
    keys = (*PRODUCT, _SEMI_SYNC, _WRITER, deployment.path(host, "name"))
    if is_writer(deployment, host):
        waits = "the master; it tells of a write as saved when a slave has it too"
        answers = "not on the master, which follows nobody"
        if is_mariadb(deployment):
            # Mended in later releases of each series.
            answers = (
                "not on the master: after a crash it would take back what its slaves may have (MDEV-33465)"
            )
    else:
        waits = (
            "not on a slave: nobody follows it, so it would wait for ever with what it gets from its master"
        )
        answers = "a slave; it tells its master what it has received"
    return {
        f"rpl_semi_sync_{master}_enabled": ours(f"{waits}; {_ONE_SIDE}", *keys),
        f"rpl_semi_sync_{replica}_enabled": ours(f"{answers}; {_ONE_SIDE}", *keys),
    }
