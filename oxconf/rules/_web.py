"""Balancers of the web servers: which of them users come through, and which node is behind a member."""

from attrs import frozen

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.proxy_ajp import PATHS, SOAP, Balancer, BalancerMember, ProxyAjp
from oxconf.evidence import Evidence, Located
from oxconf.rules._addresses import reached

AJP_PORT = 8009
"""Port of a connector, and of a member, where the file does not say (ajp.properties as shipped)."""

_USERS = {
    *(path.lower() for path, name in PATHS.items() if name != SOAP),
    *("/appsuite/api", "/api", "/realtime", "/drive"),
}
"""Paths that belong to a session: the tutorial's and those of later releases, in small letters."""


def under(prefix: str, path: str) -> bool:
    """Whether httpd's ProxyPass for `prefix` takes `path`: only whole steps count."""
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else f"{prefix}/")


def user_balancers(web: ProxyAjp) -> tuple[Balancer, ...]:
    """Return the balancers that carry sessions of users; all of them where the paths stand in another file."""
    passes = [each for each in web.passes if each.balancer is not None]
    names = {each.balancer for each in passes if each.path.rstrip("/").lower() in _USERS}
    return tuple(balancer for balancer in web.balancers if balancer.name in names or not passes)


def members_by_host(evidence: Evidence, balancer: Balancer) -> frozenset[str]:
    """Return the members as texts that are equal where the same node has the same route: `ox1 (route OX1)`."""
    texts = set()
    for member in balancer.members:
        owner = evidence.owner(member.host)
        name = owner.name if owner else member.host
        texts.add(f"{name} (route {member.route})" if member.route else f"{name} (no route)")
    return frozenset(texts)


@frozen
class NodeBehind:
    """A member of a balancer and the connector of the OX node that it reaches."""

    web: Located[ProxyAjp]
    balancer: Balancer
    member: BalancerMember
    node: Located[AjpProperties]


def nodes_behind(evidence: Evidence) -> tuple[NodeBehind, ...]:
    """Return every member whose node is known."""
    found = []
    for web in evidence.find(ProxyAjp):
        for balancer in web.artifact.balancers:
            for member in balancer.members:
                host = reached(evidence, web.host, member.host)
                node = host.find(AjpProperties) if host else None
                if node is not None:
                    found.append(NodeBehind(web, balancer, member, node))
    return tuple(found)
