"""`remoteip.conf`: from whom a web server believes the address that X-Forwarded-For names."""

from typing import ClassVar, Self

from attrs import frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.syntax import apache
from oxconf.syntax._base import Problem

HEADER = "X-Forwarded-For"
PROXIES = ("remoteipinternalproxy", "remoteiptrustedproxy")
"""The directives that name them; the second one does not believe in private addresses."""


@frozen(kw_only=True)
class RemoteIp(ParsedArtifact):
    """mod_remoteip of a web server behind an external balancer.

    Internal proxies, not trusted ones: the callers of SOAP have private addresses, which a trusted proxy may not name.
    """

    kind: ClassVar[str] = "remoteip"
    path: ClassVar[str] = "/etc/apache2/conf-available/remoteip.conf"
    title: ClassVar[str] = "Whose address a request has that came through the balancer."

    header: str | None = None
    proxies: tuple[str, ...] = ()
    """Addresses, networks or names."""

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the file of a web server where the external balancer's addresses are known."""
        balancers = deployment.web.balancers
        if not host.has(Role.WEB) or balancers is None:
            return None
        return cls(
            header=HEADER,
            proxies=tuple(str(network).removesuffix("/32") for network in balancers),
            origins={"RemoteIPInternalProxy": deployment.origin("web", "balancers")},
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import apache

        return apache.REMOTE_IP

    def render(self) -> str:
        """Return the complete text."""
        return fill("remoteip", apache.quote, artifact=self)

    def enables(self) -> tuple[Enable, ...]:
        """Return the module and the file itself."""
        return Enable(Switch.APACHE_MODULE, "remoteip"), Enable(Switch.APACHE_CONF, "remoteip")

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read any httpd configuration; of several headers the last counts, of proxies all."""
        document = apache.parse(text)
        headers = [node for node, _ in document.find("RemoteIPHeader") if node.args]
        proxies = [node for name in PROXIES for node, _ in document.find(name)]
        lines = {"header": headers[-1].line} if headers else {}
        if proxies:
            lines["proxies"] = proxies[0].line
        artifact = cls(
            header=headers[-1].args[0] if headers else None,
            proxies=tuple(word for node in proxies for word in node.args),
            lines=lines,
        )
        return artifact, document.problems
