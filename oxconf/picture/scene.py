"""What the picture of a cluster shows, before anything has a place: stages from top to bottom, and who calls whom."""

from enum import Enum

from attrs import evolve, frozen

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment, Host, Mode, ReadPolicy, Role
from oxconf.deployment.ports import (
    ADMINDAEMON_CACHE_PORT,
    GALERA_FULL_PORT,
    GALERA_INCREMENTAL_PORT,
    GALERA_PORT,
    GROUPWARE_CACHE_PORT,
    SESSION_CACHE_PORT,
)
from oxconf.deployment.servers import PRODUCTS
from oxconf.deployment.topology import (
    MYSQL_PORT,
    database_hosts,
    directed_addresses,
    haproxy_reads,
    is_writer,
    maxscale_bind_address,
    maxscale_hosts,
    maxscale_reads,
    ox_hosts,
    runs_haproxy,
    write_ports,
    writer,
)
from oxconf.picture.flows import Flow, Service, flows, http_in_words, mounting_hosts


class Look(Enum):
    """How the border of a card is drawn."""

    PLAIN = "plain"
    WRITER = "writer"
    ASIDE = "aside"
    """A host that does not serve users, or that is no part of the cluster."""


class Link(Enum):
    """How the hosts of one stage are linked with each other."""

    GALERA = "galera"
    REPLICATION = "replication"
    CACHES = "caches"


@frozen
class Card:
    """One host: each part is what one service says, its first line the heading."""

    name: str
    address: str
    parts: tuple[tuple[str, ...], ...]
    look: Look = Look.PLAIN


@frozen
class Bus:
    """What all hosts of a stage share."""

    link: Link
    lines: tuple[str, ...]


@frozen
class Stage:
    """The hosts of one service, or of several where they are the same hosts."""

    services: tuple[Service, ...]
    title: str
    cards: tuple[Card, ...]
    bus: Bus | None = None
    notes: tuple[str, ...] = ()
    """Calls between the hosts of this stage."""


@frozen
class Scene:
    """The whole picture. Every flow begins and ends at a stage, or begins at the users."""

    stages: tuple[Stage, ...]
    flows: tuple[Flow, ...]


def scene(deployment: Deployment) -> Scene:
    """Return what the picture of a cluster shows."""
    calls = flows(deployment)
    stages = []
    for services in _shared(deployment):
        inside = [flow for flow in calls if flow.source in services and flow.target in services]
        stage = _stage(deployment, services)
        stages.append(evolve(stage, notes=tuple("; ".join(flow.lines) for flow in inside)))
    return Scene(tuple(stages), calls)


_ROLES = {
    Service.WEB: (Role.WEB,),
    Service.OX: (Role.GROUPWARE, Role.PROVISIONING),
    Service.DIRECTORS: (Role.DIRECTOR,),
    Service.MAXSCALE: (Role.MAXSCALE,),
    Service.DATABASE: (Role.DATABASE, Role.ARBITRATOR),
    Service.FILES: (Role.FILESTORE,),
}
"""Whose hosts give a service; those that serve users stand before those of the second role."""


def _hosts_of(deployment: Deployment, service: Service) -> tuple[Host, ...]:
    if service is Service.DATABASE:
        # The writer stands first.
        return (*database_hosts(deployment), *deployment.with_role(Role.ARBITRATOR))
    return tuple(host for role in _ROLES[service] for host in deployment.with_role(role))


def _shared(deployment: Deployment) -> list[tuple[Service, ...]]:
    """Return the services from top to bottom; those that the same hosts give stand together."""
    web, ox, database, files = (
        {host.name for host in _hosts_of(deployment, service)}
        for service in (Service.WEB, Service.OX, Service.DATABASE, Service.FILES)
    )
    stages = [[Service.WEB, Service.OX]] if web == ox else [[Service.WEB], [Service.OX]]
    if deployment.database.mode is Mode.STANDALONE and database <= ox:
        stages[-1].append(Service.DATABASE)
    else:
        # Directors and hosts of MaxScale alone run neither OX nor a database: they never share a stage with these.
        in_front = [each for each in (Service.DIRECTORS, Service.MAXSCALE) if _hosts_of(deployment, each)]
        stages += [*([each] for each in in_front), [Service.DATABASE]]
    if files and files <= database:
        stages[-1].append(Service.FILES)
    elif files and files <= ox:
        next(stage for stage in stages if Service.OX in stage).append(Service.FILES)
    else:
        stages.append([Service.FILES])
    return [tuple(stage) for stage in stages]


def _stage(deployment: Deployment, services: tuple[Service, ...]) -> Stage:
    hosts: dict[str, Host] = {}
    for service in reversed(services):
        # The last service but the filestore owns the order, so that the writer stands first.
        if service is not Service.FILES or len(services) == 1:
            hosts = {**hosts, **{host.name: host for host in _hosts_of(deployment, service)}}
    cards = tuple(_card(deployment, host, services) for host in hosts.values())
    titles = [service.value for service in services]
    if Service.DATABASE in services:
        titles[services.index(Service.DATABASE)] = f"Database: {database_in_words(deployment)}"
    if services == (Service.FILES,) and not hosts:
        server = deployment.filestore.server or ""
        cards = (
            Card(server, "outside the cluster", (("NFS server", deployment.filestore.path),), Look.ASIDE),
        )
    return Stage(services, " \u00b7 ".join(titles), cards, _bus(deployment, services))


