"""Who calls whom in the picture of a cluster, from the users to the filestore."""

from enum import Enum

from attrs import frozen

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import DatabaseAccess, Deployment, Host, Mode, ReadPolicy, Role, WebAccess
from oxconf.deployment.ports import (
    HTTP_PORT,
    HTTPS_PORT,
    NFS_PORT,
    RPCBIND_PORT,
)
from oxconf.deployment.topology import (
    CLUSTERCHECK_PORT,
    MYSQL_PORT,
    FloatingAddress,
    database_hosts,
    directors,
    floating_addresses,
    haproxy_reads,
    haproxy_writes,
    has_clustercheck,
    maxscale_floats,
    maxscale_hosts,
    maxscale_reads,
    mounts_filestore,
    offers_https,
    ox_hosts,
    read_endpoint,
    soap_hosts,
    write_endpoint,
    writer,
)

NFS_PORTS = f"{NFS_PORT} and {RPCBIND_PORT}"
MOST_NAMED = 4
"""Hosts that a label names one by one; the text alternative names all."""


class Service(Enum):
    """What a stage does; the value is its title."""

    USERS = "Users"
    WEB = "Web servers"
    OX = "Open-Xchange"
    DIRECTORS = "Directors"
    MAXSCALE = "MaxScale"
    DATABASE = "Database"
    FILES = "Filestore"


@frozen
class Flow:
    """Calls from one service to another, perhaps through a floating address (a heading and lines)."""

    source: Service
    target: Service
    lines: tuple[str, ...]
    address: tuple[str, ...] = ()


def flows(deployment: Deployment) -> tuple[Flow, ...]:
    """Return all calls between services, in the order of the stages."""
    return (_to_web(deployment), _to_ox(deployment), *_to_database(deployment), *_to_files(deployment))


def holders_in_words(floating: FloatingAddress) -> str:
    """Return who holds a floating address, and who is next."""
    return _in_turn([host.name for host in floating.holders])


def _in_turn(names: list[str]) -> str:
    shown = [*names[:MOST_NAMED], *(["the others"] if len(names) > MOST_NAMED else [])]
    return ", then ".join(shown)


def _to_web(deployment: Deployment) -> Flow:
    address = next((each for each in floating_addresses(deployment) if each.name == "web"), None)
    external = deployment.web.access is WebAccess.EXTERNAL
    held = ("through a balancer of somebody else",) if external else _held(address)
    return Flow(Service.USERS, Service.WEB, (http_in_words(deployment),), held)


def http_in_words(deployment: Deployment) -> str:
    """Return how users call the web servers."""
    return f"HTTPS, port {HTTPS_PORT}" if offers_https(deployment) else f"HTTP, port {HTTP_PORT}"


def _held(floating: FloatingAddress | None) -> tuple[str, ...]:
    if floating is None:
        return ()
    return (
        f"Floating {floating.name} address {floating.address}",
        f"keepalived, virtual router {floating.virtual_router_id}",
        f"on {holders_in_words(floating)}",
    )


def _to_ox(deployment: Deployment) -> Flow:
    lines = [f"AJP, port {deployment.ox.ajp_port}", "each session to the node of its route"]
    if deployment.with_role(Role.PROVISIONING):
        names = [host.name for host in soap_hosts(deployment)]
        lines.append(
            f"SOAP to {listed(names) if len(names) <= MOST_NAMED else 'the provisioning hosts'} alone"
        )
    return Flow(Service.WEB, Service.OX, tuple(lines))


def _to_database(deployment: Deployment) -> tuple[Flow, ...]:
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    writes = f"{write.address}:{write.port}"
    if directors(deployment):
        return _through_directors(deployment)
    if deployment.with_role(Role.MAXSCALE):
        return _through_maxscale(deployment)
    if write == read:
        return (_database_flow(deployment, f"Reads and writes: {writes}", write=True),)
    return (
        _database_flow(deployment, f"Writes: {writes}", write=True),
        _database_flow(deployment, f"Reads: {read.address}:{read.port}", write=False),
    )


