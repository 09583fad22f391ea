"""The arbitrator's settings: a vote without data, for a Galera cluster with an even number of nodes."""

from abc import ABC
from typing import ClassVar, Self

from attrs import evolve, frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._provider_options import ProviderOptions, timers
from oxconf.artifacts._server import is_pxc
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import ours
from oxconf.deployment.span import group_origin
from oxconf.syntax import shellvars
from oxconf.syntax._base import Problem

_NODES, _GROUP, _OPTIONS = "GALERA_NODES", "GALERA_GROUP", "GALERA_OPTIONS"


@frozen(kw_only=True)
class _Arbitrator(ParsedArtifact, ABC):
    """Shell variables that the start script of garbd reads.

    SOURCE: the package galera-arbitrator-4 of Debian 12. Addresses stand with blanks between them, which the
    start scripts of Galera 3 and 4 take; commas only those of Galera 4.
    """

    title: ClassVar[str] = "Settings of the Galera arbitrator."
    service: ClassVar[str]

    nodes: tuple[str, ...] = ()
    """Addresses of the database nodes."""
    cluster: str | None = None
    """wsrep_cluster_name of the nodes."""
    options: ProviderOptions | None = None
    """The same timers as on the nodes."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the settings of an arbitrator whose package has this service."""
        if deployment.database.mode is not Mode.GALERA or not host.has(Role.ARBITRATOR):
            return None
        if is_pxc(deployment) is not issubclass(cls, PerconaGarb):
            return None
        origin = group_origin(deployment)
        return cls(
            nodes=tuple(str(server.address) for server in deployment.with_role(Role.DATABASE)),
            cluster=deployment.name,
            options=timers(deployment),
            origins={
                "GALERA_GROUP": deployment.origin("name"),
                "GALERA_OPTIONS": evolve(origin, why=f"as on the nodes: {origin.why}"),
                "GALERA_NODES": ours(
                    "every database server of the cluster",
                    *(deployment.path(server, "address") for server in deployment.with_role(Role.DATABASE)),
                ),
            },
        )

    def render(self) -> str:
        """Return the complete text."""
        items: list[shellvars.Comment | shellvars.Entry] = [
            shellvars.Comment(f"{self.title} Written by oxconf.")
        ]
        if self.nodes:
            items.append(shellvars.Entry(_NODES, " ".join(self.nodes)))
        if self.cluster is not None:
            items.append(shellvars.Entry(_GROUP, self.cluster))
        if self.options is not None:
            items.append(
                shellvars.Comment("The same timers as wsrep_provider_options in wsrep.cnf of the nodes.")
            )
            items.append(shellvars.Entry(_OPTIONS, str(self.options)))
        return shellvars.render(shellvars.Document(tuple(items)))

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.GARB

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the three variables; others are passed over."""
        document = shellvars.parse(text)
        problems = list(document.problems)
        nodes, group, options = (document.get(name) for name in (_NODES, _GROUP, _OPTIONS))
        found = {"nodes": nodes, "cluster": group, "options": options}
        read: ProviderOptions | None = None
        if options is not None:
            try:
                read = ProviderOptions.parse(options.value)
            except ValueError as error:
                problems.append(Problem(options.line, f"{_OPTIONS}: {error}"))
        artifact = cls(
            nodes=tuple(nodes.value.replace(",", " ").split()) if nodes is not None else (),
            cluster=group.value if group is not None else None,
            options=read,
            lines={name: entry.line for name, entry in found.items() if entry is not None},
        )
        return artifact, tuple(problems)

    def enables(self) -> tuple[Enable, ...]:
        """Return the arbitrator's service."""
        return (Enable(Switch.UNIT, self.service),)


@frozen(kw_only=True)
class Garb(_Arbitrator):
    """For Debian's package galera-arbitrator-4 (or -3)."""

    kind: ClassVar[str] = "garb"
    path: ClassVar[str] = "/etc/default/garb"
    service: ClassVar[str] = "garb.service"


@frozen(kw_only=True)
class PerconaGarb(_Arbitrator):
    """For Percona's package percona-xtradb-cluster-garbd (SOURCE: Percona's guide to the arbitrator)."""

    kind: ClassVar[str] = "percona-garb"
    path: ClassVar[str] = "/etc/default/garbd"
    service: ClassVar[str] = "garbd.service"

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import system

        return system.PERCONA_GARB
