"""OX610: a cache with a fixed list of the others does not list all of them."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._caches import SESSIONS, SHARED, Cache, caches, named, servers
from oxconf.rules._database import is_loopback
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each TcpServers list with the listener ports of all other processes."""
    for kinds in (SHARED, SESSIONS):
        known = [cache for cache in caches(evidence, kinds) if cache.artifact.tcp_listener_port is not None]
        for cache in known:
            words = servers(cache)
            if not words:
                continue
            targets = {_target(evidence, cache, word) for word in words}
            missing = [other for other in known if other is not cache and _listener(other) not in targets]
            if missing:
                yield RULE.finding(
                    f"{named(cache)} sends changes to {listed(words)}, but not to "
                    f"{listed(named(other) for other in missing)}",
                    cache.place("tcp_servers"),
                    *(other.place("tcp_listener_port") for other in missing),
                )


def _listener(cache: Cache) -> tuple[str, str]:
    return cache.host.name, str(cache.artifact.tcp_listener_port)


def _target(evidence: Evidence, cache: Cache, word: str) -> tuple[str, str]:
    address, _, port = word.rpartition(":")
    return cache.host.name if is_loopback(address) else evidence.name_of(address), port


RULE = Rule(
    code="OX610",
    name="tcp-servers-incomplete",
    severity=Severity.ERROR,
    title="A TcpServers list lacks a process of the cluster",
    why=(
        "The missing process does not hear of changes that this one makes: its users see old folders, rights and "
        "settings until these leave the cache."
    ),
    remedy="List groupware and admin daemon of every node, without the process itself, or use discovery.",
    source="commons-jcs, LateralTCPProperties; cache.ccf as shipped",
    daemons="java.util.Properties: silent. OX starts.",
    check=check,
)
