"""The regions of the JCS files: which caches there are, how large, and which of them the processes share."""

import re
from typing import Any

from attrs import evolve, field, frozen

from oxconf.artifacts._codec import INTEGER, TRUE_FALSE, Codec
from oxconf.artifacts._explained import Setting, Statement, entry
from oxconf.artifacts._keyvalue import setting, settings
from oxconf.deployment.origin import Mark

SHIPPED = "cache.ccf as shipped"

CONSTANTS = {
    "cacheattributes": "org.apache.jcs.engine.CompositeCacheAttributes",
    "cacheattributes.MemoryCacheName": "org.apache.jcs.engine.memory.lru.LRUMemoryCache",
    "cacheattributes.UseMemoryShrinker": "true",
    "elementattributes": "org.apache.jcs.engine.ElementAttributes",
    "elementattributes.IsEternal": "false",
    "elementattributes.IsSpool": "false",
    "elementattributes.IsRemote": "false",
}
"""What every region has, shipped or ours."""

_REGION = "jcs.region.*"
"""The beginning of a region's keys, whatever its name; those of the region `default` begin with `jcs.default`."""


def _constant(key: str, type: str, doc: str) -> Setting:
    return entry(f"{_REGION}.{key}", type, doc, Mark.SOURCE, SHIPPED)


_CONSTANT_SETTINGS = (
    entry(
        _REGION,
        "text",
        "Lateral cache that a region is connected to; empty for a cache of this process alone. `default` is "
        "jcs.default: what holds for caches that the file does not name.",
        Mark.SOURCE,
        SHIPPED,
    ),
    _constant("cacheattributes", "text", "Class of the region's settings."),
    _constant(
        "cacheattributes.MemoryCacheName", "text", "Class of the memory; an LRU drops what is unused longest."
    ),
    _constant("cacheattributes.UseMemoryShrinker", "switch", "Looks for old objects at times."),
    _constant("elementattributes", "text", "Class of the objects' settings."),
    _constant("elementattributes.IsEternal", "switch", "Keeps objects whatever their life and idle time."),
    _constant("elementattributes.IsSpool", "switch", "Writes objects that leave the memory to a disk cache."),
    _constant("elementattributes.IsRemote", "switch", "Sends objects to a remote cache server."),
)


def _attribute(key: str, codec: Codec, doc: str, *, unit: str = "", minimum: int | None = None) -> Any:
    return setting(key, codec, doc, Mark.SOURCE, SHIPPED, unit=unit, minimum=minimum)


@frozen(kw_only=True)
class Region:
    """One cache. `default` (`jcs.default`) has the values of caches that the file does not name.

    `auxiliary` is the lateral cache that it is connected to (`LTCP`, `SessionLTCP`), empty for a cache that
    each process has for itself.
    """

    name: str
    auxiliary: str = ""
    max_objects: int | None = _attribute(
        "cacheattributes.MaxObjects", INTEGER, "Objects in memory at most.", minimum=0
    )
    memory_idle: int | None = _attribute(
        "cacheattributes.MaxMemoryIdleTimeSeconds",
        INTEGER,
        "After how long without use an object leaves the memory; -1 is never.",
        unit="seconds",
        minimum=-1,
    )
    shrinker_interval: int | None = _attribute(
        "cacheattributes.ShrinkerIntervalSeconds",
        INTEGER,
        "How often UseMemoryShrinker looks for old objects.",
        unit="seconds",
        minimum=1,
    )
    spool_limit: int | None = _attribute(
        "cacheattributes.MaxSpoolPerRun",
        INTEGER,
        "Objects that leave the memory at a time; -1 is any number.",
        minimum=-1,
    )
    max_life: int | None = _attribute(
        "elementattributes.MaxLifeSeconds",
        INTEGER,
        "How long an object is kept; -1 is any time.",
        unit="seconds",
        minimum=-1,
    )
    idle: int | None = _attribute(
        "elementattributes.IdleTime",
        INTEGER,
        "How long an object is kept without use; -1 is any time.",
        unit="seconds",
        minimum=-1,
    )
    is_lateral: bool | None = _attribute(
        "elementattributes.IsLateral",
        TRUE_FALSE,
        "Whether new values go to the other processes as well; removals always do.",
    )
    line: int = field(default=0, eq=False)

    @property
    def lateral(self) -> bool:
        """Whether the other processes hear of changes in this cache."""
        return bool(self.auxiliary)


