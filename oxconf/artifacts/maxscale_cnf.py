"""`maxscale.cnf`: MaxScale in front of a Galera cluster, with a listener for reads and one for writes.

From documentation alone: MaxScale 24.02, its Configuration Guide and the pages of galeramon and readconnroute. Release
22.08 calls `wait_timeout` `connection_timeout`, a name that 24.02 takes as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, TypeVar

from attrs import evolve, frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference, Setting, Statement, entry
from oxconf.artifacts._keyvalue import KeySetting, settings
from oxconf.artifacts._maxscale_sections import (
    ALIASES,
    DOCS,
    GUIDE,
    ROUTER,
    SECTIONS,
    Global,
    Listener,
    Monitor,
    Section,
    Server,
    Service,
)
from oxconf.artifacts._time import MINUTE, SECOND, Milliseconds
from oxconf.deployment import span
from oxconf.deployment.locate import Path
from oxconf.deployment.model import Deployment, Host, Role, Span
from oxconf.deployment.origin import Derived, Mark, Origin, ours
from oxconf.deployment.topology import (
    LOCALHOST,
    MAXSCALE_ADMIN_PORT,
    MYSQL_PORT,
    database_hosts,
    maxscale_bind_address,
    maxscale_floats,
    maxscale_hosts,
    maxscale_reads,
)
from oxconf.deployment.units import MIB
from oxconf.syntax import ini
from oxconf.syntax._base import Problem, Unwritable

__all__ = ["Global", "Listener", "MaxscaleCnf", "Monitor", "Section", "Server", "Service"]

USER = "maxscale"
"""The database account of the monitor and of both services."""

DEFAULT_PATIENCE = Milliseconds(3 * SECOND)
"""SOURCE: MaxScale 24.02, Common Monitor Parameters, backend_connect_timeout and backend_read_timeout."""

S = TypeVar("S", bound=Section)


@frozen(kw_only=True)
class MaxscaleCnf(ParsedArtifact):
    """MaxScale of one host."""

    kind: ClassVar[str] = "maxscale-cnf"
    path: ClassVar[str] = "/etc/maxscale.cnf"
    title: ClassVar[str] = "MaxScale in front of the database servers; from its documentation alone."
    mode: ClassVar[int] = 0o640
    group: ClassVar[str] = "maxscale"

    sections: tuple[Section, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of a host that runs MaxScale."""
        if host not in maxscale_hosts(deployment):
            return None
        idle, threads = _idle(deployment), _threads(deployment, host)
        origins = {
            "maxscale threads": threads.origin,
            "service wait_timeout": idle.origin,
            **dict(_origins(deployment, host)),
        }
        return cls(sections=tuple(_sections(deployment, host, threads.value, idle.value)), origins=origins)

    def of(self, cls: type[S]) -> tuple[S, ...]:
        """Return the sections of one kind, in the order of the file."""
        return tuple(section for section in self.sections if isinstance(section, cls))

    @property
    def accounts(self) -> tuple[Monitor | Service, ...]:
        """The sections that log in to the servers."""
        return (*self.of(Monitor), *self.of(Service))

    def servers_of(self, service: Service) -> tuple[Server, ...]:
        """Return the servers of a service, its own or its monitor's, in the order of their list."""
        monitor = next((each for each in self.of(Monitor) if each.name == service.cluster), None)
        names = service.servers or (monitor.servers if monitor else None) or ()
        by_name = {server.name: server for server in self.of(Server)}
        return tuple(by_name[name] for name in names if name in by_name)

    def monitor_of(self, service: Service) -> Monitor | None:
        """Return the monitor that looks after the servers of a service."""
        names = {server.name for server in self.servers_of(service)}
        return next((each for each in self.of(Monitor) if names & set(each.servers or ())), None)

    def service_of(self, listener: Listener) -> Service | None:
        """Return the service that a listener leads to."""
        return next((each for each in self.of(Service) if each.name == listener.service), None)

    def render(self) -> str:
        """Return the complete text, the password included."""
        items: list[Any] = [ini.Comment(f"{self.title} Written by oxconf.")]
        said: set[str] = set()
        for section in self.sections:
            items += [ini.Blank(), ini.Section(section.name)]
            if not isinstance(section, Global):
                items.append(ini.Entry("type", section.kind))
            for attribute, data in settings(type(section)):
                value = getattr(section, attribute.name)
                if value is not None:
                    items += (ini.Comment(text) for text in self._comments(section, data, said))
                    items.append(ini.Entry(data.key, _quotable(data, value)))
        return ini.render(ini.Document(tuple(items)))

    def _comments(self, section: Section, data: KeySetting, said: set[str]) -> Iterator[str]:
        """Yield the reason above a line, once for all sections of a kind."""
        key = f"{section.kind} {data.key}"
        if data.noted and key not in said:
            said.add(key)
            yield f"{data.key}: {self.origins.get(key, data.origin).why}"

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        return Reference(tuple(_reference()), _statements)

    def enables(self) -> tuple[Enable, ...]:
        """Return MaxScale's unit."""
        return (Enable(Switch.UNIT, "maxscale.service"),)

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any maxscale.cnf; filters, includes and keys that say nothing about who serves whom are left aside."""
        document = ini.parse(text)
        problems = list(document.problems)
        found = []
        for section, entries in document.sections():
            for known in SECTIONS:
                if known.kind == _kind(section, entries):
                    found.append(_read(known, section, entries, problems))
        lines = {"sections": found[0].line} if found else {}
        return cls(sections=tuple(found), lines=lines), tuple(problems)


def _kind(section: ini.Section, entries: Mapping[str, ini.Entry]) -> str:
    if section.name.lower() == Global.kind:
        return Global.kind
    return entries["type"].value.lower() if "type" in entries else ""


def _quotable(data: KeySetting, value: object) -> str:
    text = data.codec.write(value)
    try:
        return ini.quote(text)
    except Unwritable as error:
        raise Unwritable(f"{data.key}: {error}") from None


def _read(cls: type[S], section: ini.Section, entries: Mapping[str, ini.Entry], problems: list[Problem]) -> S:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    by_key = {ALIASES.get(key, key): each for key, each in entries.items()}
    for attribute, data in settings(cls):
        each = by_key.get(data.key)
        if each is None:
            continue
        lines[attribute.name] = each.line
        try:
            values[attribute.name] = data.codec.read(_unquoted(each.value))
        except ValueError as error:
            problems.append(Problem(each.line, f"{data.key}: {error}"))
    return cls(name=section.name, line=section.line, lines=lines, **values)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] in "\"'" and value[0] == value[-1]
    return value[1:-1] if quoted else value


def _reference() -> Iterator[Setting]:
    for cls in SECTIONS:
        if cls in DOCS:
            yield entry(f"{cls.kind} type", "text", DOCS[cls], Mark.SOURCE, GUIDE)
        for _, data in settings(cls):
            key = f"{cls.kind} {data.key}"
            yield evolve(data, key=key, name=key)


def _statements(text: str) -> Iterator[Statement]:
    for section, entries in ini.parse(text).sections():
        kind = _kind(section, entries)
        where = "" if kind == Global.kind else section.name
        for each in entries.values():
            yield Statement(f"{kind} {each.key}", each.value, each.line, where)


def _threads(deployment: Deployment, host: Host) -> Derived[str]:
    roles = deployment.path(host, "roles")
    if host.has(Role.MAXSCALE):
        return Derived("auto", ours("this host's cores are there for MaxScale", roles))
    return Derived(
        str(min(2, host.cores)), ours("the other cores are OX's", roles, deployment.path(host, "cores"))
    )


def _idle(deployment: Deployment) -> Derived[Milliseconds]:
    """How long an idle connection lives, in whole seconds: MaxScale refuses parts of one. OURS: as HAProxy's."""
    life = deployment.database.pool.max_life_time
    wanted = -(-2 * life // SECOND) * SECOND
    why = f"20m, or twice the pool maxLifeTime ({Milliseconds(life)}) if that is more: OX closes first"
    return Derived(Milliseconds(max(20 * MINUTE, wanted)), ours(why, ("database", "pool", "max_life_time")))


def _sections(deployment: Deployment, host: Host, threads: str, idle: Milliseconds) -> Iterator[Section]:
    database, servers = deployment.database, database_hosts(deployment)
    yield Global(
        name="maxscale",
        threads=threads,
        skip_name_resolve=True,
        max_auth_errors_until_block=0,
        query_classifier_cache_size=64 * MIB,
        load_persisted_configs=False,
        admin_host=str(LOCALHOST),
        admin_port=MAXSCALE_ADMIN_PORT,
        admin_gui=False,
    )
    for priority, server in enumerate(servers, 1):
        yield Server(name=server.name, address=str(server.address), port=MYSQL_PORT, priority=priority)
    password = deployment.password("maxscale")
    limit = Milliseconds(span.answer_limit(deployment).value)
    patience = limit if limit > DEFAULT_PATIENCE else None
    # No host has an underscore in its name.
    monitor = Monitor(
        name="galera_monitor",
        module="galeramon",
        servers=tuple(server.name for server in servers),
        user=USER,
        password=password,
        monitor_interval=Milliseconds(span.check_interval(deployment).value),
        backend_connect_timeout=patience,
        backend_read_timeout=patience,
        use_priority=True,
        disable_master_failback=False,
        available_when_donor=len(servers) == 2,
    )
    yield monitor
    # What a listener leads to, which servers that are, and its port.
    ways = [("write", "master", database.write_port)]
    if maxscale_reads(deployment):
        ways.insert(0, ("read", "synced", database.read_port))
    for name, option, _ in ways:
        yield Service(
            name=f"{name}_service",
            router="readconnroute",
            router_options=(option,),
            cluster=monitor.name,
            user=USER,
            password=password,
            wait_timeout=idle,
        )
    for name, _, port in ways:
        yield Listener(
            name=f"{name}_listener",
            service=f"{name}_service",
            address=str(maxscale_bind_address(deployment, host)),
            port=port,
        )


def _origins(deployment: Deployment, host: Host) -> Iterator[tuple[str, Origin]]:
    """Yield where addresses and ports come from."""
    servers = database_hosts(deployment)
    for server in servers:
        yield f"{server.name} server address", deployment.host_origin(server, "address")
    yield "monitor servers", ours("all nodes of the cluster", *_roles(deployment, servers))
    donor = (
        "of two nodes the donor is the only one that is left"
        if len(servers) == 2
        else "the other nodes serve"
    )
    yield "monitor monitor_interval", _interval_origin(deployment)
    for name in ("connect", "read"):
        yield f"monitor backend_{name}_timeout", span.answer_limit(deployment).origin
    yield "monitor available_when_donor", ours(donor, *_roles(deployment, servers))
    yield "read_listener listener port", deployment.origin("database", "read_port")
    yield "write_listener listener port", deployment.origin("database", "write_port")
    if not host.has(Role.MAXSCALE):
        yield "listener address", ours("OX on this host is all that calls", deployment.path(host, "roles"))
    elif maxscale_floats(deployment):
        yield (
            "listener address",
            ours("every address: the floating one may come", ("database", "write_address")),
        )
    else:
        yield "listener address", deployment.host_origin(host, "address")
    for name, what in (
        ("write", "one server takes all writes"),
        ("read", "every server that is in sync takes reads"),
    ):
        why = f"{what} ({ROUTER})"
        yield (
            f"{name}_service service router_options",
            Origin(Mark.SOURCE, why, keys=(("database", "access"),)),
        )


def _interval_origin(deployment: Deployment) -> Origin:
    lan = deployment.network.span is Span.LAN
    why = "on one network; the default is 2s" if lan else span.check_interval(deployment).origin.why
    return ours(f"writes wait for it when the writer fails; {why}", span.KEY)


def _roles(deployment: Deployment, hosts: Iterable[Host]) -> Iterator[Path]:
    return (deployment.path(host, "roles") for host in hosts)
