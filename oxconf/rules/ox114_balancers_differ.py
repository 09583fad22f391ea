"""OX114: the balancers of one web server do not reach the same nodes."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import members_by_host, user_balancers


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare every balancer that users come through with the first one of the same web server."""
    for web in evidence.find(ProxyAjp):
        balancers = user_balancers(web.artifact)
        for balancer in balancers[1:]:
            first = balancers[0]
            here, there = members_by_host(evidence, first), members_by_host(evidence, balancer)
            parts = [
                f'only "{name}" has {listed(sorted(only))}'
                for name, only in ((first.name, here - there), (balancer.name, there - here))
                if only
            ]
            if parts:
                yield RULE.finding(
                    f'the balancers "{first.name}" and "{balancer.name}" of {web.host.name} differ: {"; ".join(parts)}',
                    web.at(balancer.line),
                    web.at(first.line),
                )


RULE = Rule(
    code="OX114",
    name="balancers-differ",
    severity=Severity.WARNING,
    title="The balancers of one web server reach different nodes",
    why=(
        "A session is kept on its node for all paths. Where the balancer for devices lacks a node, the requests of its "
        "users that go through that balancer reach another node; and the load of the nodes is uneven."
    ),
    remedy="Write the same BalancerMember lines, but for the timeouts, into every balancer that users come through.",
    source="proxy_http.conf as shipped: both balancers have the same members",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
