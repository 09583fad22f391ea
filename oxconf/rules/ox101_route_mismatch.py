"""OX101: a web server sends a route to a node that calls itself otherwise."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import nodes_behind


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each BalancerMember's route with AJP_JVM_ROUTE on the host that has its address."""
    for behind in nodes_behind(evidence):
        route, member, node = behind.node.artifact.jvm_route, behind.member, behind.node
        if route is None or member.route is None or route == member.route:
            continue
        yield RULE.finding(
            f'{behind.web.host.name} sends sessions of route "{member.route}" to {member.host}, '
            f'but {node.host.name} there calls itself "{route}"',
            behind.web.at(member.line),
            node.place("jvm_route"),
        )


RULE = Rule(
    code="OX101",
    name="route-mismatch",
    severity=Severity.ERROR,
    title="A balancer's route differs from the session route of the node behind it",
    why=(
        "The node ends each session id with its own route. The web server looks for a member with that route, finds "
        "another one or none, and sends the next request to a node that does not know the session: users are thrown "
        "back to the login page."
    ),
    remedy="Give AJP_JVM_ROUTE (oxinstaller --jkroute) and the BalancerMember at that address the same route.",
    source="the tutorial: --jkroute of a node is the route that the web servers give it",
    daemons="apache2 -t: Syntax OK. OX starts.",
    check=check,
)