def _through_directors(deployment: Deployment) -> tuple[Flow, ...]:
    """Each call goes to the director that holds the address, and from there to a server."""
    flows = []
    servers = [host.name for host in database_hosts(deployment)]
    for floating in floating_addresses(deployment):
        if floating.name not in ("write", "read"):
            continue
        writes = floating.name == "write"
        both = writes and deployment.database.read_policy is ReadPolicy.WRITE_ADDRESS
        calls = "Reads and writes" if both else "Writes" if writes else "Reads"
        heading = f"{calls}: {floating.address}:{MYSQL_PORT}"
        spread = [f"LVS to {_in_turn(servers)}"] if writes else reads_in_words(deployment)
        check = f"health check: port {CLUSTERCHECK_PORT}"
        flows.append(Flow(Service.OX, Service.DIRECTORS, (heading,), _held(floating)))
        flows.append(Flow(Service.DIRECTORS, Service.DATABASE, (calls, *spread, check)))
    return tuple(flows)


def _through_maxscale(deployment: Deployment) -> tuple[Flow, ...]:
    """Calls to the hosts that run MaxScale, and from these to the servers: of each, the writes before the reads."""
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    servers = [host.name for host in database_hosts(deployment)]
    held = next((each for each in floating_addresses(deployment) if each.name == "write"), None)
    address = _held(held) if maxscale_floats(deployment) else ()
    if write == read:
        return (
            Flow(Service.OX, Service.MAXSCALE, (f"Reads and writes: {write.address}:{write.port}",), address),
            Flow(Service.MAXSCALE, Service.DATABASE, ("Reads and writes", f"to {_in_turn(servers)}")),
        )
    calls = (f"Writes: {write.address}:{write.port}", f"Reads: {read.address}:{read.port}")
    return (
        Flow(Service.OX, Service.MAXSCALE, calls, address),
        Flow(Service.MAXSCALE, Service.DATABASE, ("Writes", f"to {_in_turn(servers)}")),
        Flow(Service.MAXSCALE, Service.DATABASE, ("Reads", *reads_in_words(deployment))),
    )


def _database_flow(deployment: Deployment, heading: str, *, write: bool) -> Flow:
    database = deployment.database
    servers = [host.name for host in database_hosts(deployment)]
    lines = [heading]
    address: tuple[str, ...] = ()
    check = f"health check: port {CLUSTERCHECK_PORT}"
    if database.access is DatabaseAccess.DIRECT:
        pass
    elif write and maxscale_hosts(deployment):
        lines.append(f"MaxScale to {_in_turn(servers)}")
    elif maxscale_reads(deployment):
        lines += reads_in_words(deployment)
    elif write and haproxy_writes(deployment):
        lines += [f"HAProxy to {_in_turn(servers)}", check]
    elif not write and haproxy_reads(deployment):
        lines += reads_in_words(deployment)
        if has_clustercheck(deployment):
            lines.append(check)
    elif database.mode is Mode.REPLICATION:
        address = (
            f"Floating write address {database.write_address}",
            f"on {servers[0]}; moved by a person",
        )
    else:
        wanted = "write" if write else "read"
        address = _held(next(each for each in floating_addresses(deployment) if each.name == wanted))
    return Flow(Service.OX, Service.DATABASE, tuple(lines), address)


def reads_in_words(deployment: Deployment) -> list[str]:
    """Return how HAProxy, MaxScale or LVS spreads the reads, and what keeps them from old data."""
    database = deployment.database
    first = writer(deployment).name
    if database.mode is Mode.REPLICATION:
        spread = f"to the readers in turn, else {first}"
    elif maxscale_hosts(deployment):
        spread = "to the least busy server in sync"
    else:
        spread = "to all servers in turn"
    who = "MaxScale" if maxscale_hosts(deployment) else "LVS" if directors(deployment) else "HAProxy"
    causal = database.read_policy is ReadPolicy.ROUND_ROBIN_CAUSAL
    return [f"{who} {spread}", "causal reads" if causal else "replication monitor of OX"]


def mounting_hosts(deployment: Deployment) -> tuple[Host, ...]:
    """Return the OX hosts that reach the filestore over NFS."""
    return tuple(host for host in ox_hosts(deployment) if mounts_filestore(deployment, host))


def _to_files(deployment: Deployment) -> tuple[Flow, ...]:
    if not mounting_hosts(deployment):
        return ()
    return (Flow(Service.OX, Service.FILES, (f"NFS, {NFS_PORTS}",)),)
