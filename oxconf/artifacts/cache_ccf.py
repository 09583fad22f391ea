"""`cache.ccf` of both OX processes and `sessioncache.ccf`: JCS caches, and how they find each other.

Every process listens on a TCP port of its own for what the others changed; a multicast group brings them
together.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any, ClassVar, Self

from attrs import Attribute, evolve, field, frozen

from oxconf.artifacts._codec import ADDRESS, INTEGER, TEXT, TRUE_FALSE, Codec
from oxconf.artifacts._settings import PropertiesArtifact, setting, settings
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Mark, Origin, ours
from oxconf.deployment.topology import ox_hosts
from oxconf.syntax import properties
from oxconf.syntax._base import Problem

_SHIPPED = "cache.ccf as shipped"
_FACTORY = "org.apache.jcs.auxiliary.lateral.socket.tcp.LateralTCPCacheFactory"
_ATTRIBUTES = "org.apache.jcs.auxiliary.lateral.socket.tcp.TCPLateralCacheAttributes"

_CONSTANTS = {
    "cacheattributes": "org.apache.jcs.engine.CompositeCacheAttributes",
    "cacheattributes.MemoryCacheName": "org.apache.jcs.engine.memory.lru.LRUMemoryCache",
    "cacheattributes.UseMemoryShrinker": "true",
    "elementattributes": "org.apache.jcs.engine.ElementAttributes",
    "elementattributes.IsEternal": "false",
    "elementattributes.IsSpool": "false",
    "elementattributes.IsRemote": "false",
}
"""What every region has, shipped or ours."""


def _attribute(key: str, codec: Codec, doc: str, *, unit: str = "", minimum: int | None = None) -> Any:
    return setting(key, codec, doc, Mark.SOURCE, _SHIPPED, unit=unit, minimum=minimum)


@frozen(kw_only=True)
class Region:
    """One cache. `default` (`jcs.default`) has the values of caches that the file does not name.

    `auxiliary` is the lateral cache that it is connected to (`LTCP`, `SessionLTCP`), empty for a cache that
    each process has for itself.
    """

    name: str
    auxiliary: str = ""
    max_objects: int | None = _attribute(
        "cacheattributes.MaxObjects", INTEGER, "Objects in memory.", minimum=0
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
        "How often old objects are looked for.",
        unit="seconds",
        minimum=1,
    )
    spool_limit: int | None = _attribute(
        "cacheattributes.MaxSpoolPerRun", INTEGER, "Objects that leave the memory at a time.", minimum=-1
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


@frozen(kw_only=True)
class LateralCache(PropertiesArtifact):
    """A JCS file: regions, and the lateral cache that connects them with those of the other processes."""

    mode: ClassVar[int] = 0o640
    group: ClassVar[str] = "open-xchange"
    auxiliary: ClassVar[str] = "LTCP"
    """Name of the lateral cache: JCS keeps one for each name and process."""

    factory: str | None = setting(
        "jcs.auxiliary.LTCP",
        TEXT,
        "Class of the lateral cache.",
        Mark.SOURCE,
        _SHIPPED,
        heading="The lateral cache: changes go to the other processes over TCP.",
    )
    attributes: str | None = setting(
        "jcs.auxiliary.LTCP.attributes", TEXT, "Class of its settings.", Mark.SOURCE, _SHIPPED
    )
    tcp_servers: str | None = setting(
        "jcs.auxiliary.LTCP.attributes.TcpServers",
        TEXT,
        "Fixed list of `host:port` of the others. Not together with discovery, so absent here.",
        Mark.TUTORIAL,
    )
    tcp_listener_port: int | None = setting(
        "jcs.auxiliary.LTCP.attributes.TcpListenerPort",
        INTEGER,
        "Port for the others' changes; different for each cache file of a host.",
        Mark.TUTORIAL,
        "57461 admin daemon, 57462 groupware, 57463 session cache: a host's ports must differ",
        minimum=1,
        maximum=65535,
        noted=True,
    )
    udp_discovery_address: IPv4Address | None = setting(
        "jcs.auxiliary.LTCP.attributes.UdpDiscoveryAddr",
        ADDRESS,
        "Multicast group in which the processes find each other; the same on all nodes.",
        Mark.TUTORIAL,
        "discovery instead of a TcpServers list, which must not stand beside it; needs the multicast route",
        noted=True,
    )
    udp_discovery_port: int | None = setting(
        "jcs.auxiliary.LTCP.attributes.UdpDiscoveryPort",
        INTEGER,
        "UDP port of that group; the same on all nodes.",
        Mark.TUTORIAL,
        minimum=1,
        maximum=65535,
    )
    udp_discovery_enabled: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.UdpDiscoveryEnabled",
        TRUE_FALSE,
        "Finds the others by multicast.",
        Mark.TUTORIAL,
    )
    receive: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.Receive",
        TRUE_FALSE,
        "Takes changes from the others; false only sends.",
        Mark.SOURCE,
        _SHIPPED,
    )
    allow_get: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.AllowGet",
        TRUE_FALSE,
        "Asks the others for a missing object.",
        Mark.SOURCE,
        _SHIPPED,
    )
    issue_remove_on_put: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.IssueRemoveOnPut",
        TRUE_FALSE,
        "A new value makes the others drop theirs, instead of sending it to them.",
        Mark.SOURCE,
        _SHIPPED,
    )
    filter_remove_by_hash_code: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.FilterRemoveByHashCode",
        TRUE_FALSE,
        "Keeps an object that is equal to the new one.",
        Mark.SOURCE,
        _SHIPPED,
    )
    regions: tuple[Region, ...] = ()

    @classmethod
    def _connected(
        cls,
        deployment: Deployment,
        port: int,
        regions: tuple[Region, ...],
        *,
        issue_remove_on_put: bool = True,
        origins: dict[str, Origin] | None = None,
    ) -> Self:
        """Return the file with discovery on, and the shipped values of the rest."""
        return cls(
            factory=_FACTORY,
            attributes=_ATTRIBUTES,
            tcp_listener_port=port,
            udp_discovery_address=deployment.network.multicast_group,
            udp_discovery_port=deployment.network.multicast_port,
            udp_discovery_enabled=True,
            receive=True,
            allow_get=False,
            issue_remove_on_put=issue_remove_on_put,
            filter_remove_by_hash_code=False,
            regions=regions,
            origins=origins or {},
        )

    def extra_items(self) -> Iterator[properties.Entry | properties.Comment]:
        """Yield the regions."""
        for region in self.regions:
            kind = f"shared through {region.auxiliary}" if region.lateral else "of this process alone"
            yield properties.Comment(f"Region {region.name}, {kind}.")
            prefix = "jcs.default" if region.name == "default" else f"jcs.region.{region.name}"
            yield properties.Entry(prefix, region.auxiliary)
            for key, value in _CONSTANTS.items():
                yield properties.Entry(f"{prefix}.{key}", value)
            for attribute, data in settings(Region):
                value = getattr(region, attribute.name)
                if value is not None:
                    yield properties.Entry(f"{prefix}.{data.key}", data.codec.write(value))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the file as Java does. A lateral cache of another name is read as this file's."""
        document = properties.parse(text)
        found = {entry.key: (entry.value, entry.line) for entry in document.entries}
        regions, problems = _read_regions(found)
        artifact, more = cls._build(_renamed(found, cls.auxiliary))
        problems = (*document.problems, *more, *problems)
        return evolve(artifact, regions=regions), tuple(sorted(problems, key=lambda problem: problem.line))


