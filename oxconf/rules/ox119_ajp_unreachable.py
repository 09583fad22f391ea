"""OX119: a node's connector does not listen on the address that a web server calls."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._addresses import is_every, is_ipv4, same
from oxconf.rules._database import is_loopback
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import nodes_behind


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each BalancerMember's address with AJP_BIND_ADDR on the host that has it."""
    for behind in nodes_behind(evidence):
        bind, called = behind.node.artifact.bind_address, behind.member.host
        if bind is None or is_every(bind) or same(bind, called):
            continue
        # A name may stand for any address of its host, except that nobody else reaches the loopback address.
        if not is_ipv4(called) and not (is_loopback(bind) and behind.web.host is not behind.node.host):
            continue
        yield RULE.finding(
            f"{behind.web.host.name} calls {called}, but the connector of {behind.node.host.name} "
            f"listens on {bind} alone",
            behind.node.place("bind_address"),
            behind.web.at(behind.member.line),
        )


RULE = Rule(
    code="OX119",
    name="ajp-unreachable",
    severity=Severity.ERROR,
    title="A node's connector does not listen where a web server calls it",
    why=(
        "The connection is refused and the web server takes the node for dead. The default, localhost, reaches no "
        "remote web server at all."
    ),
    remedy="Set AJP_BIND_ADDR to the internal address that the BalancerMember names.",
    source="ajp.properties as shipped: AJP_BIND_ADDR=localhost",
    daemons="apache2 -t: Syntax OK. OX starts.",
    check=check,
)
