"""`haproxy.cfg`: the local HAProxy of an OX host, which spreads reads and sends all writes to one server."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

from attrs import evolve, frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._listener import (
    NO_NETWORK,
    OFFSET,
    RANGE,
    HealthCheck,
    Listener,
    Server,
    Timeouts,
    Words,
    address_and_port,
    time_origins,
)
from oxconf.artifacts._template import fill
from oxconf.artifacts._time import MINUTE, Milliseconds
from oxconf.deployment import span
from oxconf.deployment.model import Deployment, Host, Mode
from oxconf.deployment.origin import Derived, Origin, ours
from oxconf.deployment.sizing import CONNECTION_RESERVE, PROCESS_POOLS
from oxconf.deployment.topology import (
    CLUSTERCHECK_PORT,
    LOCALHOST,
    MYSQL_PORT,
    database_hosts,
    haproxy_reads,
    haproxy_writes,
    has_clustercheck,
    runs_haproxy,
    write_ports,
)
from oxconf.syntax import haproxy
from oxconf.syntax._base import Problem

__all__ = ["HaproxyCfg", "HealthCheck", "Listener", "Server", "Timeouts"]

_FLAGS = {"check": ("check", True), "no-check": ("check", False), "backup": ("backup", True)}
_FLAGS |= {"no-backup": ("backup", False), "disabled": ("disabled", True), "enabled": ("disabled", False)}
_OPTIONS: dict[str, tuple[str, Any]] = {
    "port": ("check_port", int),
    "inter": ("inter", Milliseconds.haproxy),
    "fastinter": ("fastinter", Milliseconds.haproxy),
    "downinter": ("downinter", Milliseconds.haproxy),
    "rise": ("rise", int),
    "fall": ("fall", int),
    "on-marked-down": ("on_marked_down", str),
    "on-marked-up": ("on_marked_up", str),
    "weight": ("weight", int),
}
"""Options of a server line, in the order in which they are written: field, and how its value is read."""

_OTHER_OPTIONS = frozenset(
    {"addr", "agent-addr", "agent-inter", "agent-port", "cookie", "error-limit", "id", "init-addr", "maxconn"}
    | {"maxqueue", "minconn", "observe", "on-error", "resolvers", "slowstart", "source", "track"}
)
"""Options that take a value and are nobody's business here; the value must not be taken for an option."""

_TIMEOUTS = ("connect", "client", "server", "check")
_CHECKS = ("httpchk", "tcp-check", "mysql-check", "external-check")


