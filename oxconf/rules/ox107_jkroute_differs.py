"""OX107: oxinstaller is called with another route than the one that the node ends up with."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import members


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare --jkroute with ajp.properties of the same host, and with the BalancerMembers where that is not known."""
    routes = _routes(evidence)
    for script in evidence.find(OxInstaller):
        jkroute, host = script.artifact.jkroute, script.host
        if jkroute is None:
            continue
        node = host.find(AjpProperties)
        if node is not None and node.artifact.jvm_route is not None:
            if node.artifact.jvm_route != jkroute:
                yield RULE.finding(
                    f"{host.name} is installed with --jkroute={jkroute}, but its ajp.properties says "
                    f'"{node.artifact.jvm_route}"',
                    script.place("jkroute"),
                    node.place("jvm_route"),
                )
            continue
        for route, place in routes.get(host.name, ()):
            if route != jkroute:
                yield RULE.finding(
                    f'{host.name} is installed with --jkroute={jkroute}, but {place.host} knows it as "{route}"',
                    script.place("jkroute"),
                    place,
                )


def _routes(evidence: Evidence) -> dict[str, list[tuple[str, Place]]]:
    """Return routes and places of the BalancerMembers of each host."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for each in members(evidence):
        if each.host is not None and each.member.route is not None:
            found.setdefault(each.host.name, []).append((each.member.route, each.place))
    return found


RULE = Rule(
    code="OX107",
    name="jkroute-differs",
    severity=Severity.ERROR,
    title="The route that a node is installed with is not the one that it runs with",
    why=(
        "oxinstaller writes --jkroute into ajp.properties. Whoever runs it again gives the node another route than the "
        "web servers know, and its users lose their sessions with each request."
    ),
    remedy="Write the route of the node's BalancerMember after --jkroute= and into AJP_JVM_ROUTE.",
    source="the tutorial: --jkroute of a node is the route that the web servers give it",
    daemons="oxinstaller takes any word.",
    check=check,
)
