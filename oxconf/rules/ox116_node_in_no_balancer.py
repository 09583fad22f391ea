"""OX116: a groupware node that no web server sends anybody to."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import members


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for groupware hosts without a BalancerMember, where everything is known."""
    webs = tuple(evidence.find(ProxyAjp))
    if not evidence.complete or not webs:
        return
    called = {each.host.name for each in members(evidence, of_users=True) if each.host}
    for node in evidence.find(AjpProperties):
        if "groupware" in node.host.facts.roles and node.host.name not in called:
            yield RULE.finding(
                f"{node.host.name} runs OX for users, but is in no balancer of "
                f"{listed(web.host.name for web in webs)}",
                node.place("jvm_route"),
                *(web.place("balancers") for web in webs),
            )


RULE = Rule(
    code="OX116",
    name="node-in-no-balancer",
    severity=Severity.WARNING,
    title="A groupware node is in no balancer",
    why="The node runs idle, and the others carry its share: the sizing counted on it.",
    remedy="Add a BalancerMember with the node's address and route on every web server, or take the host out.",
    source="the tutorial: every OX server is a backend, with an equal share",
    daemons="apache2 -t: Syntax OK; it sees one host.",
    check=check,
)
