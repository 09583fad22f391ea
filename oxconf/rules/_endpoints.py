"""Where the database URLs of OX lead, through a HAProxy, through a director, or directly."""

import re
from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb, JdbcUrl
from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Server
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.write_address import WriteAddress
from oxconf.deployment.topology import MYSQL_PORT
from oxconf.evidence import Evidence, HostEvidence, Located, Place
from oxconf.rules._addresses import reached
from oxconf.rules._chains import listens, servers_behind
from oxconf.rules._database import is_loopback, number
from oxconf.rules._directed import taking

Configdb = Located[GroupwareConfigdb] | Located[AdmindaemonConfigdb]
"""The file with the URLs of one process, and with the settings of its pools."""

_ADDED = re.compile(
    r"\bip\s+addr(?:ess)?\s+(?:add|replace)\s+(?P<address>[0-9.]+)(?:/[0-9]+)?(?:\s+dev\s+(?P<interface>[^\s'\"]+))?"
)


@frozen
class Client:
    """One URL of one process of a host."""

    file: Configdb
    host: HostEvidence
    url: JdbcUrl
    place: Place
    writes: bool


@frozen
class Way:
    """Where a URL leads in normal operation.

    `addresses` are all of these servers, `servers` those of them that are known; `listener` is the line of the
    HAProxy, or of the director's service, in between.
    """

    addresses: tuple[str, ...]
    servers: tuple[HostEvidence, ...]
    listener: Place | None = None


@frozen
class Held:
    """An address that a unit adds to an interface, None where it does not name one."""

    address: str
    interface: str | None
    place: Place


def configdbs(host: HostEvidence) -> Iterator[Configdb]:
    """Yield the files of both processes of a host."""
    yield from host.each(GroupwareConfigdb)
    yield from host.each(AdmindaemonConfigdb)


def clients(evidence: Evidence) -> Iterator[Client]:
    """Yield the URLs of every process of every host."""
    files: list[Configdb] = [*evidence.find(GroupwareConfigdb), *evidence.find(AdmindaemonConfigdb)]
    for found in files:
        for name in ("read_url", "write_url"):
            url = getattr(found.artifact, name)
            if url is not None:
                yield Client(found, found.host, url, found.place(name), name == "write_url")


def endpoint(evidence: Evidence, url: JdbcUrl) -> tuple[str, int]:
    """Return address and port of a URL in one spelling: a host's address for its name, 127.0.0.1 for localhost."""
    if is_loopback(url.host):
        return "127.0.0.1", url.port
    owner = evidence.owner(url.host)
    return (owner.facts.addresses[0] if owner and owner.facts.addresses else url.host), url.port


def way(evidence: Evidence, host: HostEvidence, url: JdbcUrl) -> Way | None:
    """Return where a URL of this host leads, or None where that is not known."""
    for each in taking(evidence, url.host, url.port):
        addresses = tuple(str(server.address) for server in each.service.active)
        owners = (evidence.owner(address) for address in addresses)
        behind = tuple(owner for owner in owners if owner is not None and owner.is_database)
        return Way(addresses, behind, each.at("servers"))
    there = reached(evidence, host, url.host)
    if there is None:
        return None
    for balancer in there.each(HaproxyCfg):
        for listener in balancer.artifact.listeners:
            if listens(listener, url.host, url.port):
                servers = servers_behind(balancer.artifact, listener)
                return _behind(evidence, servers, balancer.at(listener.line))
    if serves(there, url.port):
        return Way((url.host,), (there,))
    return None


def serves(host: HostEvidence, port: int) -> bool:
    """Whether the host's database server has this port."""
    return host.is_database and (number(host.option("port")) or MYSQL_PORT) == port


def write_addresses(host: HostEvidence) -> Iterator[Held]:
    """Yield what the unit for the write address adds."""
    file = host.files.get(WriteAddress.path)
    for match in _ADDED.finditer(file.text) if file else ():
        line = match.string.count("\n", 0, match.start()) + 1
        yield Held(match["address"], match["interface"], Place(host.name, WriteAddress.path, line))


def holders(evidence: Evidence) -> dict[str, tuple[HostEvidence, ...]]:
    """Return the floating addresses and the hosts that may hold each."""
    found: dict[str, dict[str, HostEvidence]] = {}
    for host in evidence.hosts:
        for keepalived in host.each(KeepalivedConf):
            for instance in keepalived.artifact.instances:
                for virtual in instance.addresses:
                    found.setdefault(str(virtual.address.ip), {})[host.name] = host
        for held in write_addresses(host):
            found.setdefault(held.address, {})[host.name] = host
    return {address: tuple(hosts.values()) for address, hosts in found.items()}


def _behind(evidence: Evidence, behind: tuple[Server, ...], place: Place) -> Way | None:
    active = [server for server in behind if not server.backup] or list(behind[:1])
    if not active:
        return None
    owners = (evidence.owner(server.address) for server in active)
    servers = tuple(owner for owner in owners if owner is not None and owner.is_database)
    return Way(tuple(server.address for server in active), servers, place)
