"""OX110: a balancer of several nodes does not keep a session on its node."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import Balancer, ProxyAjp
from oxconf.evidence import Evidence, Located
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import user_balancers
from oxconf.rules._words import listed
from oxconf.syntax import apache

COOKIE = "JSESSIONID"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at each balancer of several nodes that users come through: its sticky cookie and its members' routes."""
    for web in evidence.find(ProxyAjp):
        document = apache.parse(web.host.files[web.path].text)
        for balancer in user_balancers(web.artifact):
            if len(balancer.members) > 1:
                yield from _check(web, balancer, document)


def _check(web: Located[ProxyAjp], balancer: Balancer, document: apache.Document) -> Iterator[Finding]:
    name = f'the balancer "{balancer.name}" of {web.host.name}'
    sticky = balancer.sticky_session or _elsewhere(document, balancer.name)
    routeless = [member for member in balancer.members if member.route is None]
    cookie = (sticky or "").partition("|")[0]
    if not sticky:
        yield RULE.finding(
            f"{name} spreads over {len(balancer.members)} nodes and has no stickysession",
            web.at(balancer.line),
        )
    elif cookie != COOKIE and not _sets_cookie(document, cookie):
        yield RULE.finding(
            f'{name} looks for sessions in the cookie "{cookie}", which OX does not set',
            web.at(balancer.line),
        )
    elif routeless:
        yield RULE.finding(
            f"{name} has no route for {listed(member.host for member in routeless)}",
            *(web.at(member.line) for member in routeless),
        )


def _elsewhere(document: apache.Document, name: str) -> str | None:
    """Return stickysession where ProxyPass or a ProxySet outside of the section gives it to the balancer."""
    for keyword in ("ProxySet", "ProxyPass"):
        for node, _ in document.find(keyword):
            if any(arg.partition("://")[2].split("/")[0] == name for arg in node.args):
                for arg in node.args:
                    if arg.lower().startswith("stickysession="):
                        return arg.partition("=")[2]
    return None


def _sets_cookie(document: apache.Document, cookie: str) -> bool:
    return any(
        "set-cookie" in (arg.lower() for arg in node.args) and any(cookie in arg for arg in node.args)
        for node, _ in document.find("Header")
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
