"""`keepalived.conf`: which of several hosts holds a floating address, and what a director does behind it."""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Interface
from typing import Any, ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._codec import secret
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._keepalived_blocks import Block, BlockReader
from oxconf.artifacts._template import fill
from oxconf.artifacts._time import MINUTE, SECOND, Milliseconds
from oxconf.artifacts._virtual_server import (
    VirtualServer,
    read_virtual_server,
    virtual_origins,
    virtual_servers,
)
from oxconf.artifacts.check_maxscale import CheckMaxscale
from oxconf.artifacts.check_web import CheckWeb
from oxconf.artifacts.clustercheck import Clustercheck
from oxconf.deployment.locate import Path
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Origin, ours
from oxconf.deployment.secrets import Secret
from oxconf.deployment.span import advertisement
from oxconf.deployment.topology import FloatingAddress, directed_addresses, directors, floating_addresses
from oxconf.deployment.units import counted
from oxconf.syntax import keepalived
from oxconf.syntax._base import Problem

_AUTH_PASS = secret("vrrp")


@frozen(kw_only=True)
class TrackScript(Block):
    """One `vrrp_script`: a command whose exit code 0 means that this host may hold an address."""

    name: str
    command: str | None = None
    interval: Milliseconds | None = None
    timeout: Milliseconds | None = None
    rise: int | None = None
    fall: int | None = None
    weight: int | None = None
    """None or 0: a failure takes the instance out. Otherwise it is added to the priority."""


@frozen(kw_only=True)
class VirtualAddress:
    """One line of `virtual_ipaddress`."""

    address: IPv4Interface
    interface: str | None = None
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class VrrpInstance(Block):
    """One `vrrp_instance`: the hosts with the same virtual router id agree on who holds its addresses."""

    name: str
    state: str | None = None
    interface: str | None = None
    virtual_router_id: int | None = None
    priority: int | None = None
    nopreempt: bool = False
    advert_int: Milliseconds | None = None
    unicast_src_ip: IPv4Address | None = None
    unicast_peers: tuple[IPv4Address, ...] = ()
    auth_type: str | None = None
    auth_pass: Secret | None = None
    addresses: tuple[VirtualAddress, ...] = ()
    track_scripts: tuple[str, ...] = ()


@frozen(kw_only=True)
class SyncGroup(Block):
    """One `vrrp_sync_group`: instances whose addresses move together."""

    name: str
    instances: tuple[str, ...] = ()


