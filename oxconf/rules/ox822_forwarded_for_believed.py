"""OX822: a web server believes X-Forwarded-For whoever sends it."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import apache

_FOLDER = "/etc/apache2/"
_LISTS = tuple(f"remoteip{kind}proxy{form}" for kind in ("internal", "trusted") for form in ("", "list"))


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for the header, and for any list of proxies, in all files of Apache that a host has."""
    for host in evidence.hosts:
        headers = tuple(_places(host, "remoteipheader"))
        if headers and not any(list(_places(host, name)) for name in _LISTS):
            yield RULE.finding(
                f"{host.name} believes the address that {headers[0][1]} names, whoever sends it",
                headers[0][0],
            )


def _places(host: HostEvidence, name: str) -> Iterator[tuple[Place, str]]:
    """Yield where a directive stands, and its first word."""
    for path in host.files:
        if path.startswith(_FOLDER):
            for node, _ in host.document(apache.parse, path).find(name):
                if node.args:
                    yield Place(host.name, path, node.line), node.args[0]


RULE = Rule(
    code="OX822",
    name="forwarded-for-believed",
    severity=Severity.ERROR,
    title="A web server believes everybody who says whose request it is",
    why=(
        "Each client can write X-Forwarded-For itself and so have any public address: in the logs, in what "
        "Open-Xchange compares a session with, and for SOAP where its callers have public addresses."
    ),
    remedy=(
        "Beside RemoteIPHeader, write RemoteIPInternalProxy with the addresses of the balancer, and no others: each of "
        "them may also say that it is 127.0.0.1."
    ),
    source="mod_remoteip of Apache 2.4; measured: a stranger's X-Forwarded-For: 203.0.113.9 reaches OX as its address",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
