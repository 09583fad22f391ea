"""MaxScale's listeners, and the servers behind each."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.maxscale_cnf import Listener, MaxscaleCnf, Server, Service
from oxconf.evidence import Evidence, HostEvidence, Located, Place
from oxconf.rules._addresses import is_every, same

EVERYWHERE = "::"
"""Where a listener is without an address (MaxScale's Configuration Guide)."""


@frozen
class Taken:
    """A listener of a host's MaxScale that takes a call, and the service that it leads to."""

    proxy: Located[MaxscaleCnf]
    listener: Listener
    service: Service

    def at(self, name: str) -> Place:
        """Return where a setting of the service stands; the service's first line where it does not."""
        return self.proxy.at(self.service.line_of(name))

    @property
    def options(self) -> tuple[str, ...]:
        """What readconnroute takes servers by; `running` where the file does not say."""
        return self.service.router_options or ("running",)

    @property
    def servers(self) -> tuple[Server, ...]:
        """All servers of the service."""
        return self.proxy.artifact.servers_of(self.service)

    @property
    def by_priority(self) -> bool:
        """Whether the priorities of the servers decide who is the master."""
        monitor = self.proxy.artifact.monitor_of(self.service)
        return monitor is not None and monitor.use_priority is True

    @property
    def writers(self) -> tuple[tuple[Server, ...], ...]:
        """Who may be the master, the first choice first; servers of which Galera's own order chooses stand together."""
        if not self.by_priority:
            return (self.servers,)
        ranked = sorted((each for each in self.servers if (each.priority or 0) > 0), key=_priority)
        unranked = tuple(each for each in self.servers if (each.priority or 0) == 0)
        return (*((each,) for each in ranked), *((unranked,) if unranked else ()))

    @property
    def usual(self) -> tuple[Server, ...]:
        """The servers that calls go to while all are well."""
        if self.options == ("master",) and self.writers:
            return self.writers[0]
        return self.servers


def _priority(server: Server) -> int:
    return server.priority or 0


def taking(host: HostEvidence, address: str, port: int) -> Iterator[Taken]:
    """Yield what takes a call to that address of the host, a loopback one or a floating one perhaps."""
    for proxy in host.each(MaxscaleCnf):
        for listener in proxy.artifact.of(Listener):
            bind = EVERYWHERE if listener.address is None else listener.address
            if listener.port == port and (is_every(bind) or same(bind, address)):
                service = proxy.artifact.service_of(listener)
                if service is not None:
                    yield Taken(proxy, listener, service)


def backends(evidence: Evidence) -> Iterator[tuple[Located[MaxscaleCnf], Server]]:
    """Yield every server line of every MaxScale that names an address."""
    for proxy in evidence.find(MaxscaleCnf):
        for server in proxy.artifact.of(Server):
            if server.address is not None:
                yield proxy, server
