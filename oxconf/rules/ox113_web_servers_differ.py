"""OX113: two web servers spread the same balancer over different nodes or routes, or pass different paths."""

from collections.abc import Iterator

from oxconf.artifacts.proxy_ajp import ProxyAjp, ProxyPass
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Located, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._vrrp import groups
from oxconf.rules._web import members_by_host, taker
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the members of the balancers that have one name, then the paths."""
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
    webs = tuple(evidence.find(ProxyAjp))
    pairs = [{peer.host for peer in group} for group in groups(evidence)]
    for web in webs:
        twins = (other for other in webs if any({web.host.name, other.host.name} <= hosts for hosts in pairs))
        yield from _paths(web, tuple(twins))


def _paths(web: Located[ProxyAjp], webs: tuple[Located[ProxyAjp], ...]) -> Iterator[Finding]:
    """Look for paths that a web server with the same floating address passes to another balancer than this one.

    Web servers with addresses of their own may have tasks of their own, such as provisioning.
    """
    names = {balancer.name for balancer in web.artifact.balancers}
    wrong: dict[str, tuple[ProxyPass | None, Located[ProxyAjp], ProxyPass]] = {}
    for other in webs:
        for each in other.artifact.passes:
            if each.balancer is None or taker(other.artifact, each.path) is not each:
                continue
            mine = taker(web.artifact, each.path)
            elsewhere = mine and mine.balancer and mine.balancer != each.balancer and each.balancer in names
            if elsewhere or (mine is None and _is_whole(web, each.path)):
                wrong.setdefault(each.path, (mine, other, each))
    for path, (mine, other, there) in wrong.items():
        does = f'sends {path} to "{mine.balancer}"' if mine else f"does not pass {path}"
        yield RULE.finding(
            f'{web.host.name} {does}, but {other.host.name} sends it to "{there.balancer}"',
            web.at(mine.line) if mine else web.place(),
            other.at(there.line),
        )


def _is_whole(web: Located[ProxyAjp], path: str) -> bool:
    """Whether no other file can pass the path."""
    others = (
        text for where, text in web.host.files.items() if where != web.path and where.startswith("/etc/")
    )
    return web.host.complete and not any(path in other.text for other in others)


RULE = Rule(
    code="OX113",
    name="web-servers-differ",
    severity=Severity.ERROR,
    title="Two web servers have different members in the same balancer, or pass different paths",
    why=(
        "A user who comes through the other web server, by load or after a failure, is sent to another node than "
        "before and loses the session. A node that one web server lacks carries fewer users than was planned. "
        "Where a path is missing, the user interface, devices or provisioning get errors, but only through that server."
    ),
    remedy="Write the same BalancerMember lines, with the same routes, and the same ProxyPass lines on all of them.",
    source="the tutorial: every OX server is a backend, with an equal share",
    daemons="apache2 -t: Syntax OK; it sees one host.",
    check=check,
)
