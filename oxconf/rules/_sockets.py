"""What listens on each host, as its files say."""

import re
from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.cache_ccf import AdmindaemonCache, GroupwareCache, SessionCache
from oxconf.artifacts.clustercheck import ClustercheckSocket
from oxconf.artifacts.filestore import Exports, Fstab
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.https_site import HttpsSite
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.maxscale_cnf import Global, Listener, MaxscaleCnf
from oxconf.artifacts.munin import MuninNode
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.ports import (
    GALERA_FULL_PORT,
    GALERA_INCREMENTAL_PORT,
    GALERA_PORT,
    HTTP_PORT,
    HTTPS_PORT,
    JMX_PORT,
    MUNIN_PORT,
    NFS_PORT,
    RMI_PORT,
    RPCBIND_PORT,
)
from oxconf.deployment.topology import LOCALHOST, MAXSCALE_ADMIN_PORT, MYSQL_PORT
from oxconf.evidence import HostEvidence, Place
from oxconf.rules._addresses import is_every, same
from oxconf.rules._database import is_galera, is_on, number, place_of
from oxconf.rules._maxscale import EVERYWHERE
from oxconf.rules._web import AJP_PORT
from oxconf.syntax import unit

DATABASE = "the database server"
CLUSTERCHECK = "clustercheck"
SSHD_CONFIG = "/etc/ssh/sshd_config"
GALERA_PORTS = {
    GALERA_PORT: "Galera",
    GALERA_INCREMENTAL_PORT: "Galera's incremental state transfer",
    GALERA_FULL_PORT: "Galera's full state transfer",
}
_STREAM = re.compile(r"(?:(?P<address>.*):)?(?P<port>[0-9]{1,5})")


@frozen
class Socket:
    """One TCP port. `address` is `*` for every address; it and `port` are None where they are not known."""

    address: str | None
    port: int | None
    service: str
    place: Place

    def overlaps(self, other: "Socket") -> bool:
        """Whether only one of the two can be opened; what is not known clashes with nothing."""
        if self.port != other.port or None in (self.port, self.address, other.address):
            return False
        return "*" in (self.address, other.address) or same(self.address or "", other.address or "")

    def serves(self, address: str, port: int) -> bool:
        """Whether a call to that address of the host is answered; what is not known answers."""
        return self.has(port) and (self.address in (None, "*") or same(self.address or "", address))

    def has(self, port: int) -> bool:
        """Whether it is, or may be, that port."""
        return self.port in (None, port)


def sockets(host: HostEvidence) -> tuple[Socket, ...]:
    """Return what listens on a host."""
    return (
        *_web(host),
        *_balancer(host),
        *_maxscale(host),
        *_database(host),
        *_ox(host),
        *_clustercheck(host),
        *_director(host),
    )


def neighbours(host: HostEvidence) -> Iterator[Socket]:
    """Yield what listens beside that: services of the system, and those of OX that no file of ours moves.

    The place is the file that moves them, or the one that they run for.
    """
    if host.facts.ssh_port is not None:
        yield Socket("*", host.facts.ssh_port, "sshd", Place(host.name, SSHD_CONFIG))
    serves, mounts = host.find(Exports), host.find(Fstab)
    if serves:
        yield Socket("*", NFS_PORT, "the NFS server", serves.place())
        yield Socket("*", RPCBIND_PORT, "rpcbind", serves.place())
    elif mounts and any(mount.nfs for mount in mounts.artifact.mounts):
        # nfs-common depends on it.
        yield Socket("*", RPCBIND_PORT, "rpcbind", mounts.place())
    if MuninNode.path in host.files:
        yield Socket("*", MUNIN_PORT, "munin-node", Place(host.name, MuninNode.path))
    for node in host.each(AjpProperties):
        for port, service in ((RMI_PORT, "OX's RMI"), (JMX_PORT, "OX's JMX")):
            yield Socket(str(LOCALHOST), port, service, node.place())