@frozen(kw_only=True)
class KeepalivedConf(ParsedArtifact):
    """keepalived of one host: VRRP, and LVS on a director."""

    kind: ClassVar[str] = "keepalived-conf"
    path: ClassVar[str] = "/etc/keepalived/keepalived.conf"
    title: ClassVar[str] = "Floating addresses that this host may hold."
    mode: ClassVar[int] = 0o640

    router_id: str | None = None
    script_user: str | None = None
    enable_script_security: bool = False
    tcp_timeout: Milliseconds | None = None
    """How long LVS remembers an idle connection, `lvs_timeouts tcp`."""
    scripts: tuple[TrackScript, ...] = ()
    groups: tuple[SyncGroup, ...] = ()
    instances: tuple[VrrpInstance, ...] = ()
    virtual_servers: tuple[VirtualServer, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of a host that may hold a floating address, as a director does."""
        held = [address for address in floating_addresses(deployment) if host in address.holders]
        if not held:
            return None
        instances = tuple(_instance(deployment, host, address) for address in held)
        names = {name for instance in instances for name in instance.track_scripts}
        services = tuple(virtual_servers(deployment, host))
        together = tuple(name for name, _ in directed_addresses(deployment)) if services else ()
        idle = max(20 * MINUTE, 2 * deployment.database.pool.max_life_time)
        return cls(
            router_id=host.name,
            script_user="root",
            enable_script_security=True,
            # LVS counts in whole seconds.
            tcp_timeout=Milliseconds(-(-idle // SECOND) * SECOND) if services else None,
            scripts=tuple(script for script in SCRIPTS if script.name in names),
            groups=(SyncGroup(name="database", instances=together),) if len(together) > 1 else (),
            instances=instances,
            virtual_servers=services,
            origins={**dict(_origins(deployment, host, held)), **dict(virtual_origins(deployment, host))},
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import keepalived_conf

        return keepalived_conf.REFERENCE

    def render(self) -> str:
        """Return the complete text, the password included."""
        return fill("keepalived_conf", keepalived.quote, artifact=self)

    def enables(self) -> tuple[Enable, ...]:
        """Return keepalived's unit."""
        return (Enable(Switch.UNIT, "keepalived.service"),)

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any keepalived.conf; virtual servers of a firewall mark or of a group are left aside."""
        document = keepalived.parse(text)
        reader = _Reader(list(document.problems))
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        scripts: list[TrackScript] = []
        groups: list[SyncGroup] = []
        instances: list[VrrpInstance] = []
        services: list[VirtualServer] = []
        for node in document.children:
            keyword, *args = node.words or ("",)
            if keyword == "global_defs":
                for child in node.children or ():
                    reader.global_line(values, lines, child)
            elif keyword == "vrrp_script" and args:
                scripts.append(reader.script(args[0], node))
                lines.setdefault("scripts", node.line)
            elif keyword == "vrrp_instance" and args:
                instances.append(reader.instance(args[0], node))
                lines.setdefault("instances", node.line)
            elif keyword == "vrrp_sync_group" and args:
                groups.append(reader.group(args[0], node))
                lines.setdefault("groups", node.line)
            elif keyword == "virtual_server":
                services.extend(read_virtual_server(reader, node))
                lines.setdefault("virtual_servers", node.line)
        artifact = cls(
            scripts=tuple(scripts),
            groups=tuple(groups),
            instances=tuple(instances),
            virtual_servers=tuple(services),
            lines=lines,
            **values,
        )
        return artifact, tuple(reader.problems)


def _origins(deployment: Deployment, host: Host, held: list[FloatingAddress]) -> Iterator[tuple[str, Origin]]:
    """Yield where the numbers and addresses of the instances come from."""
    first = deployment.origin("network", "virtual_router_id")
    for index, floating in enumerate(floating_addresses(deployment)):
        if floating not in held:
            continue
        where = f"{floating.name} vrrp_instance"
        why = f"the cluster's first id and {index}: one for each floating address" if index else first.why
        yield f"{where} virtual_router_id", ours(why, *first.keys) if index else first
        holders = len(floating.holders)
        step = priority(0, holders) - priority(1, holders)
        why = f"{priority(0, holders)} for the first of {counted(holders, 'holder')}, {step} less for each next one"
        yield (
            f"{where} priority",
            ours(why, *(deployment.path(holder, "roles") for holder in floating.holders)),
        )
        others = (holder for holder in floating.holders if holder is not host)
        peers = ours(
            "the other holders: many networks drop VRRP's multicast", *_addresses(deployment, others)
        )
        yield f"{where} unicast_peer", peers
        path = ("web", "address") if floating.name == "web" else ("database", f"{floating.name}_address")
        yield f"{where} virtual_ipaddress", deployment.origin(*path)
    yield "vrrp_instance advert_int", advertisement(deployment).origin
    yield "vrrp_instance interface", deployment.origin("network", "interface")
    yield "vrrp_instance unicast_src_ip", deployment.host_origin(host, "address")


def _addresses(deployment: Deployment, hosts: Iterable[Host]) -> Iterator[Path]:
    return (deployment.path(host, "address") for host in hosts)


def _script(name: str, command: str) -> TrackScript:
    # Asked each second, failed twice: an address leaves a dead service within 2 s and VRRP's part of one.
    # It asks its own host, so no span moves these times.
    return TrackScript(
        name=name,
        command=command,
        interval=Milliseconds(SECOND),
        timeout=Milliseconds(2 * SECOND),
        rise=2,
        fall=2,
    )


SCRIPTS = (
    _script("web", CheckWeb.path),
    _script("database", Clustercheck.path),
    _script("maxscale", CheckMaxscale.path),
)


def priority(position: int, holders: int) -> int:
    """Return the VRRP priority of a holder: 150, 140, 130, ...; one apart where there are many.

    Only the order counts. Distinct and within 1 to 254 for up to 254 holders.
    """
    return 150 - 10 * position if holders <= 15 else 254 - position


def _instance(deployment: Deployment, host: Host, floating: FloatingAddress) -> VrrpInstance:
    network = deployment.network
    peers = tuple(holder.address for holder in floating.holders if holder != host)
    return VrrpInstance(
        name=floating.name,
        state="BACKUP",
        interface=network.interface,
        virtual_router_id=floating.virtual_router_id,
        priority=priority(floating.holders.index(host), len(floating.holders)),
        nopreempt=True,
        advert_int=Milliseconds(advertisement(deployment).value),
        unicast_src_ip=host.address if peers else None,
        unicast_peers=peers,
        auth_type="PASS",
        auth_pass=deployment.password("vrrp"),
        addresses=(
            VirtualAddress(
                address=IPv4Interface(f"{floating.address}/{network.cidr.prefixlen}"),
                interface=network.interface,
            ),
        ),
        track_scripts=_tracked(deployment, host, floating),
    )


def _tracked(deployment: Deployment, host: Host, floating: FloatingAddress) -> tuple[str, ...]:
    """Return the script that asks the service behind an address, on this holder."""
    if floating.name == "web":
        return ("web",)
    if host.has(Role.MAXSCALE):
        return ("maxscale",)
    # A director has no service of its own: what it knows of the servers is the other one's as well.
    return () if host in directors(deployment) else ("database",)


_SCRIPT_VALUES: dict[str, Callable[[str], Any]] = {
    "interval": Milliseconds.keepalived,
    "timeout": Milliseconds.keepalived,
    "rise": int,
    "fall": int,
    "weight": int,
}
_INSTANCE_VALUES: dict[str, Callable[[str], Any]] = {
    "state": str,
    "interface": str,
    "virtual_router_id": int,
    "priority": int,
    "advert_int": Milliseconds.keepalived,
    "unicast_src_ip": IPv4Address,
}


@frozen
class _Reader(BlockReader):
    def global_line(self, values: dict[str, Any], lines: dict[str, int], node: keepalived.Node) -> None:
        keyword, *args = node.words or ("",)
        if keyword in ("router_id", "script_user") and args:
            values[keyword] = args[0]
            lines[keyword] = node.line
        elif keyword == "enable_script_security":
            values[keyword] = True
            lines[keyword] = node.line
        elif keyword == "lvs_timeouts" and "tcp" in args[:-1]:
            for seconds in self.value(int, args[args.index("tcp") + 1], node):
                values["tcp_timeout"] = Milliseconds(seconds * SECOND)
                lines["tcp_timeout"] = node.line

    def group(self, name: str, block: keepalived.Node) -> SyncGroup:
        inside = (node.children or () for node in block.children or () if node.words[:1] == ("group",))
        names = tuple(child.words[0] for children in inside for child in children if child.words)
        return SyncGroup(name=name, instances=names, line=block.line)

    def script(self, name: str, block: keepalived.Node) -> TrackScript:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            if keyword == "script" and args:
                values["command"] = " ".join(args)
                lines["command"] = node.line
            elif keyword in _SCRIPT_VALUES and args:
                for value in self.value(_SCRIPT_VALUES[keyword], args[0], node):
                    values[keyword] = value
                    lines[keyword] = node.line
        return TrackScript(name=name, line=block.line, lines=lines, **values)

    def instance(self, name: str, block: keepalived.Node) -> VrrpInstance:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            inner = tuple(child for child in node.children or () if child.words)
            for found, value, line in self.settings(keyword, args, node, inner):
                values[found] = value
                lines[found] = line
        return VrrpInstance(name=name, line=block.line, lines=lines, **values)

    def settings(
        self, keyword: str, args: list[str], node: keepalived.Node, inner: tuple[keepalived.Node, ...]
    ) -> Iterator[tuple[str, Any, int]]:
        """Yield field, value and line of what one node of an instance says."""
        if keyword in _INSTANCE_VALUES and args:
            for value in self.value(_INSTANCE_VALUES[keyword], args[0], node):
                yield keyword, value, node.line
        elif keyword == "nopreempt":
            yield "nopreempt", True, node.line
        elif keyword == "unicast_peer":
            peers = (peer for child in inner for peer in self.value(IPv4Address, child.words[0], child))
            yield "unicast_peers", tuple(peers), node.line
        elif keyword == "authentication":
            for child in inner:
                word, *rest = child.words
                if word == "auth_type" and rest:
                    yield "auth_type", rest[0], child.line
                elif word == "auth_pass" and rest:
                    yield "auth_pass", _AUTH_PASS.read(rest[0]), child.line
        elif keyword == "virtual_ipaddress":
            yield "addresses", tuple(address for child in inner for address in self.address(child)), node.line
        elif keyword == "track_script":
            yield "track_scripts", tuple(child.words[0] for child in inner), node.line

    def address(self, node: keepalived.Node) -> Iterator[VirtualAddress]:
        words = node.words
        interface = words[words.index("dev") + 1] if "dev" in words[:-1] else None
        for address in self.value(IPv4Interface, words[0], node):
            yield VirtualAddress(address=address, interface=interface, line=node.line)
