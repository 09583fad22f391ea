"""The port matrix: what listens on each host, and who calls it."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.topology import (
    CLUSTERCHECK_PORT,
    LOCALHOST,
    MAXSCALE_ADMIN_PORT,
    MYSQL_PORT,
    backup_host,
    backup_server,
    database_bind_address,
    database_hosts,
    directed_addresses,
    directors,
    floating_addresses,
    haproxy_reads,
    has_clustercheck,
    health_callers,
    maxscale_bind_address,
    maxscale_hosts,
    maxscale_reads,
    mounts_filestore,
    offers_https,
    ox_hosts,
    runs_haproxy,
    write_ports,
)

EVERYBODY = "everybody"
HTTP_PORT = 80
HTTPS_PORT = 443
NFS_PORT = 2049
RPCBIND_PORT = 111
GROUPWARE_CACHE_PORT = 57462
ADMINDAEMON_CACHE_PORT = 57461
SESSION_CACHE_PORT = 57463
GALERA_PORT = 4567
GALERA_INCREMENTAL_PORT = 4568
GALERA_FULL_PORT = 4444
MUNIN_PORT = 4949
RMI_PORT = 1099
JMX_PORT = 9999
"""SOURCE: Open-Xchange middleware, documentation, ports. Both processes of OX take them on the loopback interface."""

SSHD = "sshd"


@frozen
class Listener:
    """One open port. `callers` are host names, the host's own among them, or `everybody`; empty: the host alone.

    A caller that is no host of the cluster is named by its address.
    """

    protocol: str
    port: int | None
    address: str
    service: str
    callers: tuple[str, ...]


def listeners(deployment: Deployment, host: Host) -> tuple[Listener, ...]:
    """Return what listens on a host, in a fixed order."""
    return (
        # Nobody shuts himself out.
        Listener("tcp", deployment.network.ssh_port, "*", SSHD, (EVERYBODY,)),
        *_web(deployment, host),
        *_ox(deployment, host),
        *_maxscale(deployment, host),
        *_database(deployment, host),
        *_directed(deployment, host),
        *_other(deployment, host),
    )


def _names(hosts: tuple[Host, ...], but: Host | None = None) -> tuple[str, ...]:
    return tuple(host.name for host in hosts if host is not but)


def _web(deployment: Deployment, host: Host) -> Iterator[Listener]:
    if host.has(Role.WEB):
        yield Listener("tcp", HTTP_PORT, "*", "Apache", (EVERYBODY,))
        if offers_https(deployment):
            yield Listener("tcp", HTTPS_PORT, "*", "Apache, HTTPS", (EVERYBODY,))


def _ox(deployment: Deployment, host: Host) -> Iterator[Listener]:
    nodes = ox_hosts(deployment)
    if host in nodes:
        callers = _names(deployment.with_role(Role.WEB))
        yield Listener("tcp", deployment.ox.ajp_port, str(host.address), "OX, AJP", callers)
        others = _names(nodes, host)
        for port, service in (
            (GROUPWARE_CACHE_PORT, "OX, cache of the groupware process"),
            (ADMINDAEMON_CACHE_PORT, "OX, cache of the admin daemon"),
            (SESSION_CACHE_PORT, "OX, session cache"),
        ):
            yield Listener("tcp", port, "*", service, others)
        group = str(deployment.network.multicast_group)
        yield Listener("udp", deployment.network.multicast_port, group, "OX, discovery of the caches", others)
    if runs_haproxy(deployment, host):
        if haproxy_reads(deployment):
            port = deployment.database.read_port
            yield Listener("tcp", port, str(LOCALHOST), "HAProxy, database reads", ())
        servers = [server.name for server in database_hosts(deployment)]
        for index, port in enumerate(write_ports(deployment)):
            without = f" without {listed(servers[:index])}" if index else ""
            yield Listener("tcp", port, str(LOCALHOST), f"HAProxy, database writes{without}", ())


def _maxscale(deployment: Deployment, host: Host) -> Iterator[Listener]:
    if host not in maxscale_hosts(deployment):
        return
    bind = maxscale_bind_address(deployment, host)
    address = "*" if bind.is_unspecified else str(bind)
    callers = () if bind == LOCALHOST else _names(ox_hosts(deployment))
    database = deployment.database
    if maxscale_reads(deployment):
        yield Listener("tcp", database.read_port, address, "MaxScale, database reads", callers)
    yield Listener("tcp", database.write_port, address, "MaxScale, database writes", callers)
    yield Listener("tcp", MAXSCALE_ADMIN_PORT, str(LOCALHOST), "MaxScale, administration", ())


def _database(deployment: Deployment, host: Host) -> Iterator[Listener]:
    servers = database_hosts(deployment)
    mode = deployment.database.mode
    if host in servers:
        # OX calls a server itself when the databases are made, whatever stands in front later.
        near = maxscale_hosts(deployment)
        clients = tuple(other for other in deployment.hosts if other.runs_ox or other in near)
        if mode is Mode.REPLICATION:
            clients = (*clients, *(other for other in servers if other is not host and not other.runs_ox))
        saver = backup_host(deployment)
        # It reads one server, and asks the writer how far that one has to be.
        reads_here = mode is Mode.REPLICATION or host == backup_server(deployment)
        if saver is not None and saver not in clients and reads_here:
            clients = (*clients, saver)
        address = str(database_bind_address(deployment, host))
        yield Listener(
            "tcp", MYSQL_PORT, "*" if address == "0.0.0.0" else address, "database", _names(clients)
        )
    if mode is Mode.GALERA:
        members = (*servers, *deployment.with_role(Role.ARBITRATOR))
        if host in members:
            yield Listener("tcp", GALERA_PORT, "*", "Galera, group communication", _names(members, host))
        if host in servers:
            yield Listener(
                "tcp",
                GALERA_INCREMENTAL_PORT,
                "*",
                "Galera, incremental state transfer",
                _names(servers, host),
            )
            yield Listener("tcp", GALERA_FULL_PORT, "*", "Galera, full state transfer", _names(servers, host))
    if host in servers and has_clustercheck(deployment):
        callers = health_callers(deployment)
        yield Listener("tcp", CLUSTERCHECK_PORT, "*", "clustercheck", _names(callers))


def _directed(deployment: Deployment, host: Host) -> Iterator[Listener]:
    if host in directors(deployment):
        for name, address in directed_addresses(deployment):
            yield Listener(
                "tcp", MYSQL_PORT, str(address), f"LVS, database {name}s", _names(ox_hosts(deployment))
            )


def _other(deployment: Deployment, host: Host) -> Iterator[Listener]:
    if host.has(Role.FILESTORE):
        clients = tuple(h for h in ox_hosts(deployment) if mounts_filestore(deployment, h))
        if clients:
            yield Listener("tcp", NFS_PORT, "*", "NFS", _names(clients, host))
            yield Listener("tcp", RPCBIND_PORT, "*", "rpcbind", _names(clients, host))
    if deployment.munin.master is not None:
        master = deployment.munin.master
        known = next((each.name for each in deployment.hosts if each.address == master), str(master))
        yield Listener("tcp", MUNIN_PORT, "*", "Munin node", (known,))
    for floating in floating_addresses(deployment):
        if host in floating.holders:
            peers = _names(floating.holders, host)
            yield Listener("vrrp", None, str(host.address), f"keepalived, {floating.name} address", peers)
