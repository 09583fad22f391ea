"""HAProxy listeners whose servers are listeners of the same HAProxy."""

from attrs import evolve

from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener, Server
from oxconf.rules._addresses import is_every, same
from oxconf.rules._database import is_loopback


def listens(listener: Listener, address: str, port: int | None) -> bool:
    """Whether a call to that address of the listener's host, a loopback one perhaps, ends at the listener."""
    return None is not port == listener.port and (
        is_every(listener.address) or same(listener.address, address)
    )


def next_listener(proxy: HaproxyCfg, server: Server) -> Listener | None:
    """Return the listener that a server line leads to: the address is a loopback one, the port a listener's."""
    if not is_loopback(server.address):
        return None
    ports = (each for each in proxy.listeners if listens(each, server.address, server.port))
    return next(ports, None)


def chain(proxy: HaproxyCfg, listener: Listener) -> tuple[Listener, ...]:
    """Return a listener and all that it leads to through its servers, each once."""
    found = [listener]
    for each in found:
        following = (next_listener(proxy, server) for server in each.servers)
        found += [one for one in dict.fromkeys(following) if one is not None and one not in found]
    return tuple(found)


def servers_behind(proxy: HaproxyCfg, listener: Listener) -> tuple[Server, ...]:
    """Return the servers at the end of a chain, each in the place of the listener that leads to it.

    What stands behind a backup is a backup, what stands behind a server that is switched off is switched off.
    """
    return _behind(proxy, listener, ())


def _behind(proxy: HaproxyCfg, listener: Listener, passed: tuple[Listener, ...]) -> tuple[Server, ...]:
    if listener in passed:
        return ()
    found: list[Server] = []
    for server in listener.servers:
        following = next_listener(proxy, server)
        if following is None:
            found.append(server)
            continue
        off = server.disabled or server.weight == 0
        # Backups come after the others there, wherever their lines stand; here all may be backups.
        there = sorted(_behind(proxy, following, (*passed, listener)), key=lambda each: each.backup)
        found += (
            evolve(each, backup=server.backup or each.backup, disabled=off or each.disabled) for each in there
        )
    return tuple(found)
