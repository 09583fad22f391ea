"""What LVS needs of the kernel: modules and settings of a director, settings and addresses of the servers behind it."""

from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._virtual_server import virtual_servers
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.topology import directed_addresses, directors
from oxconf.syntax import sysctl, unit
from oxconf.syntax._base import Problem

ADDRESSES_UNIT = "oxconf-lvs-addresses.service"
EXPIRE = "net.ipv4.vs.expire_nodest_conn"
ARP_IGNORE = "net.ipv4.conf.all.arp_ignore"
ARP_ANNOUNCE = "net.ipv4.conf.all.arp_announce"


def _is_behind(deployment: Deployment, host: Host) -> bool:
    return bool(directors(deployment)) and host.has(Role.DATABASE)


@frozen(kw_only=True)
class LvsModules(ParsedArtifact):
    """The kernel's modules, loaded at boot: the settings of LVS are not there before."""

    kind: ClassVar[str] = "lvs-modules"
    path: ClassVar[str] = "/etc/modules-load.d/oxconf-lvs.conf"
    title: ClassVar[str] = "Kernel modules of LVS."

    modules: tuple[str, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the modules of a director: LVS itself and the schedulers of its services."""
        services = tuple(virtual_servers(deployment, host))
        if not services:
            return None
        schedulers = dict.fromkeys(f"ip_vs_{service.lvs_sched}" for service in services)
        return cls(modules=("ip_vs", *schedulers))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import lvs

        return lvs.MODULES

    def render(self) -> str:
        """Return the complete text."""
        return "".join(f"{line}\n" for line in (f"# {self.title} Written by oxconf.", *self.modules))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any file of modules-load.d(5): a name on each line."""
        lines = (line.strip() for line in text.splitlines())
        return cls(modules=tuple(line for line in lines if line and line[0] not in "#;")), ()


@frozen(kw_only=True)
class LvsSysctl(ParsedArtifact):
    """The kernel's settings, on a director and on the database servers behind it."""

    kind: ClassVar[str] = "lvs-sysctl"
    path: ClassVar[str] = "/etc/sysctl.d/60-oxconf-lvs.conf"
    title: ClassVar[str] = "Kernel settings of LVS."

    settings: tuple[tuple[str, str], ...] = ()
    """Keys with dots, and values."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of a director or of a server behind it."""
        if host in directors(deployment):
            return cls(settings=((EXPIRE, "1"),))
        if _is_behind(deployment, host):
            return cls(settings=((ARP_IGNORE, "1"), (ARP_ANNOUNCE, "2")))
        return None

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import lvs

        return lvs.SYSCTL

    def render(self) -> str:
        """Return the complete text."""
        items: list[sysctl.Comment | sysctl.Entry] = [sysctl.Comment(f"{self.title} Written by oxconf.")]
        for key, value in self.settings:
            if key in _REASONS:
                items.append(sysctl.Comment(_REASONS[key]))
            items.append(sysctl.Entry(key, value))
        return sysctl.render(sysctl.Document(tuple(items)))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any file of sysctl.d."""
        document = sysctl.parse(text)
        settings = tuple((entry.key, entry.value or "") for entry in document.entries)
        lines = {entry.key: entry.line for entry in document.entries}
        return cls(settings=settings, lines=lines), document.problems


_REASONS = {
    EXPIRE: "Connections to a server that was taken out are closed, so that nothing goes on writing there.",
    ARP_IGNORE: "Nobody asks this host for the addresses on lo: the director alone answers for them.",
    ARP_ANNOUNCE: "This host's own questions do not name them either.",
}


@frozen(kw_only=True)
class LvsAddresses(ParsedArtifact):
    """The addresses of the directors' services on lo: the server takes the packets that a director sends on.

    A unit, whoever manages the interfaces: lo belongs to nobody.
    """

    kind: ClassVar[str] = "lvs-addresses"
    path: ClassVar[str] = f"/etc/systemd/system/{ADDRESSES_UNIT}"
    title: ClassVar[str] = "Addresses at which the directors send OX to this database server."

    addresses: tuple[IPv4Address, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the unit of a database server behind directors."""
        if not _is_behind(deployment, host):
            return None
        services = directed_addresses(deployment)
        return cls(
            addresses=tuple(address for _, address in services),
            origins={
                f"{address} added": deployment.origin("database", f"{name}_address")
                for name, address in services
            },
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import lvs

        return lvs.ADDRESSES

    def render(self) -> str:
        """Return the complete text."""
        items: list[unit.Section | unit.Entry | unit.Comment | unit.Blank] = [
            unit.Comment(f"{self.title} Written by oxconf."),
            unit.Section("Unit"),
            unit.Entry("Unit", "Description", "Addresses of the database's directors on lo"),
            unit.Comment("Without the settings of ARP this host would answer for the addresses."),
            unit.Entry("Unit", "After", "systemd-sysctl.service"),
            unit.Blank(),
            unit.Section("Service"),
            unit.Entry("Service", "Type", "oneshot"),
            unit.Entry("Service", "RemainAfterExit", "yes"),
        ]
        for word, name in (("replace", "ExecStart"), ("delete", "ExecStop")):
            items += (
                unit.Entry("Service", name, f"/bin/ip address {word} {unit.quote(f'{address}/32')} dev lo")
                for address in self.addresses
            )
        items += [
            unit.Blank(),
            unit.Section("Install"),
            unit.Entry("Install", "WantedBy", "multi-user.target"),
        ]
        return unit.render(unit.Document(tuple(items)))

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the addresses that the unit adds to lo."""
        document = unit.parse(text)
        addresses: list[IPv4Address] = []
        problems = list(document.problems)
        lines: dict[str, int] = {}
        for entry in document.values("Service", "ExecStart"):
            words = entry.value.split()
            if words[1:2] not in (["address"], ["addr"], ["a"]) or words[-2:] != ["dev", "lo"]:
                continue
            try:
                address = IPv4Address(words[3].partition("/")[0])
            except (ValueError, IndexError):
                problems.append(Problem(entry.line, f"ExecStart: {entry.value} adds no address"))
                continue
            addresses.append(address)
            lines.setdefault(str(address), entry.line)
        return cls(addresses=tuple(addresses), lines=lines), tuple(problems)

    def enables(self) -> tuple[Enable, ...]:
        """Return the unit itself."""
        return (Enable(Switch.UNIT, ADDRESSES_UNIT),)
