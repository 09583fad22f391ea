"""The route of the multicast group in which the caches find each other, on every OX host."""

import re
from abc import ABC
from ipaddress import IPv4Network
from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Enable, Install, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.deployment.consistency import MULTICAST_ROUTE
from oxconf.deployment.model import Deployment, Host, NetworkManager
from oxconf.deployment.origin import tutorial
from oxconf.syntax import interfaces, unit
from oxconf.syntax._base import Problem
from oxconf.syntax.blocks import wrap

_UNIT = "oxconf-multicast-route.service"
_COMMAND = re.compile(
    r"(?:\S*/)?(?:ip (?:-4 )?route (?:add|replace)(?: multicast)?|route add -net) "
    r"(?P<network>[0-9.]+/[0-9]+) dev (?P<interface>\S+)",
    re.ASCII,
)
_OX_UNITS = ("open-xchange.service", "open-xchange-groupware.service", "open-xchange-admin.service")
_UP = ("up", "post-up", "pre-up")


@frozen
class Route:
    """A route that binds a network to an interface."""

    network: IPv4Network
    interface: str
    line: int = field(default=0, eq=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments of ip(8), one by one."""
        return "route", "replace", str(self.network), "dev", self.interface

    @property
    def command(self) -> str:
        """The arguments of ip(8); `replace` may run again and again."""
        return " ".join(self.words)


def _read_command(command: str, line: int) -> Route | None:
    match = _COMMAND.fullmatch(re.sub(r"[ \t]+", " ", command).strip(" "))
    if match is None:
        return None
    try:
        return Route(IPv4Network(match["network"]), match["interface"], line)
    except ValueError:
        return None


@frozen(kw_only=True)
class _MulticastRoute(ParsedArtifact, ABC):
    """What both ways to set the route share."""

    managers: ClassVar[tuple[NetworkManager, ...]]

    routes: tuple[Route, ...] = ()
    """All routes that the file binds to interfaces, ours and others'."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the route of an OX host."""
        network = deployment.network
        if not host.runs_ox or network.managed_by not in cls.managers:
            return None
        keys = ("network", "interface"), ("network", "multicast_group")
        why = tutorial(
            f"{MULTICAST_ROUTE} on the cluster's interface: the caches find each other there", *keys
        )
        route = Route(MULTICAST_ROUTE, network.interface)
        return cls(routes=(route,), origins={"route": why})


@frozen(kw_only=True)
class MulticastInterfaces(_MulticastRoute):
    """The route where ifupdown manages the network. The file belongs to the machine as well.

    A stanza of its own and of the method manual: ifup refuses a whole file that has an option outside of a
    stanza, and a second stanza with an address would add the address twice.
    """

    kind: ClassVar[str] = "multicast-interfaces"
    path: ClassVar[str] = "/etc/network/interfaces"
    title: ClassVar[str] = "Route of the multicast group in which the caches find each other."
    install: ClassVar[Install] = Install.BLOCK
    managers: ClassVar[tuple[NetworkManager, ...]] = (NetworkManager.IFUPDOWN,)

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.INTERFACES

    def render(self) -> str:
        """Return our block."""
        items: list[interfaces.Stanza | interfaces.Comment] = [
            interfaces.Comment(self.title),
            interfaces.Comment("It stands beside the interface's own stanza and changes no address."),
        ]
        for route in self.routes:
            option = interfaces.Option("post-up", f"ip {route.command}")
            items.append(interfaces.Stanza("iface", (route.interface, "inet", "manual"), (option,)))
        return wrap(interfaces.render(interfaces.Document(tuple(items))))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read a whole file, inside and outside of the block."""
        document = interfaces.parse(text)
        routes = [
            route
            for stanza in document.stanzas("iface")
            for option in stanza.options
            if option.name in _UP and (route := _read_command(option.value, option.line))
        ]
        return cls(routes=tuple(routes)), document.problems


@frozen(kw_only=True)
class MulticastUnit(_MulticastRoute):
    """The route where something else manages the network: a unit that sets it once at boot."""

    kind: ClassVar[str] = "multicast-unit"
    path: ClassVar[str] = f"/etc/systemd/system/{_UNIT}"
    title: ClassVar[str] = "Route of the multicast group in which the caches find each other."
    managers: ClassVar[tuple[NetworkManager, ...]] = (NetworkManager.OTHER,)

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import units

        return units.MULTICAST_UNIT

    def render(self) -> str:
        """Return the complete text."""
        items: list[unit.Section | unit.Entry | unit.Comment | unit.Blank] = [
            unit.Comment(f"{self.title} Written by oxconf."),
            unit.Section("Unit"),
            unit.Entry("Unit", "Description", "Multicast route of the Open-Xchange caches"),
            unit.Comment("The interface must be up, and OX, whatever starts it, must find the route."),
            unit.Entry("Unit", "Wants", "network-online.target"),
            unit.Entry("Unit", "After", "network-online.target"),
            unit.Entry("Unit", "Before", " ".join(_OX_UNITS)),
            unit.Blank(),
            unit.Section("Service"),
            unit.Entry("Service", "Type", "oneshot"),
            unit.Entry("Service", "RemainAfterExit", "yes"),
        ]
        for route in self.routes:
            words = " ".join(map(unit.quote, route.words))
            items.append(unit.Entry("Service", "ExecStart", f"/bin/ip {words}"))
        items += [
            unit.Blank(),
            unit.Section("Install"),
            unit.Entry("Install", "WantedBy", "multi-user.target"),
        ]
        return unit.render(unit.Document(tuple(items)))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the unit's commands; those that set no route are left out."""
        document = unit.parse(text)
        routes, problems = [], list(document.problems)
        for entry in document.values("Service", "ExecStart"):
            try:
                route = _read_command(" ".join(unit.words(entry.value, command=True)), entry.line)
            except ValueError as error:
                problems.append(Problem(entry.line, f"ExecStart: {error}"))
            else:
                routes += [route] if route else []
        return cls(routes=tuple(routes)), tuple(problems)

    def enables(self) -> tuple[Enable, ...]:
        """Return the unit itself."""
        return (Enable(Switch.UNIT, _UNIT),)
