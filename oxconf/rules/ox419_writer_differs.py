"""OX419: two HAProxies, or two directors, send writes to different servers."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database_listeners import called_listeners
from oxconf.rules._directed import Directed, taking
from oxconf.rules._endpoints import clients
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the order in which the listeners for writes take their servers: the active one, then the backups."""
    orders = [
        (used, tuple(evidence.name_of(server.address) for server in used.order))
        for used in called_listeners(evidence)
        # Several active servers are OX416's.
        if used.writes and len(used.active) <= 1 and used.order
    ]
    yield from _directors(evidence)
    for (used, mine), (usual, theirs) in odd_ones((each, each[1]) for each in orders):
        one, other = used.proxy.host.name, usual.proxy.host.name
        if mine[:1] != theirs[:1]:
            text = f"{one} sends writes to {mine[0]}, {other} to {theirs[0]}"
        else:
            text = f"when {mine[0]} is down, {one} sends writes to {_then(mine)}, {other} to {_then(theirs)}"
        yield RULE.finding(text, used.proxy.at(used.listener.line), usual.proxy.at(usual.listener.line))


def _directors(evidence: Evidence) -> Iterator[Finding]:
    """Compare the order in which the directors of one address take the servers behind it."""
    writes = {(client.url.host, client.url.port) for client in clients(evidence) if client.writes}
    for address, port in sorted(writes):
        orders = [(each, _order(evidence, each)) for each in taking(evidence, address, port)]
        for (each, mine), (usual, theirs) in odd_ones((one, one[1]) for one in orders):
            yield RULE.finding(
                f"{each.director.name} sends writes to {listed(mine)} in this order, "
                f"{usual.director.name} to {listed(theirs)}",
                each.at("servers"),
                usual.at("servers"),
                remedy="Write the same real servers with the same weights on every director.",
            )


def _order(evidence: Evidence, each: Directed) -> tuple[str, ...]:
    servers = sorted(
        each.service.servers, key=lambda server: -(1 if server.weight is None else server.weight)
    )
    return tuple(evidence.name_of(str(server.address)) for server in servers)


def _then(order: tuple[str, ...]) -> str:
    return ", then ".join(order[1:]) or "nobody"


RULE = Rule(
    code="OX419",
    name="writer-differs",
    severity=Severity.ERROR,
    title="Two HAProxies, or two directors, send writes to different servers",
    why=(
        "The HAProxies know nothing of each other; only the same order on all of them makes them choose the same "
        "writer. Otherwise two servers write, now or after the first failure: commits fail, or data drift apart."
    ),
    remedy="Write the same servers in the same order with the same backup words on every host.",
    source="the tutorial: HAProxy on each OX node with one active/passive instance",
    daemons="haproxy -c: valid. keepalived -t: no word. Each sees one host.",
    check=check,
)
