"""Which HAProxy listeners OX reaches through the URLs of configdb.properties."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb, JdbcUrl
from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener, Server
from oxconf.evidence import Evidence, HostEvidence, Located, Place
from oxconf.rules._addresses import is_every, reached
from oxconf.syntax import haproxy


@frozen
class Call:
    """One URL of one configdb.properties."""

    host: HostEvidence
    file: Located[GroupwareConfigdb] | Located[AdmindaemonConfigdb]
    url: JdbcUrl
    writes: bool

    @property
    def place(self) -> Place:
        """Where the URL stands."""
        return self.file.place("write_url" if self.writes else "read_url")


@frozen
class Used:
    """A listener and the URLs that lead to it."""

    proxy: Located[HaproxyCfg]
    listener: Listener
    calls: tuple[Call, ...]

    @property
    def writes(self) -> bool:
        """Whether any URL sends writes to it."""
        return any(call.writes for call in self.calls)

    @property
    def active(self) -> tuple[Server, ...]:
        """The servers that get connections while all are well: no backup, not switched off by their line."""
        lines = _lines(self.proxy)
        return tuple(
            server
            for server in self.listener.servers
            if not server.backup and not _switched_off(lines.get(server.line, ()))
        )

    @property
    def all_backups(self) -> bool:
        """Whether all backups get connections at the same time once the active server is down."""
        switched = False
        for section in haproxy.parse(self.proxy.host.files[self.proxy.path].text).children:
            mine = section.keyword in ("defaults", "backend") or section.line == self.listener.line
            for line in section.lines if mine else ():
                if line.words[-2:] == ("option", "allbackups"):
                    switched = line.words[0] != "no"
        return switched


def calls(evidence: Evidence) -> Iterator[Call]:
    """Yield every database URL of OX."""
    for host in evidence.hosts:
        for file in (host.find(GroupwareConfigdb), host.find(AdmindaemonConfigdb)):
            if file is None:
                continue
            for url, writes in ((file.artifact.read_url, False), (file.artifact.write_url, True)):
                if url is not None:
                    yield Call(host, file, url, writes)


def used_listeners(evidence: Evidence) -> tuple[Used, ...]:
    """Return every HAProxy listener that a database URL leads to, with all of its URLs."""
    found: dict[tuple[str, int, int], tuple[Located[HaproxyCfg], Listener, list[Call]]] = {}
    for call in calls(evidence):
        host = reached(evidence, call.host, call.url.host)
        proxy = host.find(HaproxyCfg) if host else None
        if proxy is None:
            continue
        for listener in proxy.artifact.listeners:
            fits = is_every(listener.address) or listener.address in (call.url.host, _named(call.url.host))
            if listener.port == call.url.port and fits:
                key = (proxy.host.name, listener.line, listener.port)
                found.setdefault(key, (proxy, listener, []))[2].append(call)
    return tuple(Used(proxy, listener, tuple(all_calls)) for proxy, listener, all_calls in found.values())


def _named(address: str) -> str:
    return "127.0.0.1" if address == "localhost" else address


def _lines(proxy: Located[HaproxyCfg]) -> dict[int, tuple[str, ...]]:
    document = haproxy.parse(proxy.host.files[proxy.path].text)
    return {line.line: line.words for section in document.children for line in section.lines}


def _switched_off(words: tuple[str, ...]) -> bool:
    pairs = zip(words, words[1:], strict=False)
    return "disabled" in words or ("weight", "0") in pairs