REGION_SETTINGS: tuple[Setting, ...] = (
    *_CONSTANT_SETTINGS,
    *(
        evolve(data, key=f"{_REGION}.{data.key}", name=f"{_REGION}.{data.key}")
        for _, data in settings(Region)
    ),
)
"""What each region has; a region's name is where a statement stands."""

_KEY = re.compile(r"jcs\.(?:default|region\.([^.]+))(?:\.(.+))?")


def split_key(key: str) -> tuple[str, str] | None:
    """Return the region that a key is about, and which of its settings it is; empty for the region itself."""
    match = _KEY.fullmatch(key)
    return (match[1] or "default", match[2] or "") if match else None


def located(statement: Statement) -> Statement:
    """Return a statement about a region with the region as its place; others as they are."""
    if (about := split_key(statement.key)) is None:
        return statement
    region, attribute = about
    return evolve(statement, key=f"{_REGION}.{attribute}" if attribute else _REGION, where=region)


def _region(
    name: str,
    auxiliary: str,
    max_objects: int,
    memory_idle: int,
    max_life: int,
    idle: int,
    *,
    spool_limit: int | None = None,
    shrinker_interval: int = 60,
    is_lateral: bool = False,
) -> Region:
    return Region(
        name=name,
        auxiliary=auxiliary,
        max_objects=max_objects,
        memory_idle=memory_idle,
        shrinker_interval=shrinker_interval,
        spool_limit=spool_limit,
        max_life=max_life,
        idle=idle,
        is_lateral=is_lateral,
    )


_LTCP = "LTCP"
_PRIVATE = (
    _region("OXMessageCache", "", 10_000_000, 60, 3600, 60, spool_limit=500),
    _region("OXIMAPConCache", "", 1_000_000, 7, 3600, 7, shrinker_interval=3),
    _region("OXFolderQueryCache", "", 1_000_000, 150, 300, 150),
    _region("CalendarCache", "", 100_000, 300, 600, 300, spool_limit=500),
)
"""Caches that each process has for itself, the same in both files."""

GROUPWARE_REGIONS = (
    _region("default", _LTCP, 1_000_000, 3600, -1, 1800, is_lateral=True),
    _region("OXFolderCache", _LTCP, 1_000_000, 180, 300, 180),
    *_PRIVATE,
    _region("User", _LTCP, 40_000, 180, -1, 180, spool_limit=500),
    _region("UserConfiguration", _LTCP, 20_000, 180, -1, 180, spool_limit=500),
    _region("UserSettingMail", _LTCP, 20_000, 180, 300, 180, spool_limit=500),
    _region("Context", _LTCP, 10_000, 180, -1, 180, spool_limit=500),
    _region("Filestore", _LTCP, 10, 180, 300, 180, spool_limit=500),
    _region("OXDBPoolCache", _LTCP, 20_000, 180, 300, 180, spool_limit=500),
    _region("MailAccount", _LTCP, 100_000, 180, 300, 180, spool_limit=500),
    _region("GlobalFolderCache", _LTCP, 10_000_000, 180, 300, 180),
    _region("UserFolderCache", _LTCP, 10_000_000, 180, 300, 180),
)
"""SOURCE: com.openexchange.server/conf/groupware/cache.ccf of appsuite-middleware at 0617153."""

ADMINDAEMON_REGIONS = (
    _region("default", _LTCP, 1_000, 3600, -1, 1800, is_lateral=True),
    # The shipped file says IsLateral=true here; a package update of the same generation corrects it to false.
    _region("OXFolderCache", _LTCP, 1_000_000, -1, -1, 1800),
    *_PRIVATE,
    _region("User", _LTCP, 1_000, 180, 300, 180, spool_limit=500),
    _region("UserConfiguration", _LTCP, 1_000_000, 180, 300, 180, spool_limit=500),
    _region("UserSettingMail", _LTCP, 1_000_000, 180, 300, 180, spool_limit=500),
    _region("Context", _LTCP, 1_000, 180, 300, 180, spool_limit=500),
    _region("Filestore", _LTCP, 10, 180, 300, 180, spool_limit=500),
    _region("OXDBPoolCache", _LTCP, 1_000, 180, 300, 180, spool_limit=500),
)
"""SOURCE: etc/cache.ccf (the admin daemon's) of appsuite-middleware at df19d52."""

SESSION_REGIONS = (_region("SessionCache", "SessionLTCP", 100_000, 3600, -1, 3600, is_lateral=True),)
"""OURS, reconstructed: see SessionCache."""
