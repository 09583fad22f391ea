"""`configdb.properties` of both OX processes: how they reach configdb, and how they pool connections."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from attrs import evolve, field, frozen

from oxconf.artifacts._codec import INTEGER, TEXT, TRUE_FALSE, Codec, secret
from oxconf.artifacts._explained import Statement
from oxconf.artifacts._keyvalue import PropertiesArtifact, setting
from oxconf.deployment.model import Deployment, Host, Mode, ReadPolicy
from oxconf.deployment.origin import Mark, Origin, ours, tutorial
from oxconf.deployment.secrets import Secret
from oxconf.deployment.topology import MYSQL_PORT, Endpoint, read_endpoint, write_endpoint
from oxconf.syntax._base import Problem

_SHIPPED = "configdb.properties as shipped"
_DRIVER = "com.mysql.jdbc.Driver"
_POOL = ("max_idle_time", "max_active", "max_wait", "max_life_time")
DATABASE_USER = "openexchange"
_DATABASE = "configdb"


@frozen
class JdbcUrl:
    """Where a pool connects: `jdbc:mysql://host:port/database?parameters`.

    `host` is an address or a name, `parameters` is what follows the question mark.
    """

    host: str
    port: int = MYSQL_PORT
    database: str = _DATABASE
    parameters: str = field(default="", repr=False)

    def __str__(self) -> str:
        query = f"?{self.parameters}" if self.parameters else ""
        return f"jdbc:mysql://{self.host}:{self.port}/{self.database}{query}"


_URL = re.compile(r"jdbc:mysql://(\[[^\]/]+\]|[^:/?,\[\]]+)(?::([0-9]{1,5}))?/([^?]*)(?:\?(.*))?", re.DOTALL)


def _read_url(text: str) -> JdbcUrl:
    match = _URL.fullmatch(text.strip())
    if match is None:
        # The text is not shown: such an address may hold a password.
        raise ValueError("is not the address of one server, like jdbc:mysql://10.20.30.217:3306/configdb")
    host, port, database, parameters = match.groups()
    if port is not None and not 1 <= int(port) <= 65535:
        raise ValueError(f"{port} is not a port")
    return JdbcUrl(host, MYSQL_PORT if port is None else int(port), database, parameters or "")


JDBC_URL = Codec("JDBC URL", str, _read_url)


def _property(name: str, codec: Codec) -> Codec:
    """Return the codec of a numbered driver property, whose value is `name=value`."""

    def read(text: str) -> Any:
        before, equals, value = text.partition("=")
        if before.strip() != name or not equals:
            raise ValueError(f'must be "{name}=..."')
        return codec.read(value)

    return Codec(codec.name, lambda value: f"{name}={codec.write(value)}", read)


_DRIVER_PROPERTIES: dict[int, tuple[str, Codec, str]] = {
    1: ("user", TEXT, "Database user"),
    2: ("password", secret("configdb"), "Password of that user"),
    3: ("useUnicode", TRUE_FALSE, "Text is Unicode"),
    4: ("characterEncoding", TEXT, "Encoding of text"),
    5: ("autoReconnect", TRUE_FALSE, "Connects again when a connection was lost"),
    6: ("useServerPrepStmts", TRUE_FALSE, "Prepares statements on the server"),
    7: ("useTimezone", TRUE_FALSE, "Converts times between client and server"),
    8: ("serverTimezone", TEXT, "Time zone of stored times"),
    9: ("connectTimeout", INTEGER, "How long connecting may take; 0 is for ever"),
    10: ("socketTimeout", INTEGER, "How long an answer may take; 0 is for ever"),
}
"""What the JDBC driver is told, under the numbers of the shipped file."""


_PROPERTY_KEY = re.compile(r"(read|write)Property\.[0-9]+")


def _by_name(found: Mapping[str, tuple[str | None, int]]) -> dict[str, tuple[str | None, int]]:
    """Return the entries with the driver properties under the shipped numbers of their names.

    OX takes any number for any property; one of another name is nobody's business here.
    """
    numbers = {name: number for number, (name, _, _) in _DRIVER_PROPERTIES.items()}
    named: dict[str, tuple[str | None, int]] = {}
    for key, (text, line) in found.items():
        match = _PROPERTY_KEY.fullmatch(key)
        name, equals, _ = (text or "").partition("=")
        if match and equals:
            key = f"{match[1]}Property.{numbers.get(name.strip(), name.strip())}"
        named[key] = (text, line)
    return named


def _driver_property(way: str, number: int) -> Any:
    name, codec, doc = _DRIVER_PROPERTIES[number]
    key, codec, doc = (
        f"{way}Property.{number}",
        _property(name, codec),
        f"{doc} (`{name}` of the JDBC driver).",
    )
    if name == "user":
        return setting(key, codec, doc, Mark.TUTORIAL, "initconfigdb and oxinstaller are called with it")
    if name == "password":
        why = "initconfigdb makes the account with it"
        return setting(key, codec, doc, Mark.TUTORIAL, why, keys=(("secrets", "configdb"),))
    if codec.name == INTEGER.name:
        return setting(key, codec, doc, Mark.SOURCE, _SHIPPED, unit="milliseconds", minimum=0)
    return setting(key, codec, doc, Mark.SOURCE, _SHIPPED)


@frozen(kw_only=True)
class _Configdb(PropertiesArtifact):
    """What both processes share: the same keys, with other values."""

    mode: ClassVar[int] = 0o640
    group: ClassVar[str] = "open-xchange"

    use_separate_write: bool | None = setting(
        "useSeparateWrite", TRUE_FALSE, "Reads and writes go to different places.", Mark.SOURCE, _SHIPPED
    )
    write_only: bool | None = setting(
        "writeOnly", TRUE_FALSE, "Reads take the write connections as well.", Mark.SOURCE, _SHIPPED
    )
    replication_monitor: bool | None = setting(
        "com.openexchange.database.replicationMonitor",
        TRUE_FALSE,
        "Counts each write, so that a read is not sent to a server that does not have it yet.",
        Mark.TUTORIAL,
        "off with Galera's causal reads, or where reads go to the server that takes the writes; else on",
    )

    read_driver: str | None = setting(
        "readDriverClass", TEXT, "JDBC driver of the reads.", Mark.SOURCE, _SHIPPED, heading="Reads."
    )
    read_url: JdbcUrl | None = setting(
        "readUrl",
        JDBC_URL,
        "Server and database of the reads.",
        Mark.TUTORIAL,
        "where reads go by access and read_policy of the database",
        fixed=True,
    )
    read_user: str | None = _driver_property("read", 1)
    read_password: Secret | None = _driver_property("read", 2)
    read_use_unicode: bool | None = _driver_property("read", 3)
    read_encoding: str | None = _driver_property("read", 4)
    read_auto_reconnect: bool | None = _driver_property("read", 5)
    read_server_prep_stmts: bool | None = _driver_property("read", 6)
    read_use_timezone: bool | None = _driver_property("read", 7)
    read_server_timezone: str | None = _driver_property("read", 8)
    read_connect_timeout: int | None = _driver_property("read", 9)
    read_socket_timeout: int | None = _driver_property("read", 10)

    write_driver: str | None = setting(
        "writeDriverClass", TEXT, "JDBC driver of the writes.", Mark.SOURCE, _SHIPPED, heading="Writes."
    )
    write_url: JdbcUrl | None = setting(
        "writeUrl",
        JDBC_URL,
        "Server and database of the writes.",
        Mark.TUTORIAL,
        "where writes go by mode and access of the database",
        fixed=True,
    )
    write_user: str | None = _driver_property("write", 1)
    write_password: Secret | None = _driver_property("write", 2)
    write_use_unicode: bool | None = _driver_property("write", 3)
    write_encoding: str | None = _driver_property("write", 4)
    write_auto_reconnect: bool | None = _driver_property("write", 5)
    write_server_prep_stmts: bool | None = _driver_property("write", 6)
    write_use_timezone: bool | None = _driver_property("write", 7)
    write_server_timezone: str | None = _driver_property("write", 8)
    write_connect_timeout: int | None = _driver_property("write", 9)
    write_socket_timeout: int | None = _driver_property("write", 10)

    cleaner_interval: int | None = setting(
        "cleanerInterval",
        INTEGER,
        "How often idle and old connections are looked for.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
        heading="Pools, one for each endpoint. Those of the user databases go by registerdatabase.",
    )
    min_idle: int | None = setting(
        "minIdle", INTEGER, "Idle connections that stay open.", Mark.SOURCE, _SHIPPED, minimum=0
    )
    max_idle: int | None = setting(
        "maxIdle",
        INTEGER,
        "Idle connections that are kept at most; -1 is any number.",
        Mark.SOURCE,
        _SHIPPED,
        minimum=-1,
    )
    max_idle_time: int | None = setting(
        "maxIdleTime",
        INTEGER,
        "How long an idle connection is kept.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    max_active: int | None = setting(
        "maxActive", INTEGER, "Connections that one pool opens at most.", Mark.SOURCE, _SHIPPED, minimum=1
    )
    max_wait: int | None = setting(
        "maxWait",
        INTEGER,
        "How long a request waits for a connection.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    max_life_time: int | None = setting(
        "maxLifeTime",
        INTEGER,
        "How long any connection is kept; timeouts of a balancer in front must be longer.",
        Mark.SOURCE,
        _SHIPPED,
        unit="milliseconds",
        minimum=1,
    )
    exhausted_action: str | None = setting(
        "exhaustedAction",
        TEXT,
        "What happens when all connections are taken: BLOCK waits, FAIL refuses, GROW opens more.",
        Mark.SOURCE,
        _SHIPPED,
    )
    test_on_activate: bool | None = setting(
        "testOnActivate", TRUE_FALSE, "Tests a connection before it is used.", Mark.SOURCE, _SHIPPED
    )
    test_on_deactivate: bool | None = setting(
        "testOnDeactivate", TRUE_FALSE, "Tests a connection that comes back.", Mark.SOURCE, _SHIPPED
    )
    test_on_idle: bool | None = setting(
        "testOnIdle", TRUE_FALSE, "Tests idle connections.", Mark.SOURCE, _SHIPPED
    )
    test_threads: bool | None = setting(
        "testThreads", TRUE_FALSE, "Logs who took a connection; slow.", Mark.SOURCE, _SHIPPED
    )

    @classmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the entries; a driver property stands under its own name too."""
        for found in super().statements(text):
            name, equals, _ = found.text.partition("=")
            where = name if equals and _PROPERTY_KEY.fullmatch(found.key) else ""
            yield evolve(found, where=where)

    @classmethod
    def _build(cls, found: Mapping[str, tuple[str | None, int]]) -> tuple[Self, tuple[Problem, ...]]:
        return super()._build(_by_name(found))

    @classmethod
    def _shipped(
        cls,
        deployment: Deployment,
        read: Endpoint,
        write: Endpoint,
        *,
        write_only: bool,
        test_on_deactivate: bool,
        origins: Mapping[str, Origin],
    ) -> Self:
        """Return all keys: what the cluster says, and the shipped values of the rest."""
        password, pool = deployment.password("configdb"), deployment.database.pool
        monitor, why = replication_monitor(deployment)
        return cls(
            use_separate_write=not write_only and read != write,
            write_only=write_only,
            replication_monitor=monitor,
            read_driver=_DRIVER,
            read_url=JdbcUrl(str(read.address), read.port),
            read_user=DATABASE_USER,
            read_password=password,
            read_use_unicode=True,
            read_encoding="UTF-8",
            read_auto_reconnect=True,
            read_server_prep_stmts=False,
            read_use_timezone=True,
            read_server_timezone="UTC",
            read_connect_timeout=15_000,
            read_socket_timeout=15_000,
            write_driver=_DRIVER,
            write_url=JdbcUrl(str(write.address), write.port),
            write_user=DATABASE_USER,
            write_password=password,
            write_use_unicode=True,
            write_encoding="UTF-8",
            write_auto_reconnect=True,
            write_server_prep_stmts=False,
            write_use_timezone=True,
            write_server_timezone="UTC",
            write_connect_timeout=15_000,
            write_socket_timeout=15_000,
            cleaner_interval=10_000,
            min_idle=0,
            max_idle=-1,
            max_idle_time=pool.max_idle_time,
            max_active=pool.max_active,
            max_wait=pool.max_wait,
            max_life_time=pool.max_life_time,
            exhausted_action="BLOCK",
            test_on_activate=False,
            test_on_deactivate=test_on_deactivate,
            test_on_idle=False,
            test_threads=False,
            origins={
                "replication_monitor": why,
                "read_url": read.origin,
                "write_url": write.origin,
                **origins,
                **{name: deployment.origin("database", "pool", name) for name in _POOL},
            },
        )


