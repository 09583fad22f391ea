"""A cluster in words: the text alternative of its picture."""

from collections.abc import Iterable, Iterator

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import DatabaseAccess, Deployment, Host, Mode, Role, WebAccess
from oxconf.deployment.ports import HTTP_PORT, HTTPS_PORT
from oxconf.deployment.topology import (
    CLUSTERCHECK_PORT,
    MYSQL_PORT,
    FloatingAddress,
    database_hosts,
    directors,
    filestore_server,
    floating_addresses,
    haproxy_reads,
    haproxy_writes,
    has_clustercheck,
    maxscale_hosts,
    mounts_filestore,
    offers_https,
    ox_hosts,
    read_endpoint,
    soap_hosts,
    write_endpoint,
    write_ports,
)
from oxconf.picture.flows import NFS_PORTS, reads_in_words
from oxconf.picture.scene import database_in_words


def describe(deployment: Deployment) -> str:
    """Return who is there and who calls whom, one sentence or two on each line."""
    return "\n".join(_sentences(deployment))


def _sentences(deployment: Deployment) -> Iterator[str]:
    count = len(deployment.hosts)
    yield f"The cluster {deployment.name} has {count} host{'' if count == 1 else 's'} on {deployment.network.cidr}."
    yield from _web(deployment)
    yield from _ox(deployment)
    yield from _access(deployment)
    yield from _database(deployment)
    yield _filestore(deployment)


def _named(host: Host, *more: str) -> str:
    return f"{host.name} ({', '.join((str(host.address), *more))})"


def _all(hosts: Iterable[Host]) -> str:
    return listed(_named(host) for host in hosts)


def _web(deployment: Deployment) -> Iterator[str]:
    hosts = deployment.with_role(Role.WEB)
    floating = {each.name: each for each in floating_addresses(deployment)}
    where = (
        f"the floating address {floating['web'].address}"
        if "web" in floating
        else listed(str(host.address) for host in hosts)
    )
    how = f"HTTPS, port {HTTPS_PORT}" if offers_https(deployment) else f"HTTP, port {HTTP_PORT}"
    through = ", through a balancer of somebody else" if deployment.web.access is WebAccess.EXTERNAL else ""
    yield f"Users call {where} over {how}{through}."
    if "web" in floating:
        yield _held(floating["web"])
    yield f"Web servers with Apache: {_all(hosts)}. They call the OX nodes over AJP, port {deployment.ox.ajp_port}."


def _held(floating: FloatingAddress) -> str:
    names = ", then ".join(host.name for host in floating.holders)
    return (
        f"keepalived holds the {floating.name} address {floating.address} on {names} "
        f"(virtual router {floating.virtual_router_id})."
    )


def _ox(deployment: Deployment) -> Iterator[str]:
    nodes = [
        _named(host, f"route {host.route}", f"load factor {host.load_factor}")
        for host in deployment.with_role(Role.GROUPWARE)
    ]
    yield f"OX nodes: {listed(nodes)}. A session stays on the node of its route."
    provisioning = deployment.with_role(Role.PROVISIONING)
    if provisioning:
        yield (
            f"Provisioning: {listed(_named(host, f'route {host.route}') for host in provisioning)}. "
            "No user comes here; "
            f"SOAP calls go to {listed(host.name for host in soap_hosts(deployment))} alone."
        )
    if len(ox_hosts(deployment)) > 1:
        network = deployment.network
        yield (
            f"The caches of all OX hosts find each other in the multicast group {network.multicast_group}, "
            f"UDP port {network.multicast_port}."
        )