_REGION_KEY = re.compile(r"jcs\.(?:default|region\.([^.]+))(?:\.(.+))?")
_LISTENER_KEY = re.compile(r"jcs\.auxiliary\.([^.]+)\.attributes\.TcpListenerPort")
_Found = dict[str, tuple[str, int]]


def _read_regions(found: _Found) -> tuple[tuple[Region, ...], tuple[Problem, ...]]:
    """Return the regions in the order of their first keys."""
    by_name: dict[str, _Found] = {}
    for key, (text, line) in found.items():
        if match := _REGION_KEY.fullmatch(key):
            by_name.setdefault(match[1] or "default", {})[match[2] or ""] = (text, line)
    regions, problems = [], []
    for name, entries in by_name.items():
        values: dict[str, Any] = {}
        for attribute, data in settings(Region):
            if data.key not in entries:
                continue
            text, line = entries[data.key]
            try:
                values[attribute.name] = data.codec.read(text)
            except ValueError as error:
                problems.append(Problem(line, f"{data.key} of the region {name}: {error}"))
        auxiliary, line = entries.get("", ("", next(iter(entries.values()))[1]))
        regions.append(Region(name=name, auxiliary=auxiliary.strip(), line=line, **values))
    return tuple(regions), tuple(problems)


def _renamed(found: _Found, auxiliary: str) -> _Found:
    """Return the entries with the lateral cache of the file under the name that this class has for it."""
    names = [match[1] for key in found if (match := _LISTENER_KEY.fullmatch(key))]
    if not names or auxiliary in names:
        return found
    old, new = f"jcs.auxiliary.{names[0]}", f"jcs.auxiliary.{auxiliary}"
    return {
        new + key.removeprefix(old) if key == old or key.startswith(f"{old}.") else key: value
        for key, value in found.items()
    }


