"""OX116: a groupware node that no web server sends anybody to."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.evidence import Evidence
from oxconf.rules._addresses import reached
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import user_balancers
from oxconf.rules._words import listed


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for groupware hosts without a BalancerMember, where everything is known."""
    webs = tuple(evidence.find(ProxyAjp))
    if not evidence.complete or not webs:
        return
    called = set()
    for web in webs:
        for balancer in user_balancers(web.artifact):
            for member in balancer.members:
                host = reached(evidence, web.host, member.host)
                called.add(host.name if host else member.host)
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