@frozen(kw_only=True)
class HaproxyCfg(ParsedArtifact):
    """The HAProxy of one OX host."""

    kind: ClassVar[str] = "haproxy-cfg"
    path: ClassVar[str] = "/etc/haproxy/haproxy.cfg"
    title: ClassVar[str] = "HAProxy in front of the database servers, for this host's OX alone."

    max_connections: int | None = None
    """Connections of all listeners together, `maxconn` of the section `global`."""
    listeners: tuple[Listener, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the HAProxy of an OX host."""
        if not runs_haproxy(deployment, host):
            return None
        idle, connections = _idle(deployment), _connections(deployment)
        listeners = tuple(_listeners(deployment, idle.value))
        return cls(
            max_connections=connections.value,
            listeners=listeners,
            origins={
                "max_connections": connections.origin,
                "timeouts": idle.origin,
                **dict(time_origins(deployment)),
                **dict(_endpoint_origins(deployment, listeners)),
            },
        )

    def render(self) -> str:
        """Return the complete text.

        What all listeners share stands in `defaults`, what all servers of one share in its `default-server`.
        """
        common, own = _shared([tuple(_listener_lines(listener)) for listener in self.listeners])
        origins = {name: tuple(origin.why.split()) for name, origin in self.origins.items()}
        return fill(
            "haproxy_cfg",
            haproxy.quote,
            artifact=self,
            defaults=common,
            why=origins,
            listeners=[
                (listener, lines, *_server_lines(listener.servers))
                for listener, lines in zip(self.listeners, own, strict=True)
            ],
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import haproxy_cfg

        return haproxy_cfg.REFERENCE

    def enables(self) -> tuple[Enable, ...]:
        """Return HAProxy's unit."""
        return (Enable(Switch.UNIT, "haproxy.service"),)

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any haproxy.cfg: `listen` sections, and frontends together with their default backend."""
        document = haproxy.parse(text)
        reader = _Reader(list(document.problems))
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for section in document.sections("global"):
            for line in section.lines:
                if line.words[0] == "maxconn" and len(line.words) > 1:
                    reader.value(values, "max_connections", int, line.words[1], line)
                    lines["max_connections"] = line.line
        listeners = tuple(reader.document(document))
        if listeners:
            lines["listeners"] = listeners[0].line
        return cls(listeners=listeners, lines=lines, **values), tuple(reader.problems)


def _connections(deployment: Deployment) -> Derived[int]:
    """All pools of one OX host, as `sizing.max_connections` counts them for the server.

    A connection counts in each listener for writes that it passes.
    """
    pool, passed = deployment.database.pool.max_active, max(1, len(write_ports(deployment)))
    times = " of this host" + (f" x {passed} listeners" if passed > 1 else "")
    why = f"{PROCESS_POOLS} pools x {pool} connections{times}, and {CONNECTION_RESERVE} beside OX"
    key = ("database", "pool", "max_active")
    return Derived(PROCESS_POOLS * pool * passed + CONNECTION_RESERVE, ours(why, key))


def _idle(deployment: Deployment) -> Derived[Milliseconds]:
    """How long an idle connection lives. SOURCE: oxpedia, HAproxy: 20m. OURS: longer where the pools' are."""
    life = deployment.database.pool.max_life_time
    why = f"20m, or twice the pool maxLifeTime ({Milliseconds(life)}) if that is more: OX closes first"
    key = ("database", "pool", "max_life_time")
    return Derived(Milliseconds(max(20 * MINUTE, 2 * life)), ours(why, key))


def _endpoint_origins(
    deployment: Deployment, listeners: tuple[Listener, ...]
) -> Iterator[tuple[str, Origin]]:
    """Yield where the ports of the listeners and the addresses of their servers come from."""
    hosts = {host.name: host for host in database_hosts(deployment)}
    for listener in listeners:
        key = "read_port" if listener.name == "mysql-read" else "write_port"
        origin = deployment.origin("database", key)
        if listener.name.startswith("mysql-write-"):
            origin = ours(
                "the listener for the case that the servers before are down; the next port", *origin.keys
            )
        yield f"{listener.name} bind", origin
        for server in listener.servers:
            if server.backup and listener.name == "mysql-read":
                why = "the master takes the writes; it answers reads only while no slave does"
                yield f"{listener.name} {server.name} server backup", ours(why, ("database", "mode"))
            if server.name in hosts:
                yield (
                    f"{listener.name} {server.name} server",
                    deployment.host_origin(hosts[server.name], "address"),
                )
            else:
                yield (
                    f"{listener.name} {server.name} server",
                    ours("the listener with the servers that follow"),
                )


def _listeners(deployment: Deployment, idle: Milliseconds) -> Iterator[Listener]:
    database = deployment.database
    servers = tuple(_server(deployment, host) for host in database_hosts(deployment))
    writer, others = servers[0], servers[1:]
    base = Listener(
        name="",
        address=str(LOCALHOST),
        port=0,
        mode="tcp",
        # A server that hangs costs the time of a check, as often as `fall` says.
        timeouts=Timeouts(
            connect=Milliseconds(span.connect_limit(deployment).value),
            client=idle,
            server=idle,
            check=Milliseconds(span.answer_limit(deployment).value),
        ),
        health=_health(deployment),
    )
    if haproxy_reads(deployment):
        readers: tuple[Server, ...] = servers
        if database.mode is Mode.REPLICATION:
            readers = (*others, evolve(writer, backup=True))
        yield evolve(
            base, name="mysql-read", port=database.read_port, balance=("roundrobin",), servers=readers
        )
    # Reads that are refused go to another server at once, writes wait for the check: it is asked more often.
    often = Milliseconds(span.check_interval(deployment, writes=True).value)
    writers = tuple(evolve(server, inter=often) for server in servers)
    if haproxy_writes(deployment):
        yield from _chain(base, writers, write_ports(deployment))


def _chain(base: Listener, servers: tuple[Server, ...], ports: tuple[int, ...]) -> Iterator[Listener]:
    """Yield a listener for each server but the last, with one backup: the next listener, or the last server.

    HAProxy honours `on-marked-up shutdown-backup-sessions` only on a server without `backup`. Behind one listener with
    two backups, connections would stay on the second when the first is back and takes the new ones.
    """
    names = ["mysql-write", *(f"mysql-write-{number}" for number in range(2, len(ports) + 1))]
    following = zip(names[1:], ports[1:], strict=True)
    backups = (*(Server(name=name, address=base.address, port=port) for name, port in following), servers[-1])
    for name, port, server, backup in zip(names, ports, servers[:-1], backups, strict=True):
        first = evolve(server, on_marked_up="shutdown-backup-sessions")
        yield evolve(base, name=name, port=port, servers=(first, evolve(backup, backup=True)))


def _server(deployment: Deployment, host: Host) -> Server:
    interval = Milliseconds(span.check_interval(deployment).value)
    return Server(
        name=host.name,
        address=str(host.address),
        port=MYSQL_PORT,
        check=True,
        check_port=CLUSTERCHECK_PORT if has_clustercheck(deployment) else None,
        inter=interval,
        fastinter=Milliseconds(span.second_check(deployment).value),
        downinter=interval,
        rise=2,
        fall=2,
        on_marked_down="shutdown-sessions",
    )


def _health(deployment: Deployment) -> HealthCheck | None:
    """Galera's state where there is one, else None: HAProxy's plain connection.

    MariaDB does not even see a plain connection, for HAProxy resets it before it is complete. To read the greeting
    would log a warning each time, and answers an error where the server knows no user of this host.
    """
    if not has_clustercheck(deployment):
        return None
    expect = ("http-check", "expect", "status", "200")
    return HealthCheck(option=("httpchk", "GET", "/"), steps=(expect,))


def _shared(parts: list[tuple[Words, ...]]) -> tuple[tuple[Words, ...], list[tuple[Words, ...]]]:
    """Split into the entries that all parts have and what is left of each part."""
    if not parts:
        return (), []
    common = tuple(entry for entry in parts[0] if all(entry in part for part in parts))
    return common, [tuple(entry for entry in part if entry not in common) for part in parts]


def _listener_lines(listener: Listener) -> Iterator[Words]:
    if listener.mode is not None:
        yield "mode", listener.mode
    if listener.balance:
        yield "balance", *listener.balance
    if listener.all_backups:
        yield "option", "allbackups"
    for name in _TIMEOUTS:
        value = getattr(listener.timeouts, name)
        if value is not None:
            yield "timeout", name, str(value)


def _server_lines(servers: tuple[Server, ...]) -> tuple[Words, list[Words]]:
    """The words of the `default-server` line, none when nothing is shared, and of each server's line."""
    common, own = _shared([tuple(_server_options(server)) for server in servers])
    heads = [(server.name, _endpoint(server.address, server.port)) for server in servers]
    flags = [tuple(name for name in ("backup", "disabled") if getattr(server, name)) for server in servers]
    lines = [(*head, *sum(options, ()), *flag) for head, options, flag in zip(heads, own, flags, strict=True)]
    return sum(common, ()), lines


def _server_options(server: Server) -> Iterator[Words]:
    if server.check:
        yield ("check",)
    for keyword, (name, _) in _OPTIONS.items():
        value = getattr(server, name)
        if value is not None:
            yield keyword, str(value)


def _endpoint(address: str, port: int | None) -> str:
    return address if port is None else f"{address}:{port}"


@frozen
class _Reader:
    problems: list[Problem]

    def document(self, document: haproxy.Document) -> Iterator[Listener]:
        defaults: tuple[haproxy.Line, ...] = ()
        behind: dict[str | None, tuple[haproxy.Line, ...]] = {}
        before: list[tuple[haproxy.Section, tuple[haproxy.Line, ...]]] = []
        for section in document.children:
            if section.keyword == "defaults":
                defaults = section.lines
            elif section.keyword == "backend":
                behind[section.name] = (*defaults, *section.lines)
            elif section.keyword in ("listen", "frontend"):
                before.append((section, defaults))
        for section, inherited in before:
            names = [
                line.words[1]
                for line in section.lines
                if line.words[0] == "default_backend" and line.words[1:]
            ]
            inherited = behind.get(names[-1], inherited) if names else inherited
            yield from self.listeners(section, (*inherited, *section.lines))

    def listeners(self, section: haproxy.Section, lines: Iterable[haproxy.Line]) -> Iterator[Listener]:
        values: dict[str, Any] = {"line": section.line}
        timeouts: dict[str, Milliseconds] = {}
        health: HealthCheck | None = None
        steps: list[Words] = []
        servers: list[Server] = []
        binds: list[tuple[str, int | None]] = []
        common: dict[str, Any] = {}
        for line in lines:
            keyword, args = line.words[0], line.words[1:]
            if keyword == "mode" and args:
                values["mode"] = args[0]
            elif keyword == "balance":
                values["balance"] = args
            elif keyword == "timeout" and len(args) > 1 and args[0] in _TIMEOUTS:
                self.value(timeouts, args[0], Milliseconds.haproxy, args[1], line)
            elif keyword == "option" and args and args[0] in _CHECKS:
                health = HealthCheck(option=args, line=line.line)
            elif line.words[-2:] == ("option", "allbackups"):
                values["all_backups"] = keyword != "no"
            elif keyword in ("http-check", "tcp-check"):
                steps.append(line.words)
            elif keyword == "default-server":
                self.options(common, args, line)
            elif keyword == "server" and len(args) > 1:
                servers.extend(self.server(common, args, line))
            elif keyword == "bind" and args:
                binds.extend(self.bind(args[0], line))
        if health is not None:
            health = evolve(health, steps=tuple(steps))
        for address, port in binds:
            yield Listener(
                name=section.name or "",
                address=address,
                port=port,
                timeouts=Timeouts(**timeouts),
                health=health,
                servers=tuple(servers),
                **values,
            )

    def bind(self, text: str, line: haproxy.Line) -> Iterator[tuple[str, int | None]]:
        for endpoint in text.split(","):
            if NO_NETWORK.match(endpoint):
                continue
            address, port = address_and_port(endpoint)
            if port.isdecimal():
                yield address, int(port)
            elif "$" in endpoint or RANGE.fullmatch(port):
                yield address, None
            else:
                self.problems.append(Problem(line.line, f'bind: "{endpoint}" names no port'))

    def server(self, common: dict[str, Any], args: Words, line: haproxy.Line) -> Iterator[Server]:
        name, endpoint, *options = args
        address, port = (endpoint, "") if NO_NETWORK.match(endpoint) else address_and_port(endpoint)
        values = dict(common)
        # `+1` and `-1` count from the port that the client called.
        if port and not OFFSET.fullmatch(port):
            self.value(values, "port", int, port, line)
        self.options(values, tuple(options), line)
        yield Server(name=name, address=address, line=line.line, **values)

    def options(self, values: dict[str, Any], words: Words, line: haproxy.Line) -> None:
        rest = iter(words)
        for word in rest:
            if word in _FLAGS:
                name, value = _FLAGS[word]
                values[name] = value
            elif word in _OPTIONS:
                name, convert = _OPTIONS[word]
                self.value(values, name, convert, next(rest, ""), line)
            elif word in _OTHER_OPTIONS:
                next(rest, None)

    def value(self, values: dict[str, Any], name: str, convert: Any, text: str, line: haproxy.Line) -> None:
        if "$" in text:
            # A variable of HAProxy's environment, which nobody knows here.
            return
        try:
            values[name] = convert(text)
        except ValueError:
            self.problems.append(Problem(line.line, f'{line.words[0]}: "{text}" does not fit {name}'))
