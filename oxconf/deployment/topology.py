"""Who talks to whom: what follows from the roles, the database mode and what stands in front."""

from ipaddress import IPv4Address

from attrs import evolve, field, frozen

from oxconf.deployment.model import (
    DatabaseAccess,
    Deployment,
    Host,
    Mode,
    ReadPolicy,
    Role,
    WebAccess,
)
from oxconf.deployment.origin import Mark, Origin, ours, tutorial

LOCALHOST = IPv4Address("127.0.0.1")
MYSQL_PORT = 3306
CLUSTERCHECK_PORT = 9200
MAXSCALE_ADMIN_PORT = 8989
"""Port of MaxScale's REST API on the loopback address. SOURCE: its Configuration Guide, admin_port: the default."""

_MODE = ("database", "mode")
_ACCESS = ("database", "access")
_POLICY = ("database", "read_policy")

_ROUTER = "MaxScale's documentation, readconnroute"
_FROM_THE_TUTORIAL = (Mark.TUTORIAL, Mark.SOURCE, Mark.OURS, Mark.CLUSTER)
"""How far each mark is from the tutorial."""
_MYSQL = Origin(Mark.SOURCE, "the port of MySQL, which is the installer's default (oxinstaller.in)")


def composed(step: str, *parts: Origin) -> Origin:
    """Return the origin of a value that is made of several, where the step itself is the tutorial's.

    The value is as far from the tutorial as the farthest of its parts; `why` then tells the step from the value.
    """
    farthest = max(parts, key=lambda part: _FROM_THE_TUTORIAL.index(part.mark))
    keys = tuple(dict.fromkeys(key for part in parts for key in part.keys))
    if farthest.mark is Mark.TUTORIAL:
        return Origin(Mark.TUTORIAL, step, keys=keys)
    return Origin(farthest.mark, f"{step}, the tutorial's step; {farthest.why}", keys=keys)


@frozen
class Endpoint:
    """Where a client connects, why to that address, why to that port, and why there at all."""

    address: IPv4Address
    port: int
    address_origin: Origin = field(eq=False)
    port_origin: Origin = field(eq=False)
    origin: Origin = field(eq=False)


@frozen
class FloatingAddress:
    """An address that keepalived moves. The first of `holders` prefers to hold it."""

    name: str
    address: IPv4Address
    virtual_router_id: int
    holders: tuple[Host, ...]


def ox_hosts(deployment: Deployment) -> tuple[Host, ...]:
    """Return every host that runs OX, the provisioning node included."""
    return deployment.with_role(Role.GROUPWARE, Role.PROVISIONING)


def database_hosts(deployment: Deployment) -> tuple[Host, ...]:
    """Return the database servers, the writer first."""
    servers = deployment.with_role(Role.DATABASE)
    return tuple(sorted(servers, key=lambda host: host.name != deployment.database.writer))


def writer(deployment: Deployment) -> Host:
    """Return the server that takes the writes in normal operation."""
    return deployment.host(deployment.database.writer)


def is_writer(deployment: Deployment, host: Host) -> bool:
    """Whether the host takes the writes in normal operation."""
    return host.name == deployment.database.writer


def server_id(deployment: Deployment, host: Host) -> int:
    """Return the server-id for replication: the server's place among the database hosts of the file, from 1.

    It does not depend on who the writer is: a server passes over events that carry its own id, so after a promotion
    no server may get the id that another one wrote with.
    """
    return 1 + [server.name for server in deployment.with_role(Role.DATABASE)].index(host.name)


def runs_haproxy(deployment: Deployment, host: Host) -> bool:
    """Whether a HAProxy in front of the database runs on this host."""
    return deployment.database.access is DatabaseAccess.HAPROXY and host.runs_ox


def haproxy_writes(deployment: Deployment) -> bool:
    """Whether HAProxy takes writes as well; in replication the write address is moved by a person instead."""
    return deployment.database.access is DatabaseAccess.HAPROXY and deployment.database.mode is Mode.GALERA


def has_directors(deployment: Deployment) -> bool:
    """Whether hosts with the role director lead OX to the database servers, by LVS with direct routing."""
    return deployment.database.access is DatabaseAccess.LVS


