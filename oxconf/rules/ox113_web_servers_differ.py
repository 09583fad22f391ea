"""OX113: two web servers spread the same balancer over different nodes or routes."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import members_by_host
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the members of the balancers that have one name."""
    balancers: dict[str, list[tuple[Place, frozenset[str]]]] = {}
    for web in evidence.find(ProxyAjp):
        for balancer in web.artifact.balancers:
            entry = (web.at(balancer.line), members_by_host(evidence, balancer))
            balancers.setdefault(balancer.name, []).append(entry)
    for name, found in balancers.items():
        for (place, members), (other, theirs) in odd_ones((entry, entry[1]) for entry in found):
            parts = [
                f"only {where.host} has {listed(sorted(only))}"
                for where, only in ((place, members - theirs), (other, theirs - members))
                if only
            ]
            yield RULE.finding(
                f'{place.host} and {other.host} have different members in the balancer "{name}": {"; ".join(parts)}',
                place,
                other,
            )


RULE = Rule(
    code="OX113",
    name="web-servers-differ",
    severity=Severity.ERROR,
    title="Two web servers have different members in the same balancer",
    why=(
        "A user who comes through the other web server, by load or after a failure, is sent to another node than "
        "before and loses the session. A node that one web server lacks carries fewer users than was planned."
    ),
    remedy="Write the same BalancerMember lines, with the same routes, on every web server.",
    source="the tutorial: every OX server is a backend, with an equal share",
    daemons="apache2 -t: Syntax OK; it sees one host.",
    check=check,
)
