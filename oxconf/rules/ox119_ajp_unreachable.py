"""OX119: a node's connector does not listen on the address that a web server calls."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._addresses import is_every, is_ipv4, same
from oxconf.rules._database import is_loopback
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import NodeBehind, nodes_behind

DEFAULT = "localhost"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each BalancerMember's address with AJP_BIND_ADDR on the host that has it."""
    deaf: dict[tuple[Place, str], list[NodeBehind]] = {}
    for behind in nodes_behind(evidence):
        bind, called = _bind(behind), behind.member.host
        if bind is None or is_every(bind) or same(bind, called):
            continue
        # A name may stand for any address of its host, except that nobody else reaches the loopback address.
        if not is_ipv4(called) and not (is_loopback(bind) and behind.web.host is not behind.node.host):
            continue
        deaf.setdefault((behind.node.place("bind_address"), called), []).append(behind)
    for (place, called), calls in deaf.items():
        callers = tuple(dict.fromkeys(behind.web.host.name for behind in calls))
        node = calls[0].node
        alone = "alone" if node.artifact.bind_address else "alone, its default"
        yield RULE.finding(
            f"{listed(callers)} {'call' if len(callers) > 1 else 'calls'} {called}, "
            f"but the connector of {node.host.name} listens on {_bind(calls[0])} {alone}",
            place,
            *(behind.web.at(behind.member.line) for behind in calls),
        )


def _bind(behind: NodeBehind) -> str | None:
    """Return the connector's address; OX listens on localhost where a file that is known to be whole has none."""
    node = behind.node
    return node.artifact.bind_address or (DEFAULT if node.host.complete else None)


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
