"""`/etc/hosts`: every host and every floating address by name, so that no failover needs DNS."""

from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Install, ParsedArtifact
from oxconf.artifacts._explained import Reference
from oxconf.deployment.model import Deployment, Host, Mode
from oxconf.deployment.topology import floating_addresses
from oxconf.syntax import hosts
from oxconf.syntax._base import Problem
from oxconf.syntax.blocks import wrap


@frozen
class Name:
    """One line: an address and its names, the canonical one first."""

    address: str
    names: tuple[str, ...]
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Hosts(ParsedArtifact):
    """The names of the cluster, the same on every host. The file belongs to the machine as well."""

    kind: ClassVar[str] = "hosts"
    path: ClassVar[str] = "/etc/hosts"
    title: ClassVar[str] = "The hosts and floating addresses of the cluster: no failover needs DNS."
    install: ClassVar[Install] = Install.BLOCK

    names: tuple[Name, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the same block for every host."""
        names = [Name(str(each.address), (each.name,)) for each in deployment.hosts]
        origins = {
            f"{each.name} address": deployment.host_origin(each, "address") for each in deployment.hosts
        }
        names += [
            Name(str(each.address), (f"{deployment.name}-{each.name}",))
            for each in floating_addresses(deployment)
        ]
        write_address = deployment.database.write_address
        if deployment.database.mode is Mode.REPLICATION and write_address is not None:
            # A person moves it, so it is none of keepalived's addresses.
            names.append(Name(str(write_address), (f"{deployment.name}-write",)))
        for section, name in (
            ("web", "address"),
            ("database", "write_address"),
            ("database", "read_address"),
        ):
            path = (section, name)
            if path in deployment.origins:
                purpose = name.partition("_address")[0] if section == "database" else section
                origins[f"{deployment.name}-{purpose} address"] = deployment.origin(*path)
        return cls(names=tuple(names), origins=origins)

    def render(self) -> str:
        """Return our block."""
        items: list[hosts.Entry | hosts.Comment] = [hosts.Comment(self.title)]
        items += [hosts.Entry(each.address, each.names) for each in self.names]
        return wrap(hosts.render(hosts.Document(tuple(items))))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.HOSTS

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read a whole file, inside and outside of the block."""
        document = hosts.parse(text)
        names = tuple(Name(entry.address, entry.names, entry.line) for entry in document.entries)
        return cls(names=names), document.problems