def directors(deployment: Deployment) -> tuple[Host, ...]:
    """Return the hosts that lead OX to the database servers; the first prefers to hold the addresses."""
    return deployment.with_role(Role.DIRECTOR) if has_directors(deployment) else ()


def directed_addresses(deployment: Deployment) -> tuple[tuple[str, IPv4Address], ...]:
    """Return the addresses behind which LVS has the database servers, by name: write, and read where reads differ."""
    database = deployment.database
    if not has_directors(deployment):
        return ()
    wanted = (("write", database.write_address), ("read", database.read_address))
    return tuple((name, address) for name, address in wanted if address is not None)


def write_ports(deployment: Deployment) -> tuple[int, ...]:
    """Return the loopback ports on which HAProxy takes writes, one for each database server but the last.

    The first leads to the writer, and to the second while the writer is down; the second leads to the next server,
    and so on. Two servers need one port.
    """
    if not haproxy_writes(deployment):
        return ()
    first = deployment.database.write_port
    return tuple(range(first, first + max(1, len(database_hosts(deployment)) - 1)))


def haproxy_reads(deployment: Deployment) -> bool:
    """Whether HAProxy spreads reads; it does not where all reads go to the writer."""
    database = deployment.database
    return database.access is DatabaseAccess.HAPROXY and database.read_policy is not ReadPolicy.WRITE_ADDRESS


def maxscale_hosts(deployment: Deployment) -> tuple[Host, ...]:
    """Return the hosts that run MaxScale: those with the role, or every OX host where none has it."""
    if deployment.database.access is not DatabaseAccess.MAXSCALE:
        return ()
    return deployment.with_role(Role.MAXSCALE) or ox_hosts(deployment)


def maxscale_floats(deployment: Deployment) -> bool:
    """Whether OX reaches MaxScale at the write address: where several hosts of its own run it."""
    return len(deployment.with_role(Role.MAXSCALE)) > 1 and bool(maxscale_hosts(deployment))


def maxscale_reads(deployment: Deployment) -> bool:
    """Whether MaxScale spreads reads; it does not where all reads go to the writer."""
    database = deployment.database
    return bool(maxscale_hosts(deployment)) and database.read_policy is not ReadPolicy.WRITE_ADDRESS


def maxscale_bind_address(deployment: Deployment, host: Host) -> IPv4Address:
    """Return the address that the listeners of this host's MaxScale are on.

    A host that waits for the floating address does not have it yet, so it listens on every address.
    """
    if not host.has(Role.MAXSCALE):
        return LOCALHOST
    return IPv4Address("0.0.0.0") if maxscale_floats(deployment) else host.address


def _maxscale_endpoint(deployment: Deployment, port: str, step: Origin) -> Endpoint:
    """Return where OX finds the MaxScale whose port is this key of [database]."""
    number: int = getattr(deployment.database, port)
    port_origin = deployment.origin("database", port)
    hosts = deployment.with_role(Role.MAXSCALE)
    if not hosts:
        whole = evolve(step, keys=(*step.keys, *port_origin.keys))
        return Endpoint(LOCALHOST, number, step, port_origin, whole)
    if maxscale_floats(deployment):
        assert deployment.database.write_address is not None  # consistency_maxscale.py demands it here
        address, origin = deployment.database.write_address, deployment.origin("database", "write_address")
    else:
        address, origin = hosts[0].address, deployment.host_origin(hosts[0], "address")
    return Endpoint(
        address,
        number,
        origin,
        port_origin,
        evolve(step, keys=(*step.keys, *origin.keys, *port_origin.keys)),
    )


def write_endpoint(deployment: Deployment) -> Endpoint:
    """Return where an OX host sends its writes."""
    database = deployment.database
    if database.access is DatabaseAccess.DIRECT:
        return _direct_endpoint(deployment)
    if haproxy_writes(deployment):
        step = tutorial("the HAProxy of this host, which sends all writes to one server", _MODE, _ACCESS)
        port = deployment.origin("database", "write_port")
        return Endpoint(LOCALHOST, database.write_port, step, port, composed(step.why, step, port))
    if database.access is DatabaseAccess.MAXSCALE:
        step = Origin(
            Mark.SOURCE, f"MaxScale, which sends all writes to one server ({_ROUTER})", keys=(_MODE, _ACCESS)
        )
        return _maxscale_endpoint(deployment, "write_port", step)
    assert database.write_address is not None  # consistency.py demands it here
    step = tutorial(
        "the address behind which the director sends all writes to one server"
        if has_directors(deployment)
        else "the floating address of the server that takes the writes",
        _MODE,
        _ACCESS,
    )
    address = deployment.origin("database", "write_address")
    return Endpoint(
        database.write_address, MYSQL_PORT, address, _MYSQL, composed(step.why, step, address, _MYSQL)
    )


