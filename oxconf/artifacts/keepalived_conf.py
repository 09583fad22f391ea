"""`keepalived.conf`: which of several hosts holds a floating address."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from typing import Any, ClassVar, Self, TypeVar

from attrs import field, frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._codec import secret
from oxconf.artifacts._template import fill
from oxconf.artifacts._time import SECOND, Milliseconds
from oxconf.artifacts.check_web import CheckWeb
from oxconf.artifacts.clustercheck import Clustercheck
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.secrets import Secret
from oxconf.deployment.topology import FloatingAddress, floating_addresses
from oxconf.syntax import keepalived
from oxconf.syntax._base import Problem

T = TypeVar("T")

_AUTH_PASS = secret("vrrp")


@frozen(kw_only=True)
class TrackScript:
    """One `vrrp_script`: a command whose exit code 0 means that this host may hold an address."""

    name: str
    command: str | None = None
    interval: Milliseconds | None = None
    timeout: Milliseconds | None = None
    rise: int | None = None
    fall: int | None = None
    weight: int | None = None
    """None or 0: a failure takes the instance out. Otherwise it is added to the priority."""
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class VirtualAddress:
    """One line of `virtual_ipaddress`."""

    address: IPv4Interface
    interface: str | None = None
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class VrrpInstance:
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
    auth_pass_line: int = field(default=0, eq=False)
    addresses: tuple[VirtualAddress, ...] = ()
    track_scripts: tuple[str, ...] = ()
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class KeepalivedConf(ParsedArtifact):
    """keepalived of one host, VRRP only."""

    kind: ClassVar[str] = "keepalived-conf"
    path: ClassVar[str] = "/etc/keepalived/keepalived.conf"
    title: ClassVar[str] = "Floating addresses that this host may hold."
    mode: ClassVar[int] = 0o640

    router_id: str | None = None
    script_user: str | None = None
    enable_script_security: bool = False
    scripts: tuple[TrackScript, ...] = ()
    instances: tuple[VrrpInstance, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of a host that may hold a floating address."""
        held = [address for address in floating_addresses(deployment) if host in address.holders]
        if not held:
            return None
        instances = tuple(_instance(deployment, host, address) for address in held)
        names = {name for instance in instances for name in instance.track_scripts}
        return cls(
            router_id=host.name,
            script_user="root",
            enable_script_security=True,
            scripts=tuple(script for script in SCRIPTS if script.name in names),
            instances=instances,
        )

    def render(self) -> str:
        """Return the complete text, the password included."""
        return fill("keepalived_conf", keepalived.quote, artifact=self)

    def enables(self) -> tuple[Enable, ...]:
        """Return keepalived's unit."""
        return (Enable(Switch.UNIT, "keepalived.service"),)

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any keepalived.conf; virtual servers and sync groups are left aside."""
        document = keepalived.parse(text)
        reader = _Reader(list(document.problems))
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        scripts: list[TrackScript] = []
        instances: list[VrrpInstance] = []
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
        artifact = cls(scripts=tuple(scripts), instances=tuple(instances), lines=lines, **values)
        return artifact, tuple(reader.problems)


def _script(name: str, command: str) -> TrackScript:
    # Asked each second, failed twice: an address leaves a dead service within 2 s and VRRP's part of one.
    return TrackScript(
        name=name,
        command=command,
        interval=Milliseconds(SECOND),
        timeout=Milliseconds(2 * SECOND),
        rise=2,
        fall=2,
    )


SCRIPTS = (_script("web", CheckWeb.path), _script("database", Clustercheck.path))


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
        advert_int=Milliseconds(SECOND),
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
        track_scripts=("web" if floating.name == "web" else "database",),
    )


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


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Interface(text)
    except ValueError:
        return False
    return True


@frozen
class _Reader:
    """Takes the values out of keepalived's blocks; what does not fit becomes a problem."""

    problems: list[Problem]

    def value(self, convert: Callable[[str], T], text: str, node: keepalived.Node) -> Iterator[T]:
        """Yield the value, or nothing when the text does not fit; IPv6 and variables are left aside."""
        try:
            yield convert(text)
        except ValueError:
            if "$" not in text and not _is_ipv6(text):
                self.problems.append(Problem(node.line, f'{node.words[0]}: "{text}" does not fit'))

    def global_line(self, values: dict[str, Any], lines: dict[str, int], node: keepalived.Node) -> None:
        keyword, *args = node.words or ("",)
        if keyword in ("router_id", "script_user") and args:
            values[keyword] = args[0]
            lines[keyword] = node.line
        elif keyword == "enable_script_security":
            values[keyword] = True
            lines[keyword] = node.line

    def script(self, name: str, block: keepalived.Node) -> TrackScript:
        values: dict[str, Any] = {}
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            if keyword == "script" and args:
                values["command"] = " ".join(args)
            elif keyword in _SCRIPT_VALUES and args:
                for value in self.value(_SCRIPT_VALUES[keyword], args[0], node):
                    values[keyword] = value
        return TrackScript(name=name, line=block.line, **values)

    def instance(self, name: str, block: keepalived.Node) -> VrrpInstance:
        values: dict[str, Any] = {}
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            inner = tuple(child for child in node.children or () if child.words)
            if keyword in _INSTANCE_VALUES and args:
                for value in self.value(_INSTANCE_VALUES[keyword], args[0], node):
                    values[keyword] = value
            elif keyword == "nopreempt":
                values["nopreempt"] = True
            elif keyword == "unicast_peer":
                values["unicast_peers"] = tuple(
                    peer for child in inner for peer in self.value(IPv4Address, child.words[0], child)
                )
            elif keyword == "authentication":
                for child in inner:
                    self.authentication(values, child)
            elif keyword == "virtual_ipaddress":
                values["addresses"] = tuple(address for child in inner for address in self.address(child))
            elif keyword == "track_script":
                values["track_scripts"] = tuple(child.words[0] for child in inner)
        return VrrpInstance(name=name, line=block.line, **values)

    def authentication(self, values: dict[str, Any], node: keepalived.Node) -> None:
        keyword, *args = node.words
        if keyword == "auth_type" and args:
            values["auth_type"] = args[0]
        elif keyword == "auth_pass" and args:
            values["auth_pass"] = _AUTH_PASS.read(args[0])
            values["auth_pass_line"] = node.line

    def address(self, node: keepalived.Node) -> Iterator[VirtualAddress]:
        words = node.words
        interface = words[words.index("dev") + 1] if "dev" in words[:-1] else None
        for address in self.value(IPv4Interface, words[0], node):
            yield VirtualAddress(address=address, interface=interface, line=node.line)
