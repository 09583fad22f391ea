"""`cache.ccf` of both OX processes and `sessioncache.ccf`: JCS caches, and how they find each other.

Every process listens on a TCP port of its own for what the others changed; a multicast group brings them
together.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any, ClassVar, Self

from attrs import Attribute, evolve, frozen

from oxconf.artifacts._cache_regions import (
    ADMINDAEMON_REGIONS,
    CONSTANTS,
    GROUPWARE_REGIONS,
    REGION_SETTINGS,
    SESSION_REGIONS,
    SHIPPED,
    Region,
    located,
    split_key,
)
from oxconf.artifacts._codec import ADDRESS, INTEGER, TEXT, TRUE_FALSE
from oxconf.artifacts._explained import Setting, Statement
from oxconf.artifacts._keyvalue import PropertiesArtifact, setting, settings
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Mark, Origin, ours
from oxconf.deployment.ports import ADMINDAEMON_CACHE_PORT, GROUPWARE_CACHE_PORT, SESSION_CACHE_PORT
from oxconf.syntax import properties
from oxconf.syntax._base import Problem

_FACTORY = "org.apache.jcs.auxiliary.lateral.socket.tcp.LateralTCPCacheFactory"
_ATTRIBUTES = "org.apache.jcs.auxiliary.lateral.socket.tcp.TCPLateralCacheAttributes"


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
        SHIPPED,
        heading="The lateral cache: changes go to the other processes over TCP.",
    )
    attributes: str | None = setting(
        "jcs.auxiliary.LTCP.attributes", TEXT, "Class of its settings.", Mark.SOURCE, SHIPPED
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
        "57461 admin daemon, 57462 groupware: a host's ports must differ",
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
        fixed=True,
    )
    udp_discovery_port: int | None = setting(
        "jcs.auxiliary.LTCP.attributes.UdpDiscoveryPort",
        INTEGER,
        "UDP port of that group; the same on all nodes.",
        Mark.TUTORIAL,
        minimum=1,
        maximum=65535,
        fixed=True,
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
        SHIPPED,
    )
    allow_get: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.AllowGet",
        TRUE_FALSE,
        "Asks the others for a missing object.",
        Mark.SOURCE,
        SHIPPED,
    )
    issue_remove_on_put: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.IssueRemoveOnPut",
        TRUE_FALSE,
        "A new value makes the others drop theirs, instead of sending it to them.",
        Mark.SOURCE,
        SHIPPED,
    )
    filter_remove_by_hash_code: bool | None = setting(
        "jcs.auxiliary.LTCP.attributes.FilterRemoveByHashCode",
        TRUE_FALSE,
        "Keeps an object that is equal to the new one.",
        Mark.SOURCE,
        SHIPPED,
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
            origins={
                "udp_discovery_address": deployment.origin("network", "multicast_group"),
                "udp_discovery_port": deployment.origin("network", "multicast_port"),
                **(origins or {}),
            },
        )

    def extra_items(self) -> Iterator[properties.Entry | properties.Comment]:
        """Yield the regions."""
        for region in self.regions:
            kind = f"shared through {region.auxiliary}" if region.lateral else "of this process alone"
            yield properties.Comment(f"Region {region.name}, {kind}.")
            prefix = "jcs.default" if region.name == "default" else f"jcs.region.{region.name}"
            yield properties.Entry(prefix, region.auxiliary)
            for key, value in CONSTANTS.items():
                yield properties.Entry(f"{prefix}.{key}", value)
            for attribute, data in settings(Region):
                value = getattr(region, attribute.name)
                if value is not None:
                    yield properties.Entry(f"{prefix}.{data.key}", data.codec.write(value))

    @classmethod
    def more_settings(cls) -> tuple[Setting, ...]:
        """Return what each region has."""
        return REGION_SETTINGS

    @classmethod
    def statements(cls, text: str) -> Iterator[Statement]:
        """Yield the entries; one of a region has the region's name as its place."""
        return map(located, super().statements(text))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the file as Java does. A lateral cache of another name is read as this file's."""
        document = properties.parse(text)
        found = {entry.key: (entry.value, entry.line) for entry in document.entries}
        regions, problems = _read_regions(found)
        artifact, more = cls._build(_renamed(found, cls.auxiliary))
        problems = (*document.problems, *more, *problems)
        return evolve(artifact, regions=regions), tuple(sorted(problems, key=lambda problem: problem.line))


