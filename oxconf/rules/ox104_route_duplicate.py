"""OX104: two nodes share a session route."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import members


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for a route that several nodes have, or that one balancer has for several nodes."""
    nodes: dict[str, list[tuple[str, Place]]] = {}
    for node in evidence.find(AjpProperties):
        if node.artifact.jvm_route is not None:
            entry = (node.host.name, node.place("jvm_route"))
            nodes.setdefault(node.artifact.jvm_route, []).append(entry)
    shared = _shared(evidence)
    for route in dict.fromkeys((*nodes, *shared)):
        have, places = nodes.get(route, []), shared.get(route, {})
        if len(have) > 1:
            names = listed(name for name, _ in have)
            yield RULE.finding(
                f'{names} all give their sessions the route "{route}"'
                if len(have) > 2
                else f'{names} both give their sessions the route "{route}"',
                *(place for _, place in have),
                *places,
            )
        elif places:
            first, *_ = places
            yield RULE.finding(
                f'{first.host} has the route "{route}" for {listed(dict.fromkeys(places.values()))}', *places
            )


def _shared(evidence: Evidence) -> dict[str, dict[Place, str]]:
    """Return the members that share a route with another node inside one balancer: route to place to node."""
    found: dict[tuple[Place, str], dict[Place, str]] = {}
    for each in members(evidence):
        if each.member.route is not None:
            key = (each.web.at(each.balancer.line), each.member.route)
            found.setdefault(key, {})[each.place] = each.member.host
    shared: dict[str, dict[Place, str]] = {}
    for (_, route), places in found.items():
        if len(set(places.values())) > 1:
            shared.setdefault(route, {}).update(places)
    return shared


RULE = Rule(
    code="OX104",
    name="route-duplicate",
    severity=Severity.ERROR,
    title="Two OX nodes have the same session route",
    why=(
        "The route in a session id says which node has the session. With two of them the web server chooses either, "
        "and every other request reaches a node that does not know the session."
    ),
    remedy="Give each node a route of its own (OX1, OX2, ...), in AJP_JVM_ROUTE and in its BalancerMember.",
    source="ajp.properties and server.properties as shipped: the route is unique for each node",
    daemons="apache2 -t: Syntax OK. OX starts.",
    check=check,
)