def read_endpoint(deployment: Deployment) -> Endpoint:
    """Return where an OX host sends its reads."""
    database = deployment.database
    if haproxy_reads(deployment):
        step = tutorial(
            "the HAProxy of this host, which spreads the reads over the servers", _ACCESS, _POLICY
        )
        port = deployment.origin("database", "read_port")
        return Endpoint(LOCALHOST, database.read_port, step, port, composed(step.why, step, port))
    if maxscale_reads(deployment):
        why = f"MaxScale, which spreads the reads over the servers ({_ROUTER})"
        step = Origin(Mark.SOURCE, why, keys=(_ACCESS, _POLICY))
        return _maxscale_endpoint(deployment, "read_port", step)
    spread = has_directors(deployment) and database.read_policy is not ReadPolicy.WRITE_ADDRESS
    if spread or database.read_policy is ReadPolicy.READ_ADDRESS:
        assert database.read_address is not None  # consistency.py demands it here
        step = tutorial(
            "the address behind which the director spreads the reads over the servers"
            if spread
            else "the floating address of the reads",
            _ACCESS,
            _POLICY,
        )
        address = deployment.origin("database", "read_address")
        return Endpoint(
            database.read_address, MYSQL_PORT, address, _MYSQL, composed(step.why, step, address, _MYSQL)
        )
    write = write_endpoint(deployment)
    return evolve(
        write,
        address_origin=_as_the_writes(write.address_origin),
        port_origin=_as_the_writes(write.port_origin),
        origin=_as_the_writes(write.origin),
    )


def _as_the_writes(origin: Origin) -> Origin:
    return Origin(origin.mark, f"as the writes: {origin.why}", keys=(_POLICY, *origin.keys))


def _serves_itself_alone(deployment: Deployment) -> bool:
    server = writer(deployment)
    return ox_hosts(deployment) == (server,) and backup_host(deployment) in (None, server)


def _direct_address(deployment: Deployment) -> IPv4Address:
    """One server: the loopback address when nobody else needs it, so that it need not listen on the network."""
    return LOCALHOST if _serves_itself_alone(deployment) else writer(deployment).address


def _direct_endpoint(deployment: Deployment) -> Endpoint:
    server, address = writer(deployment), _direct_address(deployment)
    if address == LOCALHOST:
        why = "the only database server is on this very host"
        origin = ours(why, _ACCESS, deployment.path(server, "roles"))
        return Endpoint(address, MYSQL_PORT, origin, _MYSQL, origin)
    step = tutorial("the only database server", _ACCESS)
    origin = deployment.host_origin(server, "address")
    return Endpoint(address, MYSQL_PORT, origin, _MYSQL, composed(step.why, step, origin, _MYSQL))


def database_floats(deployment: Deployment) -> bool:
    """Whether any floating address reaches the database servers."""
    database = deployment.database
    return database.mode is not Mode.STANDALONE and (
        database.access in (DatabaseAccess.FLOATING, DatabaseAccess.LVS) or database.mode is Mode.REPLICATION
    )


def database_bind_address(deployment: Deployment, host: Host) -> IPv4Address:
    """Return the address that the database server of this host listens on.

    A server that binds to its own address refuses connections to a floating one.
    """
    if database_floats(deployment):
        return IPv4Address("0.0.0.0")
    if deployment.database.access is DatabaseAccess.DIRECT:
        return _direct_address(deployment)
    return host.address