def database_in_words(deployment: Deployment) -> str:
    """Return product, series and mode, as `MariaDB 10.11, Galera`."""
    database = deployment.database
    mode = {Mode.STANDALONE: "one server", Mode.REPLICATION: "replication", Mode.GALERA: "Galera"}
    return f"{PRODUCTS[database.flavour]} {database.version}, {mode[database.mode]}"


def _card(deployment: Deployment, host: Host, services: tuple[Service, ...]) -> Card:
    parts = tuple(part for service in services for part in _parts(deployment, host, service))
    elsewhere = [
        service.value for service, roles in _ROLES.items() if service not in services and host.has(*roles)
    ]
    if elsewhere:
        parts = (*parts, (f"also: {', '.join(elsewhere)}",))
    return Card(host.name, str(host.address), parts, _look(deployment, host, services))


def _look(deployment: Deployment, host: Host, services: tuple[Service, ...]) -> Look:
    if Service.DATABASE in services and deployment.database.mode is not Mode.STANDALONE:
        if is_writer(deployment, host):
            return Look.WRITER
        return Look.ASIDE if host.has(Role.ARBITRATOR) else Look.PLAIN
    return Look.ASIDE if Service.OX in services and host.has(Role.PROVISIONING) else Look.PLAIN


def _parts(deployment: Deployment, host: Host, service: Service) -> list[tuple[str, ...]]:
    if not host.has(*_ROLES[service]):
        return []
    if service is Service.WEB:
        held = ("may hold the web address",) if host.has(Role.BALANCER) else ()
        return [("Apache", http_in_words(deployment), *held)]
    if service is Service.OX:
        return _ox_parts(deployment, host)
    if service is Service.DIRECTORS:
        calls = tuple(f"{name}s: {address}" for name, address in directed_addresses(deployment))
        return [("keepalived, LVS", "direct routing", *calls)]
    if service is Service.MAXSCALE:
        return [_maxscale_part(deployment, host)]
    if service is Service.DATABASE:
        if host.has(Role.ARBITRATOR):
            return [("Arbitrator", "votes, holds no data")]
        return [
            (_database_role(deployment, host), f"{PRODUCTS[deployment.database.flavour]}, port {MYSQL_PORT}")
        ]
    return [("NFS server" if mounting_hosts(deployment) else "Filestore", deployment.filestore.path)]


def _ox_parts(deployment: Deployment, host: Host) -> list[tuple[str, ...]]:
    node = (f"route {host.route}", f"AJP, port {deployment.ox.ajp_port}")
    if host.has(Role.GROUPWARE):
        parts: list[tuple[str, ...]] = [("Open-Xchange", *node, f"load factor {host.load_factor}")]
    else:
        parts = [("Provisioning", *node, "SOAP; takes no users")]
    if runs_haproxy(deployment, host):
        ports = write_ports(deployment)
        reads = (f"reads: port {deployment.database.read_port}",) if haproxy_reads(deployment) else ()
        span = (
            f"port {ports[0]}" if len(ports) == 1 else f"ports {ports[0]}\u2013{ports[-1]}" if ports else ""
        )
        if reads or span:
            writes = (f"writes: {span}",) if span else ()
            parts.append(("HAProxy, 127.0.0.1", *reads, *writes))
    if host in maxscale_hosts(deployment):
        parts.append(_maxscale_part(deployment, host))
    return parts


def _maxscale_part(deployment: Deployment, host: Host) -> tuple[str, ...]:
    bind = maxscale_bind_address(deployment, host)
    where = f", {bind}" if bind.is_loopback else ""
    reads = (f"reads: port {deployment.database.read_port}",) if maxscale_reads(deployment) else ()
    return (f"MaxScale{where}", *reads, f"writes: port {deployment.database.write_port}")


def _database_role(deployment: Deployment, host: Host) -> str:
    if deployment.database.mode is Mode.STANDALONE:
        return "Database server"
    if is_writer(deployment, host):
        return "Writer"
    return "Standby" if deployment.database.read_policy is ReadPolicy.WRITE_ADDRESS else "Reader"


def _bus(deployment: Deployment, services: tuple[Service, ...]) -> Bus | None:
    mode, network = deployment.database.mode, deployment.network
    if Service.DATABASE in services and mode is Mode.GALERA:
        ports = f"{GALERA_PORT}, {GALERA_INCREMENTAL_PORT} and {GALERA_FULL_PORT}"
        return Bus(Link.GALERA, ("Galera: all servers agree on each commit", f"TCP {ports} between them"))
    if Service.DATABASE in services and mode is Mode.REPLICATION:
        name = writer(deployment).name
        return Bus(
            Link.REPLICATION,
            (f"Replication from {name} to the others, with delay", f"TCP {MYSQL_PORT} to {name}"),
        )
    if Service.OX in services and len(ox_hosts(deployment)) > 1:
        ports = listed(map(str, sorted((GROUPWARE_CACHE_PORT, ADMINDAEMON_CACHE_PORT, SESSION_CACHE_PORT))))
        return Bus(
            Link.CACHES,
            (
                f"Caches find each other in {network.multicast_group}, UDP {network.multicast_port} (multicast)",
                f"and talk over TCP {ports}",
            ),
        )
    return None