def replication_monitor(deployment: Deployment) -> tuple[bool, Origin]:
    """Return whether OX must watch the replication itself, and why.

    The tutorial: off with causal reads, or where all reads go to the node that takes the writes; else on.
    Reads through an address of their own keep it on, which is right with and without causal reads.
    """
    database = deployment.database
    mode, policy = ("database", "mode"), ("database", "read_policy")
    if database.mode is Mode.STANDALONE:
        return True, tutorial("the default; a single server has nothing to monitor", mode)
    if database.mode is Mode.REPLICATION:
        return True, tutorial("replication may lag, even with GTID", mode)
    if database.read_policy is ReadPolicy.ROUND_ROBIN_CAUSAL:
        why = "Galera's causal reads wait for the writes, and no commit goes to counting"
        return False, tutorial(why, mode, policy)
    if database.read_policy is ReadPolicy.WRITE_ADDRESS:
        return False, tutorial("reads go to the node that took the writes", mode, policy)
    why = "reads may come from a node that does not have the last write yet"
    spread = database.read_policy is ReadPolicy.ROUND_ROBIN_MONITOR
    return True, tutorial(why, mode, policy) if spread else ours(why, mode, policy)


@frozen(kw_only=True)
class GroupwareConfigdb(_Configdb):
    """The groupware process: reads and writes apart."""

    kind: ClassVar[str] = "groupware-configdb"
    path: ClassVar[str] = "/opt/open-xchange/etc/groupware/configdb.properties"
    title: ClassVar[str] = "Database connections of the groupware process."

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the connections of an OX host."""
        if not host.runs_ox:
            return None
        read, write = read_endpoint(deployment), write_endpoint(deployment)
        apart = "reads and writes have different endpoints" if read != write else "one endpoint takes both"
        # The earliest release ships false here; the admin daemon and all later releases test.
        return cls._shipped(
            deployment,
            read,
            write,
            write_only=False,
            test_on_deactivate=False,
            origins={"use_separate_write": ours(apart, *dict.fromkeys(read.origin.keys + write.origin.keys))},
        )


@frozen(kw_only=True)
class AdmindaemonConfigdb(_Configdb):
    """The admin daemon: everything goes to the writer, or provisioning reads what is not there yet."""

    kind: ClassVar[str] = "admindaemon-configdb"
    path: ClassVar[str] = "/opt/open-xchange/etc/admindaemon/configdb.properties"
    title: ClassVar[str] = "Database connections of the admin daemon: all of them to the writer."

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the connections of an OX host."""
        if not host.runs_ox:
            return None
        write = write_endpoint(deployment)
        shipped = "as shipped; provisioning must see at once what it wrote"
        reads = "reads go where the writes go, as in its configdb.properties as shipped and as oxinstaller writes it"
        return cls._shipped(
            deployment,
            write,
            write,
            write_only=True,
            test_on_deactivate=True,
            origins={
                "write_only": Origin(Mark.SOURCE, shipped),
                "read_url": Origin(Mark.SOURCE, f"{reads}: {write.origin.why}", keys=write.origin.keys),
            },
        )