def _known(address: str) -> str:
    return "*" if is_every(address) else address


def _web(host: HostEvidence) -> Iterator[Socket]:
    for web in host.each(ProxyAjp):
        # Debian's ports.conf says so; it is none of our files.
        yield Socket("*", HTTP_PORT, "Apache", web.place())
    for site in host.each(HttpsSite):
        if any(each.tls for each in site.artifact.sites):
            yield Socket("*", HTTPS_PORT, "Apache", site.place("sites"))


def _balancer(host: HostEvidence) -> Iterator[Socket]:
    for proxy in host.each(HaproxyCfg):
        for listener in proxy.artifact.listeners:
            # A variable of HAProxy's environment may be any address.
            address = None if "$" in listener.address else _known(listener.address)
            service = f'the HAProxy listener "{listener.name}"'
            yield Socket(address, listener.port, service, proxy.at(listener.line))


def _maxscale(host: HostEvidence) -> Iterator[Socket]:
    for proxy in host.each(MaxscaleCnf):
        for listener in proxy.artifact.of(Listener):
            address = _known(EVERYWHERE if listener.address is None else listener.address)
            service = f'the MaxScale listener "{listener.name}"'
            yield Socket(address, listener.port, service, proxy.at(listener.line_of("port")))
        for common in proxy.artifact.of(Global)[:1]:
            address = _known(common.admin_host or str(LOCALHOST))
            port = MAXSCALE_ADMIN_PORT if common.admin_port is None else common.admin_port
            yield Socket(address, port, "MaxScale's REST API", proxy.at(common.line_of("admin_port")))


def _director(host: HostEvidence) -> Iterator[Socket]:
    """LVS takes packets before any socket does, so a service on every port clashes with nothing."""
    for keepalived in host.each(KeepalivedConf):
        for service in keepalived.artifact.virtual_servers:
            place = keepalived.at(service.line)
            yield Socket(str(service.address), service.port or None, "a service of LVS", place)


def _database(host: HostEvidence) -> Iterator[Socket]:
    if not host.is_database or is_on(host.option("skip_networking")):
        return
    port = number(host.option("port")) or MYSQL_PORT
    place = place_of(host, "bind_address", "port")
    bind = host.option("bind_address")
    for address in bind.value.split(",") if bind else (None,):
        yield Socket(None if address is None else _known(address.strip()), port, DATABASE, place)
    options = host.option("wsrep_provider_options")
    moved = options is not None and re.search(r"\b(base_port|listen_addr|recv_addr)\b", options.value)
    if is_galera(host) and not moved:
        for port, service in GALERA_PORTS.items():
            yield Socket("*", port, service, place_of(host, "wsrep_cluster_address", "wsrep_provider"))


def _ox(host: HostEvidence) -> Iterator[Socket]:
    for node in host.each(AjpProperties):
        bind = node.artifact.bind_address
        address = None if bind is None else _known(bind)
        yield Socket(address, node.artifact.port or AJP_PORT, "the AJP connector", node.place("port"))
    for cls, name in (
        (GroupwareCache, "the cache of the groupware process"),
        (AdmindaemonCache, "the cache of the admin daemon"),
        (SessionCache, "the session cache"),
    ):
        for cache in host.each(cls):
            if cache.artifact.tcp_listener_port is not None:
                yield Socket("*", cache.artifact.tcp_listener_port, name, cache.place("tcp_listener_port"))


def _clustercheck(host: HostEvidence) -> Iterator[Socket]:
    path = ClustercheckSocket.path
    if path not in host.files:
        return
    for entry in host.document(unit.parse, path).values("Socket", "ListenStream"):
        match = _STREAM.fullmatch(entry.value.strip())
        if match is not None:
            place = Place(host.name, path, entry.line)
            yield Socket(_known(match["address"] or "*"), int(match["port"]), CLUSTERCHECK, place)
