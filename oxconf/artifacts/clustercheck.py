"""The health check of a Galera node on port 9200: the script, its units and its database account."""

import shlex
from ipaddress import IPv4Address
from typing import ClassVar, Self

from attrs import evolve, frozen

from oxconf.artifacts._artifact import Artifact, Enable, Switch
from oxconf.artifacts._codec import TEXT, secret
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._keyvalue import OptionsArtifact, setting
from oxconf.artifacts._server import SOCKET, client_program
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Role, Span
from oxconf.deployment.origin import Mark, Origin, ours
from oxconf.deployment.secrets import Secret
from oxconf.deployment.span import SECOND, connect_limit, run_limit
from oxconf.deployment.topology import CLUSTERCHECK_PORT, directors, has_clustercheck, health_callers
from oxconf.deployment.units import counted
from oxconf.syntax import unit

SCRIPT = "/usr/local/bin/clustercheck"
ACCOUNT_FILE = "/etc/mysql/clustercheck.cnf"
DATABASE_USER = "clustercheck"
"""Needs no privilege (USAGE): every account may ask for the status and for read_only."""

QUERY_SECONDS = 1.5
"""OURS: below the 2 seconds that HAProxy and keepalived wait at least, so a hung server is a plain 503 to them. The
question passes no network."""


def _checked(deployment: Deployment, host: Host) -> bool:
    return has_clustercheck(deployment) and host.has(Role.DATABASE)


def _request_origin(deployment: Deployment, limit: Origin) -> Origin:
    if deployment.network.span is Span.LAN:
        return ours("a check on the same network sends its request at once", *limit.keys)
    return evolve(limit, why=f"the request follows the connection; {limit.why}")


@frozen(kw_only=True)
class Clustercheck(Artifact):
    """The script: with `--http` it answers one request on standard input and output, else it exits 0 or 1."""

    kind: ClassVar[str] = "clustercheck"
    path: ClassVar[str] = SCRIPT
    title: ClassVar[str] = "Says whether this Galera node can serve OX."
    mode: ClassVar[int] = 0o755

    client: str
    request_seconds: int
    """How long the balancer's request is waited for."""
    donor_serves: bool
    """Whether the donor of a state transfer counts as fit: of two nodes it is the only one that is left."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of a Galera node."""
        if not _checked(deployment, host):
            return None
        request = connect_limit(deployment)
        return cls(
            client=client_program(deployment),
            request_seconds=request.value // SECOND,
            donor_serves=len(deployment.with_role(Role.DATABASE)) == 2,
            origins={"request timeout": _request_origin(deployment, request.origin)},
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import scripts

        return scripts.CLUSTERCHECK

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            "clustercheck",
            shlex.quote,
            client=self.client,
            donor_serves=self.donor_serves,
            fit_states="24" if self.donor_serves else "4",
            account_file=ACCOUNT_FILE,
            request_seconds=self.request_seconds,
            query_seconds=QUERY_SECONDS,
        )


@frozen(kw_only=True)
class ClustercheckSocket(Artifact):
    """The socket: who may ask, and how often."""

    kind: ClassVar[str] = "clustercheck-socket"
    path: ClassVar[str] = "/etc/systemd/system/clustercheck.socket"
    title: ClassVar[str] = "Port of the health check of this Galera node."

    port: int
    clients: tuple[IPv4Address, ...]
    """The hosts whose balancers ask; the host itself always may."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the socket of a Galera node, open to every HAProxy or director of the cluster."""
        if not _checked(deployment, host):
            return None
        clients = health_callers(deployment)
        directed = bool(directors(deployment))
        who = "a director" if directed else "the HAProxy of an OX host"
        origins = {
            f"{client.address} Socket IPAddressAllow": ours(who, deployment.path(client, "address"))
            for client in clients
        }
        asking = counted(len(clients), "director" if directed else "HAProxy")
        why = f"16 for each of {asking}, 64 at least: two listeners, eight deep"
        roles = (deployment.path(client, "roles") for client in clients)
        origins["Socket MaxConnections"] = ours(why, *roles)
        addresses = tuple(client.address for client in clients)
        return cls(port=CLUSTERCHECK_PORT, clients=addresses, origins=origins)

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import units

        return units.CLUSTERCHECK_SOCKET

    @property
    def max_connections(self) -> int:
        """Checks at the same time: both listeners of each HAProxy, eight deep while a server hangs."""
        return max(64, 16 * len(self.clients))

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            "clustercheck.socket",
            unit.quote,
            port=self.port,
            clients=self.clients,
            max_connections=self.max_connections,
        )

    def enables(self) -> tuple[Enable, ...]:
        """Return the socket; its services start with each connection."""
        return (Enable(Switch.UNIT, "clustercheck.socket"),)


@frozen(kw_only=True)
class ClustercheckService(Artifact):
    """What each connection starts. Needs systemd 247 (Debian 11, Ubuntu 22.04) for LoadCredential."""

    kind: ClassVar[str] = "clustercheck-service"
    path: ClassVar[str] = "/etc/systemd/system/clustercheck@.service"
    title: ClassVar[str] = "Answers one health check."

    run_seconds: int
    """After how long a check is ended."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the service of a Galera node."""
        if not _checked(deployment, host):
            return None
        limit = run_limit(deployment)
        return cls(run_seconds=limit.value // SECOND, origins={"Service RuntimeMaxSec": limit.origin})

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import units

        return units.CLUSTERCHECK_SERVICE

    def render(self) -> str:
        """Return the complete text."""
        return fill(
            "clustercheck@.service",
            unit.quote,
            script=SCRIPT,
            account_file=ACCOUNT_FILE,
            run_seconds=self.run_seconds,
        )


@frozen(kw_only=True)
class ClustercheckCnf(OptionsArtifact):
    """The account of the check, read by the database client."""

    kind: ClassVar[str] = "clustercheck-cnf"
    path: ClassVar[str] = ACCOUNT_FILE
    title: ClassVar[str] = "Database account of the health check."
    mode: ClassVar[int] = 0o600
    option_group: ClassVar[str] = "client"

    user: str | None = setting(
        "user", TEXT, "Database user; needs no privilege.", Mark.OURS, "named after the script that logs in"
    )
    password: Secret | None = setting(
        "password",
        secret("clustercheck"),
        "Password of that user.",
        Mark.OURS,
        "this account's own secret: whoever reads it gets at no data",
        keys=(("secrets", "clustercheck"),),
    )
    socket: str | None = setting(
        "socket",
        TEXT,
        "The server's socket.",
        Mark.SOURCE,
        "the packages for Debian; the account is clustercheck@localhost, the check needs no network",
        noted=True,
    )

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the account of a Galera node."""
        if not _checked(deployment, host):
            return None
        return cls(user=DATABASE_USER, password=deployment.password("clustercheck"), socket=SOCKET)