def _access(deployment: Deployment) -> Iterator[str]:
    database = deployment.database
    servers = [host.name for host in database_hosts(deployment)]
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    if database.access is DatabaseAccess.DIRECT:
        yield f"OX reads and writes at {write.address}, port {write.port}."
        return
    both = "reads and writes" if write == read else "writes"
    if maxscale_hosts(deployment):
        yield from _maxscale(deployment)
        return
    if haproxy_writes(deployment):
        numbers = write_ports(deployment)
        ports = f"port{'' if len(numbers) == 1 else 's'} {listed(map(str, numbers))}"
        yield (
            f"For {both}, each OX host has a HAProxy on {write.address}, {ports}, "
            f"which goes to {', then '.join(servers)}."
        )
    elif database.mode is Mode.REPLICATION:
        yield (
            f"For {both}, OX calls the floating address {write.address}, port {write.port}. "
            f"It is on {servers[0]}, and a person moves it."
        )
    else:
        yield f"For {both}, OX calls the floating address {write.address}, port {write.port}."
    if read != write:
        if haproxy_reads(deployment):
            spread, kept = reads_in_words(deployment)
            yield f"For reads, each OX host has a HAProxy on {read.address}, port {read.port}: {spread}, {kept}."
        else:
            yield f"For reads, OX calls the floating address {read.address}, port {read.port}."
    yield from _directors(deployment)
    for floating in floating_addresses(deployment):
        if floating.name != "web":
            yield _held(floating)
    if has_clustercheck(deployment) and database.access is DatabaseAccess.HAPROXY:
        yield f"HAProxy asks each database server on port {CLUSTERCHECK_PORT} whether it is in service."


def _directors(deployment: Deployment) -> Iterator[str]:
    if not directors(deployment):
        return
    servers = [host.name for host in database_hosts(deployment)]
    yield f"Directors, keepalived with LVS and direct routing: {_all(directors(deployment))}."
    yield f"LVS sends what comes to the write address to {', then '.join(servers)}."
    if deployment.database.read_address is not None:
        spread, kept = reads_in_words(deployment)
        yield f"What comes to the read address: {spread}, {kept}."
    yield f"keepalived asks each database server on port {CLUSTERCHECK_PORT} whether it is in service."


def _maxscale(deployment: Deployment) -> Iterator[str]:
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    hosts, servers = deployment.with_role(Role.MAXSCALE), database_hosts(deployment)
    if hosts:
        yield f"MaxScale in front of the database servers: {_all(hosts)}."
    for floating in floating_addresses(deployment):
        if floating.name != "web":
            yield _held(floating)
    called = "OX calls MaxScale at" if hosts else "each OX host has a MaxScale on"
    both = "reads and writes" if write == read else "writes"
    order = ", then ".join(server.name for server in servers)
    yield f"For {both}, {called} {write.address}, port {write.port}, which goes to {order}."
    if read != write:
        spread, kept = reads_in_words(deployment)
        yield f"For reads, {called} {read.address}, port {read.port}: {spread}, {kept}."
    yield "MaxScale asks each database server for its state, with an account of its own."


def _database(deployment: Deployment) -> Iterator[str]:
    first, *others = database_hosts(deployment)
    kind = database_in_words(deployment)
    if not others:
        yield f"Database server ({kind}): {_named(first)}, port {MYSQL_PORT}."
        return
    yield f"Database servers ({kind}), port {MYSQL_PORT}: {_named(first)} takes the writes; beside it {_all(others)}."
    if deployment.database.mode is Mode.REPLICATION:
        yield f"{listed(host.name for host in others)} replicate{'s' if len(others) == 1 else ''} from {first.name}."
    else:
        yield "Galera: every server has all data, and they agree on each commit."
    arbitrators = deployment.with_role(Role.ARBITRATOR)
    if arbitrators:
        yield f"Arbitrator without data: {_all(arbitrators)}."


def _filestore(deployment: Deployment) -> str:
    path, server = deployment.filestore.path, filestore_server(deployment)
    clients = [host.name for host in ox_hosts(deployment) if mounts_filestore(deployment, host)]
    hosts = deployment.with_role(Role.FILESTORE)
    where = _named(hosts[0]) if hosts else f"{server}, outside the cluster"
    if not clients:
        return f"Filestore: {path} on {where}; no other host mounts it."
    return f"Filestore: {path} on {where}, mounted over NFS, ports {NFS_PORTS}, by {listed(clients)}."
