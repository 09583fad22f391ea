"""OX110: a balancer of several nodes does not keep a session on its node."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import Balancer, ProxyAjp
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Located
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import user_balancers

COOKIE = "JSESSIONID"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at each balancer of several nodes that users come through: its sticky cookie and its members' routes."""
    for web in evidence.find(ProxyAjp):
        for balancer in user_balancers(web.artifact):
            if len(balancer.members) > 1:
                yield from _check(web, balancer)


def _check(web: Located[ProxyAjp], balancer: Balancer) -> Iterator[Finding]:
    name = f'the balancer "{balancer.name}" of {web.host.name}'
    sticky = balancer.sticky_session
    routeless = [member for member in balancer.members if member.route is None]
    cookie = (sticky or "").partition("|")[0]
    if not sticky:
        yield RULE.finding(
            f"{name} spreads over {len(balancer.members)} nodes and has no stickysession",
            web.at(balancer.line),
        )
    elif cookie != COOKIE and not any(cookie in text for text in web.artifact.cookies):
        yield RULE.finding(
            f'{name} looks for sessions in the cookie "{cookie}", which OX does not set',
            web.at(balancer.line),
        )
    elif routeless:
        yield RULE.finding(
            f"{name} has no route for {listed(member.host for member in routeless)}",
            *(web.at(member.line) for member in routeless),
        )


RULE = Rule(
    code="OX110",
    name="session-not-sticky",
    severity=Severity.ERROR,
    title="A balancer does not keep a session on its node",
    why=(
        "Each request of a user may reach another node. One that does not have the session answers that it has "
        "expired, so users see errors from the second click on."
    ),
    remedy=(
        "Write ProxySet stickysession=JSESSIONID|jsessionid scolonpathdelim=On into the balancer, and route= behind "
        "each BalancerMember."
    ),
    source="the tutorial's proxy_ajp.conf; proxy_http.conf as shipped, for the part behind the |",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
