"""OX103: a web server calls a node on a port on which its connector does not listen."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import AJP_PORT, members, nodes_behind

SCHEMES = frozenset(
    {"ajp", "balancer", "fcgi", "ftp", "h2", "h2c", "http", "https", "scgi", "uwsgi", "ws", "wss"}
)
"""The protocols of httpd's proxy modules."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each BalancerMember's protocol and port with the connector of the host that has its address."""
    for each in members(evidence):
        if each.member.scheme not in SCHEMES:
            yield RULE.finding(
                f"{each.web.host.name} calls {each.member.host} by {each.member.scheme}://, "
                "a protocol that httpd does not have",
                each.place,
            )
    for behind in nodes_behind(evidence):
        if behind.member.scheme != "ajp":
            if behind.member.scheme in ("http", "https") and behind.member.port == behind.node.artifact.port:
                yield RULE.finding(
                    f"{behind.web.host.name} speaks {behind.member.scheme} to {behind.member.host} on port "
                    f"{behind.member.port}, where the connector of {behind.node.host.name} expects ajp",
                    behind.web.at(behind.member.line),
                    behind.node.place("port"),
                )
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
    title="A balancer calls a node on another port, or in another protocol, than its connector's",
    why=(
        "The web server finds nobody there and takes the node for dead: the node gets no users, the others carry its "
        "share, and when every member is wrong each request ends with 503."
    ),
    remedy="Write ajp:// and the node's AJP_PORT into the BalancerMember; both say 8009 where nothing is written.",
    source="ajp.properties as shipped: AJP_PORT 8009",
    daemons="apache2 -t: Syntax OK, also for port 800999 and for ajpx://, which answers each request with 503.",
    check=check,
)
