"""What a web server's site and `remoteip.conf` can hold. Texts: httpd 2.4, mod_ssl, mod_alias and mod_remoteip."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.deployment.origin import Mark
from oxconf.syntax import apache

_MOZILLA = "Mozilla, Server Side TLS 5.8, intermediate"
_DEBIAN = "Debian's 000-default.conf"

_ERROR = entry(
    "Error",
    "text",
    "Apache does not start where the module is missing.",
    Mark.OURS,
    "it would start and do something else than the file says, or name a line that is right",
)


def _statements(text: str) -> Iterator[Statement]:
    """Yield the directives; the address of its virtual host is where one stands."""
    for node in apache.parse(text).children:
        if isinstance(node, apache.Directive):
            yield Statement(node.name, " ".join(node.args), node.line)
            continue
        yield from _inside(node, node.name, node.args[0] if node.name == "VirtualHost" else "")


def _inside(section: apache.Section, outer: str, where: str) -> Iterator[Statement]:
    for node in section.children:
        if isinstance(node, apache.Section):
            yield from _inside(node, f"{outer} {node.name}", where)
        else:
            key = node.name if node.name == "Error" else f"{outer} {node.name}"
            yield Statement(key, " ".join(node.args), node.line, where)


HTTPS_SITE = Reference(
    (
        _ERROR,
        entry(
            "VirtualHost ServerName",
            "text",
            "Name of the site; the first site of a port answers all others as well.",
            Mark.OURS,
            "the name that the certificate has",
            keys=(("web", "name"),),
        ),
        entry(
            "VirtualHost DocumentRoot",
            "path",
            "Folder of the files that are not handed on: the user interface.",
            Mark.SOURCE,
            _DEBIAN,
        ),
        entry(
            "VirtualHost Location ProxyPass",
            "text",
            "`!`: nothing is handed on to OX from this site.",
            Mark.OURS,
            "measured: httpd looks for a ProxyPass before it looks for a Redirect, and proxy_ajp.conf holds for every "
            "site",
        ),
        entry(
            "VirtualHost Redirect",
            "text",
            "Where plain HTTP leads; path and query are kept.",
            Mark.TUTORIAL,
            "it recommends to redirect all plain HTTP to HTTPS",
            keys=(("web", "name"),),
        ),
        entry(
            "VirtualHost SSLEngine",
            "switch",
            "Whether the site speaks TLS.",
            Mark.TUTORIAL,
            "privacy needs HTTPS with a valid certificate",
        ),
        entry(
            "VirtualHost SSLCertificateFile",
            "path",
            "The certificate, and behind it those between it and its root.",
            Mark.TUTORIAL,
            keys=(("web", "certificate"),),
        ),
        entry(
            "VirtualHost SSLCertificateKeyFile",
            "path",
            "Its private key.",
            Mark.TUTORIAL,
            keys=(("web", "certificate_key"),),
        ),
        entry("VirtualHost SSLProtocol", "list", "Versions of TLS.", Mark.SOURCE, _MOZILLA),
        entry("VirtualHost SSLCipherSuite", "list", "Ciphers of TLS 1.2.", Mark.SOURCE, _MOZILLA),
        entry(
            "VirtualHost SSLHonorCipherOrder",
            "switch",
            "Whether the server chooses the cipher: a phone knows better which one it computes fast.",
            Mark.SOURCE,
            _MOZILLA,
        ),
        entry(
            "VirtualHost SSLSessionTickets",
            "switch",
            "Whether sessions are resumed by tickets, whose key would have to be renewed.",
            Mark.SOURCE,
            _MOZILLA,
        ),
        entry("VirtualHost ErrorLog", "path", "Log of errors.", Mark.SOURCE, _DEBIAN),
        entry("VirtualHost CustomLog", "text", "Log of requests, and its format.", Mark.SOURCE, _DEBIAN),
    ),
    _statements,
)

REMOTE_IP = Reference(
    (
        _ERROR,
        entry(
            "RemoteIPHeader",
            "text",
            "Header in which the balancer names the user's address.",
            Mark.OURS,
            "what every balancer can send",
        ),
        entry(
            "RemoteIPInternalProxy",
            "list",
            "Who is believed; of several addresses in the header the last that is none of these counts.",
            Mark.OURS,
            "measured: without it everybody is believed; and whom it names may say 127.0.0.1, which may call SOAP",
            keys=(("web", "balancers"),),
        ),
    ),
    _statements,
)
