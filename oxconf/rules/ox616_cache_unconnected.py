"""OX616: a cache that others should hear of, or that should hear of others, is not connected with them."""

from collections.abc import Iterator

from oxconf.artifacts._cache_regions import Region
from oxconf.artifacts.cache_ccf import LateralCache, SessionCache
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._caches import SESSIONS, SHARED, Cache, caches, named
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones
from oxconf.syntax import properties


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at each file by itself, then compare the regions of one process on all nodes."""
    kinds: tuple[type[LateralCache], ...] = (*SHARED, *SESSIONS)
    for cache in caches(evidence, kinds):
        yield from _alone(cache)
    for kind in kinds:
        yield from _regions(tuple(evidence.find(kind)))


def _alone(cache: Cache) -> Iterator[Finding]:
    artifact = cache.artifact
    if artifact.receive is False:
        yield RULE.finding(f"{named(cache)} has Receive=false: it hears of no change", cache.place("receive"))
    unknown = _undefined(cache)
    for name, regions in unknown.items():
        names = [region.name for region in regions]
        shown = names if len(names) < 4 else [*names[:2], f"{len(names) - 2} more"]
        yield RULE.finding(
            f"{named(cache)} connects {listed(shown)} to {name}, but has no jcs.auxiliary.{name}",
            cache.at(regions[0].line),
        )
    if not unknown and artifact.factory is not None and "tcp_listener_port" not in artifact.lines:
        yield RULE.finding(
            f"{named(cache)} has no TcpListenerPort: nobody can reach it", cache.place("factory")
        )


def _undefined(cache: Cache) -> dict[str, list[Region]]:
    """Return the lateral caches that regions are connected to and no file of the process defines."""
    host, folder = cache.host, cache.path.rpartition("/")[0]
    if isinstance(cache.artifact, SessionCache) and not host.complete:
        # It may be connected to what cache.ccf defines.
        return {}
    paths = [path for path in host.files if path.startswith(folder) and path.endswith(".ccf")]
    entries = (entry for path in paths for entry in host.document(properties.parse, path).entries)
    defined = {entry.key for entry in entries if entry.value.strip()}
    unknown: dict[str, list[Region]] = {}
    for region in cache.artifact.regions:
        for name in region.auxiliary.replace(",", " ").split():
            if f"jcs.auxiliary.{name}" not in defined:
                unknown.setdefault(name, []).append(region)
    return unknown


def _regions(files: tuple[Cache, ...]) -> Iterator[Finding]:
    """Compare which regions are connected at all; names of lateral caches may differ."""
    tables = [({region.name: region for region in file.artifact.regions}, file) for file in files]
    names = dict.fromkeys(name for regions, _ in tables for name in regions)
    alone: dict[tuple[str, str], list[tuple[Cache, Region, Cache, Region]]] = {}
    for name in names:
        # What a file does not name goes by jcs.default, and a release may have caches that another does not.
        missing = Region(name=name) if name == "default" else None
        found = [
            (file, region)
            for regions, file in tables
            if regions and (region := regions.get(name, missing)) is not None
        ]
        for (cache, mine), (other, theirs) in odd_ones((each, each[1].lateral) for each in found):
            pair = (cache, mine, other, theirs)
            alone.setdefault((cache.host.name, other.host.name), []).append(pair)
    for pairs in alone.values():
        for lateral, does, do in ((False, "keeps", "connects"), (True, "connects", "keeps")):
            some = [pair for pair in pairs if pair[1].lateral is lateral]
            if some:
                cache, mine, other, theirs = some[0]
                regions = listed(dict.fromkeys(pair[1].name for pair in some))
                yield RULE.finding(
                    f"{named(cache)} {does} {regions} {'with the others' if lateral else 'to itself'}, "
                    f"but {named(other)} {do} {'them' if len(some) > 1 else 'it'} "
                    f"{'to itself' if lateral else 'with the others'}",
                    cache.at(mine.line),
                    other.at(theirs.line),
                )


RULE = Rule(
    code="OX616",
    name="cache-unconnected",
    severity=Severity.ERROR,
    title="A cache is not connected with the other processes",
    why=(
        "What is changed on another node stays unknown here, or the other way round: users see old folders, rights and "
        "settings until these leave the cache, and only on that node."
    ),
    remedy="Give cache.ccf the jcs.auxiliary, TcpListenerPort, Receive=true and the regions of the other nodes.",
    source="cache.ccf as shipped; commons-jcs: TcpListenerPort is 0 by default",
    daemons="java.util.Properties: silent. OX starts.",
    check=check,
)