_LISTENER_KEY = re.compile(r"jcs\.auxiliary\.([^.]+)\.attributes\.TcpListenerPort")
_Found = dict[str, tuple[str, int]]


def _read_regions(found: _Found) -> tuple[tuple[Region, ...], tuple[Problem, ...]]:
    """Return the regions in the order of their first keys."""
    by_name: dict[str, _Found] = {}
    for key, (text, line) in found.items():
        if about := split_key(key):
            name, attribute_key = about
            by_name.setdefault(name, {})[attribute_key] = (text, line)
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
        return cls._connected(deployment, GROUPWARE_CACHE_PORT, GROUPWARE_REGIONS) if host.runs_ox else None


@frozen(kw_only=True)
class AdmindaemonCache(LateralCache):
    """The caches of the admin daemon."""

    kind: ClassVar[str] = "admindaemon-cache"
    path: ClassVar[str] = "/opt/open-xchange/etc/admindaemon/cache.ccf"
    title: ClassVar[str] = "Caches of the admin daemon."

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the caches of an OX host."""
        if not host.runs_ox:
            return None
        corrected = "the shipped file says true, which a package update of the same generation corrects"
        return cls._connected(
            deployment,
            ADMINDAEMON_CACHE_PORT,
            ADMINDAEMON_REGIONS,
            origins={
                "OXFolderCache jcs.region.*.elementattributes.IsLateral": Origin(Mark.SOURCE, corrected)
            },
        )


_RECONSTRUCTED = ours("reconstructed, no public copy of the shipped file is known; as cache.ccf has it")
_HOUR = "reconstructed: an hour, as long as sessiond.properties lets an unused session live"
_SESSIONS = {
    "jcs.region.*": "reconstructed: SessionLTCP is the lateral cache that OX knows beside LTCP",
    "jcs.region.*.cacheattributes.MaxObjects": "reconstructed: room for the sessions of all nodes",
    "jcs.region.*.cacheattributes.MaxMemoryIdleTimeSeconds": _HOUR,
    "jcs.region.*.elementattributes.MaxLifeSeconds": "reconstructed: a session in use is kept",
    "jcs.region.*.elementattributes.IdleTime": _HOUR,
    "jcs.region.*.elementattributes.IsLateral": "the others need the session itself, not only word that it changed",
}
"""Why the region of the sessions is not as those of cache.ccf are."""


def _session_keys(cls: type, attributes: list["Attribute[Any]"]) -> list["Attribute[Any]"]:
    """Give the settings of the lateral cache the name that the session cache's has, and say what is shipped."""
    renamed = []
    for attribute in attributes:
        data = attribute.metadata.get("setting")
        if data is not None:
            key = data.key.replace("jcs.auxiliary.LTCP", "jcs.auxiliary.SessionLTCP")
            origin = _RECONSTRUCTED if data.origin.why == SHIPPED else data.origin
            attribute = attribute.evolve(metadata={"setting": evolve(data, key=key, origin=origin)})
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
    def more_settings(cls) -> tuple[Setting, ...]:
        """Return what the region has."""
        return tuple(
            evolve(data, origin=ours(_SESSIONS[data.key]) if data.key in _SESSIONS else _RECONSTRUCTED)
            for data in super().more_settings()
        )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the session cache of an OX host."""
        if not host.runs_ox:
            return None
        return cls._connected(
            deployment,
            SESSION_CACHE_PORT,
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
