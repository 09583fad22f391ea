"""`oxconf-check-web`: whether the Apache of this host answers, which keepalived asks."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.topology import floating_addresses


@frozen(kw_only=True)
class CheckWeb(Artifact):
    """A script without parameters: exit code 0 when Apache sends any HTTP answer within a second, else 1.

    It uses bash and coreutils alone, which every Debian and Ubuntu has.
    """

    kind: ClassVar[str] = "check-web"
    path: ClassVar[str] = "/usr/local/sbin/oxconf-check-web"
    title: ClassVar[str] = "Says whether the web server of this host answers; keepalived runs it."
    mode: ClassVar[int] = 0o755

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the script of a host that may hold the web address."""
        web = next((address for address in floating_addresses(deployment) if address.name == "web"), None)
        return cls() if web is not None and host in web.holders else None

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import scripts

        return scripts.CHECK_WEB

    def render(self) -> str:
        """Return the complete script."""
        return fill("check_web", str)
