"""OX131: a ProxyPass line that never counts, because an earlier one takes its requests."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import ProxyAjp, ProxyPass
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import under


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for paths below an earlier one that lead elsewhere."""
    for web in evidence.find(ProxyAjp):
        for index, late in enumerate(web.artifact.passes):
            early = next((each for each in web.artifact.passes[:index] if under(each.path, late.path)), None)
            if early is not None and late.target.rstrip("/") != _continued(early, late.path):
                yield RULE.finding(
                    f"{web.host.name} never sends {late.path} to {late.target}: {early.path} above it takes it",
                    web.at(late.line),
                    web.at(early.line),
                )


def _continued(early: ProxyPass, path: str) -> str:
    """Return where the earlier line sends the path."""
    return early.target.rstrip("/") + path[len(early.path.rstrip("/")) :].rstrip("/")


RULE = Rule(
    code="OX131",
    name="path-shadowed",
    severity=Severity.WARNING,
    title="A ProxyPass line never counts",
    why=(
        "httpd takes the first ProxyPass whose path fits. A longer path below a shorter one is dead text: SOAP meant "
        "for the provisioning node goes to a users' node, or devices get the short timeout of users."
    ),
    remedy="Order the ProxyPass lines from the longest path to the shortest.",
    source="proxy_http.conf as shipped: from longest to shortest; Apache's mod_proxy documentation, ProxyPass",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
