"""The cache files of OX hosts."""

from collections.abc import Iterator

from oxconf.artifacts.cache_ccf import AdmindaemonCache, GroupwareCache, LateralCache, SessionCache
from oxconf.evidence import Evidence, HostEvidence, Located

SHARED: tuple[type[LateralCache], ...] = (GroupwareCache, AdmindaemonCache)
"""Both processes of all nodes form one group; the session caches form another."""

SESSIONS: tuple[type[LateralCache], ...] = (SessionCache,)

Cache = Located[LateralCache]


def of_host(host: HostEvidence, kinds: tuple[type[LateralCache], ...]) -> Iterator[Cache]:
    """Yield the cache files of a host."""
    for kind in kinds:
        yield from host.each(kind)


def caches(evidence: Evidence, kinds: tuple[type[LateralCache], ...]) -> Iterator[Cache]:
    """Yield the cache files of all hosts."""
    for host in evidence.hosts:
        yield from of_host(host, kinds)


def connected(cache: Cache) -> bool:
    """Whether the file defines a lateral cache at all."""
    return cache.artifact.factory is not None or cache.artifact.tcp_listener_port is not None


def servers(cache: Cache) -> tuple[str, ...]:
    """Return the words of TcpServers."""
    return tuple(word.strip() for word in (cache.artifact.tcp_servers or "").split(",") if word.strip())


def discovers(cache: Cache) -> bool:
    """Whether the others are found by multicast: JCS does so unless it is told not to."""
    return connected(cache) and cache.artifact.udp_discovery_enabled is not False


def named(cache: Cache) -> str:
    """Return what a message calls the file: `groupware/cache.ccf of ox1`."""
    folder, name = cache.path.split("/")[-2:]
    return f"{folder}/{name} of {cache.host.name}"
