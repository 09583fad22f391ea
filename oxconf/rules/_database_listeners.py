"""Which HAProxy listeners the database URLs of OX lead to."""

from itertools import pairwise

from attrs import frozen

from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener, Server
from oxconf.evidence import Evidence, HostEvidence, Located
from oxconf.rules._addresses import is_every, reached, same
from oxconf.rules._endpoints import Client, clients
from oxconf.syntax import haproxy


@frozen
class Used:
    """A listener and the URLs that lead to it."""

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
        lines = {line.line: line.words for section in self._document.children for line in section.lines}
        return tuple(
            server
            for server in self.listener.servers
            if not server.backup and not _switched_off(lines.get(server.line, ()))
        )

    @property
    def all_backups(self) -> bool:
        """Whether all backups get connections at the same time when no other server is up."""
        own = next((part for part in self._document.children if part.line == self.listener.line), None)
        behind = [line.words[1:2] for line in own.lines if line.words[0] == "default_backend"] if own else []
        switched = False
        for section in self._document.children:
            if section.keyword == "defaults" or section == own or (section.name,) in behind:
                for line in section.lines:
                    if line.words[-2:] == ("option", "allbackups"):
                        switched = line.words[0] != "no"
        return switched

    @property
    def _document(self) -> haproxy.Document:
        return haproxy.parse(self.proxy.host.files[self.proxy.path].text)


def used_listeners(evidence: Evidence) -> tuple[Used, ...]:
    """Return every HAProxy listener that a database URL leads to, with all of its URLs."""
    found: dict[tuple[str, int, int], tuple[Located[HaproxyCfg], Listener, list[Client]]] = {}
    for client in clients(evidence):
        host = reached(evidence, client.host, client.url.host)
        proxy = host.find(HaproxyCfg) if host else None
        if proxy is None:
            continue
        for listener in proxy.artifact.listeners:
            fits = is_every(listener.address) or same(listener.address, client.url.host)
            if listener.port == client.url.port and fits:
                key = (proxy.host.name, listener.line, listener.port)
                found.setdefault(key, (proxy, listener, []))[2].append(client)
    return tuple(Used(proxy, listener, tuple(theirs)) for proxy, listener, theirs in found.values())


def servers_of(evidence: Evidence, listener: Listener) -> tuple[tuple[Server, HostEvidence], ...]:
    """Return the servers of a listener whose hosts are known."""
    known = ((server, evidence.owner(server.address)) for server in listener.servers)
    return tuple((server, host) for server, host in known if host is not None)


def _switched_off(words: tuple[str, ...]) -> bool:
    return "disabled" in words or ("weight", "0") in pairwise(words)
