"""The site of a web server that ends TLS: HTTPS, and plain HTTP that only redirects to it."""

from collections.abc import Iterator
from typing import ClassVar, Self

from attrs import field, frozen

from oxconf.artifacts._artifact import Enable, ParsedArtifact, Switch
from oxconf.artifacts._explained import Reference
from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Origin
from oxconf.deployment.ports import HTTP_PORT, HTTPS_PORT
from oxconf.deployment.topology import offers_https
from oxconf.syntax import apache
from oxconf.syntax._base import Problem

NAME = "000-open-xchange"
"""The first of the enabled sites, which answers for every name that no other one has. It must not end in "conf", which
a2ensite takes away with or without a dot (measured)."""
DEFAULT = "000-default"
"""Debian's own site would hand OX on by plain HTTP to whoever calls the host by its name."""

DOCUMENT_ROOT = "/var/www/html"

PROTOCOLS = ("-all", "+TLSv1.2", "+TLSv1.3")
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "DHE-RSA-AES128-GCM-SHA256",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-CHACHA20-POLY1305",
)
"""SOURCE: Mozilla, Server Side TLS 5.8, "intermediate". Its three ciphers of TLS 1.3 are OpenSSL's default."""


@frozen(kw_only=True)
class Site:
    """One `<VirtualHost>`. What is None or empty is not written."""

    address: str
    """Where it listens, as the section says: `*:443`."""
    server_name: str | None = None
    document_root: str | None = None
    passes: bool = True
    """Whether a ProxyPass outside holds here as well: `ProxyPass !` in `<Location "/">` takes them all away."""
    redirect: str | None = None
    """Where `Redirect` sends all paths that no ProxyPass takes."""
    rewrites: bool = False
    """Whether a RewriteRule leads to https, which comes before any ProxyPass. It is not written."""
    tls: bool = False
    certificate: str | None = None
    certificate_key: str | None = None
    protocols: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    server_chooses: bool | None = None
    session_tickets: bool | None = None
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class HttpsSite(ParsedArtifact):
    """The sites of a web server that ends TLS. Certificate and key are files that somebody else puts there."""

    kind: ClassVar[str] = "https-site"
    path: ClassVar[str] = f"/etc/apache2/sites-available/{NAME}.conf"
    title: ClassVar[str] = "HTTPS, and plain HTTP that only leads there."

    sites: tuple[Site, ...] = ()

    @classmethod
    def from_deployment(cls, deployment: Deployment, host: Host) -> Self | None:
        """Return the sites of a web server where a certificate is named."""
        web = deployment.web
        if not host.has(Role.WEB) or not offers_https(deployment):
            return None
        return cls(
            sites=(
                Site(
                    address=f"*:{HTTP_PORT}",
                    server_name=web.name,
                    passes=False,
                    redirect=f"https://{web.name}/",
                ),
                Site(
                    address=f"*:{HTTPS_PORT}",
                    server_name=web.name,
                    document_root=DOCUMENT_ROOT,
                    tls=True,
                    certificate=web.certificate,
                    certificate_key=web.certificate_key,
                    protocols=PROTOCOLS,
                    ciphers=CIPHERS,
                    server_chooses=False,
                    session_tickets=False,
                ),
            ),
            origins=dict(_origins(deployment)),
        )

    @classmethod
    def reference(cls) -> Reference:
        """Return what can stand in the file."""
        from oxconf.artifacts.reference import apache

        return apache.HTTPS_SITE

    def render(self) -> str:
        """Return the complete text."""
        return fill("https_site", apache.quote, artifact=self)

    def enables(self) -> tuple[Enable, ...]:
        """Return mod_ssl, what Debian's a2enmod enables together with it, and the site instead of Debian's."""
        return (
            Enable(Switch.APACHE_MODULE, "socache_shmcb"),
            Enable(Switch.APACHE_MODULE, "ssl"),
            Enable(Switch.APACHE_SITE, NAME),
            Enable(Switch.APACHE_SITE_OFF, DEFAULT),
        )

    @classmethod
    def read(cls, text: str) -> tuple[Self, tuple[Problem, ...]]:
        """Read the virtual hosts of any httpd configuration."""
        document = apache.parse(text)
        sections = (node for node, _ in document.find("VirtualHost") if isinstance(node, apache.Section))
        sites = tuple(_site(section, address) for section in sections for address in section.args)
        lines = {"sites": sites[0].line} if sites else {}
        return cls(sites=sites, lines=lines), document.problems


def _origins(deployment: Deployment) -> Iterator[tuple[str, Origin]]:
    name = deployment.origin("web", "name")
    for port in (HTTP_PORT, HTTPS_PORT):
        yield f"*:{port} VirtualHost ServerName", name
    yield (
        f"*:{HTTP_PORT} VirtualHost Redirect",
        Origin(name.mark, "plain HTTP leads to HTTPS, under the name of the certificate", keys=name.keys),
    )
    yield f"*:{HTTPS_PORT} VirtualHost SSLCertificateFile", deployment.origin("web", "certificate")
    yield f"*:{HTTPS_PORT} VirtualHost SSLCertificateKeyFile", deployment.origin("web", "certificate_key")


def _site(section: apache.Section, address: str) -> Site:
    directives = [node for node in section.children if isinstance(node, apache.Directive)]
    # Of several equal directives httpd takes the last.
    last = {node.name.lower(): node.args for node in directives if node.args}
    redirects = [_redirected(node.args) for node in directives if node.name.lower() == "redirect"]
    rules = [node.args for node in directives if node.name.lower() == "rewriterule"]
    return Site(
        address=address,
        server_name=_first(last, "servername"),
        document_root=_first(last, "documentroot"),
        passes=not any(map(_keeps_back, section.children)),
        redirect=next((target for target in redirects if target), None),
        rewrites=any(args[1].lower().startswith("https:") for args in rules if len(args) > 1),
        tls=_switch(last, "sslengine") or False,
        certificate=_first(last, "sslcertificatefile"),
        certificate_key=_first(last, "sslcertificatekeyfile"),
        protocols=last.get("sslprotocol", ()),
        ciphers=tuple((_first(last, "sslciphersuite") or "").split(":")) if "sslciphersuite" in last else (),
        server_chooses=_switch(last, "sslhonorcipherorder"),
        session_tickets=_switch(last, "sslsessiontickets"),
        line=section.line,
    )


def _first(directives: dict[str, tuple[str, ...]], name: str) -> str | None:
    return directives.get(name, (None,))[0]


def _switch(directives: dict[str, tuple[str, ...]], name: str) -> bool | None:
    return directives[name][0].lower() == "on" if name in directives else None


def _redirected(args: tuple[str, ...]) -> str | None:
    """Return where `Redirect [status] / target` sends all paths; None where it is about some of them."""
    path, target = args[-2:] if len(args) > 1 else ("", "")
    return target if path == "/" else None


def _keeps_back(node: apache.Directive | apache.Section) -> bool:
    return (
        isinstance(node, apache.Section)
        and (node.name.lower(), node.args) == ("location", ("/",))
        and any(child.name.lower() == "proxypass" and child.args == ("!",) for child in node.children)
    )
