"""Which listeners of MaxScale the database URLs of OX lead to."""

from attrs import frozen

from oxconf.evidence import Evidence
from oxconf.rules._addresses import reached
from oxconf.rules._endpoints import Client, clients, holders
from oxconf.rules._maxscale import Taken, taking


@frozen
class Used:
    """A listener and the URLs that lead to it."""

    taken: Taken
    clients: tuple[Client, ...]

    @property
    def host(self) -> str:
        """Name of the host whose MaxScale it is."""
        return self.taken.proxy.host.name

    @property
    def writes(self) -> bool:
        """Whether any URL sends writes to it."""
        return any(client.writes for client in self.clients)


def used_listeners(evidence: Evidence) -> tuple[Used, ...]:
    """Return every listener that a database URL calls, on each holder of a floating address, with all of its URLs."""
    found: dict[tuple[str, str], tuple[Taken, list[Client]]] = {}
    floating = holders(evidence)
    for client in clients(evidence):
        host = reached(evidence, client.host, client.url.host)
        for each in (host,) if host else floating.get(client.url.host, ()):
            for taken in taking(each, client.url.host, client.url.port):
                found.setdefault((each.name, taken.listener.name), (taken, []))[1].append(client)
    return tuple(Used(taken, tuple(theirs)) for taken, theirs in found.values())
