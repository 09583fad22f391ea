"""OX103: a web server calls a node on a port on which its connector does not listen."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import AJP_PORT, nodes_behind


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each BalancerMember's port with AJP_PORT on the host that has its address."""
    for behind in nodes_behind(evidence):
        if behind.member.scheme != "ajp":
            continue
        called, listens = behind.member.port or AJP_PORT, behind.node.artifact.port or AJP_PORT
        if called != listens:
            yield RULE.finding(
                f"{behind.web.host.name} calls {behind.member.host} on port {called}, "
                f"but the connector of {behind.node.host.name} listens on {listens}",
                behind.web.at(behind.member.line),
                behind.node.place("port"),
            )


RULE = Rule(
    code="OX103",
    name="ajp-port-mismatch",
    severity=Severity.ERROR,
    title="A balancer calls a node on another port than its connector's",
    why=(
        "The web server finds nobody there and takes the node for dead: the node gets no users, the others carry its "
        "share, and when every member is wrong each request ends with 503."
    ),
    remedy="Write the node's AJP_PORT into the BalancerMember; both say 8009 where nothing is written.",
    source="ajp.properties as shipped: AJP_PORT 8009",
    daemons="apache2 -t: Syntax OK, also for port 800999.",
    check=check,
)