@frozen(kw_only=True)
class GroupwareCache(LateralCache):
    """The caches of the groupware process."""

    kind: ClassVar[str] = "groupware-cache"
    path: ClassVar[str] = "/opt/open-xchange/etc/groupware/cache.ccf"
    title: ClassVar[str] = "Caches of the groupware process."

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the caches of an OX host."""
        return cls._connected(deployment, 57462, GROUPWARE_REGIONS) if host in ox_hosts(deployment) else None


@frozen(kw_only=True)
class AdmindaemonCache(LateralCache):
    """The caches of the admin daemon."""

    kind: ClassVar[str] = "admindaemon-cache"
    path: ClassVar[str] = "/opt/open-xchange/etc/admindaemon/cache.ccf"
    title: ClassVar[str] = "Caches of the admin daemon."

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the caches of an OX host."""
        return (
            cls._connected(deployment, 57461, ADMINDAEMON_REGIONS) if host in ox_hosts(deployment) else None
        )


def _session_keys(cls: type, attributes: list["Attribute[Any]"]) -> list["Attribute[Any]"]:
    """Give the settings of the lateral cache the name that the session cache's has."""
    renamed = []
    for attribute in attributes:
        data = attribute.metadata.get("setting")
        if data is not None:
            key = data.key.replace("jcs.auxiliary.LTCP", "jcs.auxiliary.SessionLTCP")
            attribute = attribute.evolve(metadata={"setting": evolve(data, key=key)})
        renamed.append(attribute)
    return renamed


@frozen(kw_only=True, field_transformer=_session_keys)
class SessionCache(LateralCache):
    """The sessions that the groupware processes hand over to each other. The content is reconstructed.

    No public copy of the shipped file is known. What is known, SOURCE appsuite-middleware:
    sessiond.properties.in names `sessioncache.ccf`; com.openexchange.sessiond.cache.SessionCache has the
    region `SessionCache` and the name `SessionLTCP`; JCSCacheServiceInit knows the lateral caches `LTCP`
    and `SessionLTCP`, and of a further file it ignores `jcs.default` and every key that cache.ccf has. So
    the lateral cache needs its own name, and with it its own port. Sessions are handed over, and ended, by
    putting them into the region: values must reach the others, so IsLateral is true and IssueRemoveOnPut is
    false. OURS: the port and the sizes.
    """

    kind: ClassVar[str] = "session-cache"
    path: ClassVar[str] = "/opt/open-xchange/etc/groupware/sessioncache.ccf"
    title: ClassVar[str] = (
        "Sessions that the groupware processes hand over. Reconstructed: compare it with the shipped file."
    )
    auxiliary: ClassVar[str] = "SessionLTCP"

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the session cache of an OX host."""
        if host not in ox_hosts(deployment):
            return None
        return cls._connected(
            deployment,
            57463,
            SESSION_REGIONS,
            issue_remove_on_put=False,
            origins={
                "tcp_listener_port": ours(
                    "reconstructed: the next one beside 57461 (admin daemon) and 57462 (groupware)"
                ),
                "issue_remove_on_put": ours(
                    "the others need the session itself, not only word that it changed"
                ),
            },
        )
