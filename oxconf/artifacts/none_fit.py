"""`oxconf-check-none-fit`: whether none of the servers before one is fit, so that it may take the writes."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.span import SECOND, answer_limit
from oxconf.deployment.topology import CLUSTERCHECK_PORT, directors


@frozen(kw_only=True)
class NoneFit(Artifact):
    """A script that gets addresses of database servers: exit code 1 while clustercheck calls any of them fit, else 0.

    keepalived on a director runs it for each server behind the writer. When the writer is back, the server that took
    over is taken out, and LVS closes its connections: nothing goes on writing beside the writer. It uses bash and
    coreutils alone, which every Debian and Ubuntu has.
    """

    kind: ClassVar[str] = "none-fit"
    path: ClassVar[str] = "/usr/local/sbin/oxconf-check-none-fit"
    title: ClassVar[str] = "Says whether none of the database servers named is fit; keepalived runs it."
    mode: ClassVar[int] = 0o755

    seconds: int
    """How long each server may take to answer."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of a director."""
        if host not in directors(deployment):
            return None
        limit = answer_limit(deployment)
        return cls(seconds=limit.value // SECOND, origins={"timeout": limit.origin})

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import scripts

        return scripts.NONE_FIT

    def render(self) -> str:
        """Return the complete script."""
        return fill("none_fit", str, port=CLUSTERCHECK_PORT, seconds=self.seconds)
