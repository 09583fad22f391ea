"""`oxconf-check-maxscale`: whether the MaxScale of this host answers, which keepalived asks."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.topology import MAXSCALE_ADMIN_PORT, maxscale_floats


@frozen(kw_only=True)
class CheckMaxscale(Artifact):
    """A script without parameters: exit code 0 when MaxScale's REST API sends any HTTP answer within a second, else 1.

    A call of a listener that does not log in would count as a failed login. It uses bash and coreutils alone, which
    every Debian and Ubuntu has. From documentation alone: MaxScale's "Using Keepalived with MariaDB MaxScale".
    """

    kind: ClassVar[str] = "check-maxscale"
    path: ClassVar[str] = "/usr/local/sbin/oxconf-check-maxscale"
    title: ClassVar[str] = (
        "Says whether the MaxScale of this host answers; keepalived runs it. From documentation alone."
    )
    mode: ClassVar[int] = 0o755

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of a host that may hold the address of MaxScale."""
        return cls() if maxscale_floats(deployment) and host.has(Role.MAXSCALE) else None

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import scripts

        return scripts.CHECK_MAXSCALE

    def render(self) -> str:
        """Return the complete script."""
        return fill("check_maxscale", str, port=MAXSCALE_ADMIN_PORT)