def database_bind_origin(deployment: Deployment, host: Host) -> Origin:
    """Return why the database server of this host listens there."""
    if has_directors(deployment):
        return ours("every address: the directors' calls come to addresses on lo", _MODE, _ACCESS)
    if database_floats(deployment):
        return ours("every address: a floating one reaches this server as well", _MODE, _ACCESS)
    direct = deployment.database.access is DatabaseAccess.DIRECT
    if maxscale_hosts(deployment):
        return ours(
            "the address that MaxScale uses; Debian's own files say 127.0.0.1",
            deployment.path(host, "address"),
        )
    keys = _direct_endpoint(deployment).origin.keys if direct else (deployment.path(host, "address"),)
    if direct and _serves_itself_alone(deployment):
        return ours("OX on this host is all that calls", *keys)
    return ours("the address that the OX hosts use; Debian's own files say 127.0.0.1", *keys)


def has_clustercheck(deployment: Deployment) -> bool:
    """Whether the database servers answer health checks on port 9200: where somebody asks for Galera's state there.

    MaxScale reads it with an account of its own.
    """
    database = deployment.database
    return database.mode is Mode.GALERA and database.access is not DatabaseAccess.MAXSCALE


def health_callers(deployment: Deployment) -> tuple[Host, ...]:
    """Return the hosts that ask the database servers how they are: those with a HAProxy, or the directors."""
    return tuple(
        host for host in deployment.hosts if runs_haproxy(deployment, host) or host in directors(deployment)
    )


def floating_addresses(deployment: Deployment) -> tuple[FloatingAddress, ...]:
    """Return the addresses that keepalived moves: the web servers', and those of Galera, its directors or MaxScale.

    The write address of replication is not among them: a person moves it, never a health check.
    """
    database, web = deployment.database, deployment.web
    wanted: list[tuple[str, IPv4Address, tuple[Host, ...]]] = []
    if web.access is WebAccess.KEEPALIVED and web.address is not None:
        wanted.append(("web", web.address, deployment.with_role(Role.BALANCER)))
    if database.access is DatabaseAccess.FLOATING and database.mode is Mode.GALERA:
        servers = database_hosts(deployment)
        if database.write_address is not None:
            wanted.append(("write", database.write_address, servers))
        if database.read_address is not None and database.read_policy is ReadPolicy.READ_ADDRESS:
            # The writer is the last to hold the reads.
            wanted.append(("read", database.read_address, (*servers[1:], servers[0])))
    wanted += ((name, address, directors(deployment)) for name, address in directed_addresses(deployment))
    if maxscale_floats(deployment) and database.write_address is not None:
        wanted.append(("write", database.write_address, deployment.with_role(Role.MAXSCALE)))
    first = deployment.network.virtual_router_id
    return tuple(
        FloatingAddress(name, address, first + index, holders)
        for index, (name, address, holders) in enumerate(wanted)
    )


def offers_https(deployment: Deployment) -> bool:
    """Whether the web servers end TLS; plain HTTP then only redirects."""
    return deployment.web.certificate is not None


def filestore_server(deployment: Deployment) -> str:
    """Return the address (or the outside name) that the filestore is mounted from."""
    if deployment.filestore.server is not None:
        return deployment.filestore.server
    (host,) = deployment.with_role(Role.FILESTORE)
    return str(host.address)


def mounts_filestore(deployment: Deployment, host: Host) -> bool:
    """Whether the host is an NFS client; an OX host that serves the files itself has them already."""
    return host.runs_ox and not host.has(Role.FILESTORE)


def soap_hosts(deployment: Deployment) -> tuple[Host, ...]:
    """Return the OX hosts that take provisioning calls: the provisioning nodes, or all where there is none."""
    return deployment.with_role(Role.PROVISIONING) or deployment.with_role(Role.GROUPWARE)


def backup_host(deployment: Deployment) -> Host | None:
    """Return the host that makes the backup; None where there is none.

    It sees the filestore as a local folder: the filestore's host does, and every OX host.
    """
    backup = deployment.backup
    if backup.folder is None:
        return None
    for host in (
        *(host for host in deployment.hosts if host.name == backup.runs_on),
        *deployment.with_role(Role.FILESTORE),
        *deployment.with_role(Role.PROVISIONING),
        *deployment.with_role(Role.GROUPWARE),
    ):
        return host
    return None


def backup_server(deployment: Deployment) -> Host:
    """Return the database server that the backup reads: the last that would take the writes."""
    return database_hosts(deployment)[-1]
