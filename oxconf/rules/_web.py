"""Balancers of the web servers: which of them users come through, and which node is behind a member."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.proxy_ajp import PATHS, SOAP, Balancer, BalancerMember, ProxyAjp, ProxyPass
from oxconf.evidence import Evidence, HostEvidence, Located, Place
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


def taker(web: ProxyAjp, path: str) -> ProxyPass | None:
    """Return the ProxyPass that takes what is below a path: the first one that fits, `!` included."""
    below = f"{path.rstrip('/')}/"
    return next((each for each in web.passes if under(each.path, below)), None)


def user_balancers(web: ProxyAjp) -> tuple[Balancer, ...]:
    """Return the balancers that carry sessions of users; all of them where the paths stand in another file."""
    passes = [each for each in web.passes if each.balancer is not None]
    names = {each.balancer for each in passes if each.path.rstrip("/").lower() in _USERS}
    return tuple(balancer for balancer in web.balancers if balancer.name in names or not passes)


def members_by_host(evidence: Evidence, balancer: Balancer) -> frozenset[str]:
    """Return the members as texts that are equal where the same node has the same route: `ox1 (route OX1)`."""
    texts = set()
    for member in balancer.members:
        name = evidence.name_of(member.host)
        texts.add(f"{name} (route {member.route})" if member.route else f"{name} (no route)")
    return frozenset(texts)


@frozen
class Member:
    """A node of a balancer of a web server; `host` is None where nobody told who has its address."""

    web: Located[ProxyAjp]
    balancer: Balancer
    member: BalancerMember
    host: HostEvidence | None

    @property
    def place(self) -> Place:
        """Where the member stands."""
        return self.web.at(self.member.line)


def members(evidence: Evidence, *, of_users: bool = False) -> Iterator[Member]:
    """Yield the members of all balancers, or of those that users come through."""
    for web in evidence.find(ProxyAjp):
        for balancer in user_balancers(web.artifact) if of_users else web.artifact.balancers:
            for member in balancer.members:
                yield Member(web, balancer, member, reached(evidence, web.host, member.host))


@frozen
class NodeBehind:
    """A member of a balancer and the connector of the OX node that it reaches."""

    web: Located[ProxyAjp]
    balancer: Balancer
    member: BalancerMember
    node: Located[AjpProperties]


def nodes_behind(evidence: Evidence) -> tuple[NodeBehind, ...]:
    """Return every member whose node is known."""
    return tuple(
        NodeBehind(each.web, each.balancer, each.member, node)
        for each in members(evidence)
        if each.host
        for node in each.host.each(AjpProperties)
    )
