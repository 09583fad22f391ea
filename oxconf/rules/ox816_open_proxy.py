"""OX816: a web server forwards requests to anywhere."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for ProxyRequests On."""
    for web in evidence.find(ProxyAjp):
        if web.artifact.proxy_requests:
            yield RULE.finding(f"{web.host.name} is an open proxy", web.place("proxy_requests"))


RULE = Rule(
    code="OX816",
    name="open-proxy",
    severity=Severity.ERROR,
    title="A web server is an open proxy",
    why=(
        "Everybody can reach every address that the web server reaches, inside the cluster as well, in its name. It is "
        "found within hours and used for spam. Balancers do not need it."
    ),
    remedy="Write ProxyRequests Off.",
    source="Apache's mod_proxy documentation, ProxyRequests",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
