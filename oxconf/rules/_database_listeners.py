"""Which HAProxy listeners the database URLs of OX lead to."""

from collections.abc import Iterable

from attrs import frozen

from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener, Server
from oxconf.evidence import Evidence, HostEvidence, Located
from oxconf.rules._addresses import reached
from oxconf.rules._chains import chain, listens, next_listener, servers_behind
from oxconf.rules._endpoints import Client, clients


@frozen
class Used:
    """A listener and the URLs that lead to it.

    `listener.servers` may name other listeners of the same HAProxy; `servers` are those behind all of them.
    """

    proxy: Located[HaproxyCfg]
    listener: Listener
    clients: tuple[Client, ...]

    @property
    def writes(self) -> bool:
        """Whether any URL sends writes to it."""
        return any(client.writes for client in self.clients)

    @property
    def active(self) -> tuple[Server, ...]:
        """The servers that get connections while all are well: no backup, and not switched off on its line."""
        return tuple(filter(_is_active, self.listener.servers))

    @property
    def databases(self) -> tuple[Server, ...]:
        """Its servers that are no listeners of the same HAProxy."""
        proxy = self.proxy.artifact
        return tuple(server for server in self.listener.servers if next_listener(proxy, server) is None)

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers behind it and behind the listeners that it leads to."""
        return servers_behind(self.proxy.artifact, self.listener)

    @property
    def order(self) -> tuple[Server, ...]:
        """The order in which servers take the connections: what is active first, then the backups."""
        active = (server for server in self.servers if _is_active(server))
        return (*active, *(server for server in self.servers if server.backup))


def _is_active(server: Server) -> bool:
    return not server.backup and not server.disabled and server.weight != 0


_Found = dict[tuple[str, int, int | None], tuple[Located[HaproxyCfg], Listener, list[Client]]]


def called_listeners(evidence: Evidence) -> tuple[Used, ...]:
    """Return every HAProxy listener that a database URL calls, with all of its URLs."""
    found: _Found = {}
    for client in clients(evidence):
        host = reached(evidence, client.host, client.url.host)
        proxy = host.find(HaproxyCfg) if host else None
        if proxy is None:
            continue
        for listener in proxy.artifact.listeners:
            if listens(listener, client.url.host, client.url.port):
                _add(found, proxy, listener, (client,))
    return _all(found)


def used_listeners(evidence: Evidence) -> tuple[Used, ...]:
    """Return what `called_listeners` does, and every listener that these lead to, with the same URLs."""
    found: _Found = {}
    for used in called_listeners(evidence):
        for listener in chain(used.proxy.artifact, used.listener):
            _add(found, used.proxy, listener, used.clients)
    return _all(found)


def _add(found: _Found, proxy: Located[HaproxyCfg], listener: Listener, theirs: tuple[Client, ...]) -> None:
    key = (proxy.host.name, listener.line, listener.port)
    found.setdefault(key, (proxy, listener, []))[2].extend(theirs)


def _all(found: _Found) -> tuple[Used, ...]:
    return tuple(Used(proxy, listener, tuple(theirs)) for proxy, listener, theirs in found.values())


def servers_of(evidence: Evidence, servers: Iterable[Server]) -> tuple[tuple[Server, HostEvidence], ...]:
    """Return those of the servers whose hosts are known."""
    known = ((server, evidence.owner(server.address)) for server in servers)
    return tuple((server, host) for server, host in known if host is not None)
