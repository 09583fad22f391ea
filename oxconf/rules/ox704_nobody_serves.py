"""OX704: something is called where nothing listens."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._addresses import is_ipv4, reached
from oxconf.rules._database import is_loopback
from oxconf.rules._directed import directed
from oxconf.rules._endpoints import clients, holders
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._sockets import CLUSTERCHECK, DATABASE, Socket, sockets
from oxconf.rules._web import AJP_PORT, members


@frozen
class Call:
    """Somebody connects to an address and a port, for a health check or for the service itself."""

    caller: HostEvidence
    address: str
    port: int
    place: Place
    check: bool = False


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look up who listens at the end of each call; hosts of which files may be missing are left alone."""
    floating = holders(evidence)
    listening = {host.name: sockets(host) for host in evidence.hosts if host.complete}
    dead: dict[tuple[str, str, int], tuple[str, tuple[Place, ...], list[Call]]] = {}
    for call in _calls(evidence):
        for where, places in _unanswered(evidence, call, floating, listening):
            key = (where, call.address, call.port)
            dead.setdefault(key, (where, places, []))[2].append(call)
    for where, places, calls in dead.values():
        callers = listed(dict.fromkeys(call.caller.name for call in calls))
        verb = "calls" if len({call.caller.name for call in calls}) == 1 else "call"
        yield RULE.finding(
            f"{callers} {verb} {calls[0].address}:{calls[0].port}, but {where}",
            *(call.place for call in calls),
            *places,
        )


def _unanswered(
    evidence: Evidence,
    call: Call,
    floating: dict[str, tuple[HostEvidence, ...]],
    listening: dict[str, tuple[Socket, ...]],
) -> Iterator[tuple[str, tuple[Place, ...]]]:
    host = reached(evidence, call.caller, call.address)
    if host is None and call.address not in floating:
        if evidence.complete and is_ipv4(call.address):
            yield "no host of the cluster has that address", ()
        return
    for each in (host,) if host else floating[call.address]:
        found = listening.get(each.name)
        address = call.address if is_ipv4(call.address) or is_loopback(call.address) else None
        if found is None or any(_answers(socket, address, call.port) for socket in found):
            continue
        near = tuple(socket for socket in found if socket.port == call.port)
        if near and near[0].service == DATABASE and not is_loopback(call.address):
            # The right port on another address is OX210's.
            continue
        if near:
            text = f"on {each.name} {near[0].service} has that port on {near[0].address} alone"
        else:
            roles = f" ({', '.join(each.facts.roles)})" if each.facts.roles else ""
            text = f"nothing listens on that port of {each.name}{roles}"
            near = tuple(socket for socket in found if _was_meant(socket, call))
        yield text, tuple(dict.fromkeys(socket.place for socket in near))


def _answers(socket: Socket, address: str | None, port: int) -> bool:
    # A name may stand for any address of its host.
    return socket.has(port) if address is None else socket.serves(address, port)


def _was_meant(socket: Socket, call: Call) -> bool:
    """Whether the service is of the kind that the caller looks for."""
    if call.check:
        return socket.service == CLUSTERCHECK
    return socket.service == DATABASE or socket.place.path == HaproxyCfg.path


def _calls(evidence: Evidence) -> Iterator[Call]:
    for client in clients(evidence):
        yield Call(client.host, client.url.host, client.url.port, client.place)
    for proxy in evidence.find(HaproxyCfg):
        for listener in proxy.artifact.listeners:
            for server in listener.servers:
                place = proxy.at(server.line)
                if server.port is not None:
                    yield Call(proxy.host, server.address, server.port, place)
                if server.check and server.check_port is not None:
                    yield Call(proxy.host, server.address, server.check_port, place, check=True)
    for service in directed(evidence):
        for real in service.service.servers:
            place = service.file.at(real.line)
            if service.is_direct and (real.port or service.service.port):
                yield Call(service.director, str(real.address), real.port or service.service.port, place)
            for check_ in real.checks:
                if check_.connect_port is not None:
                    asked = service.file.at(check_.line_of("connect_port"))
                    yield Call(service.director, str(real.address), check_.connect_port, asked, check=True)
    for each in members(evidence):
        # Where the connector's file is known, OX103 and OX119 compare with it.
        if each.member.scheme == "ajp" and not (each.host and each.host.find(AjpProperties)):
            yield Call(each.web.host, each.member.host, each.member.port or AJP_PORT, each.place)


RULE = Rule(
    code="OX704",
    name="nobody-serves",
    severity=Severity.ERROR,
    title="Something is called where nothing listens",
    why=(
        "The connection is refused. What is behind a floating address must be there on every host that may hold it, or "
        "the first failover ends in nothing."
    ),
    remedy="Correct the address or the port of one of the two, or let the service listen there.",
    source="connect(2), ECONNREFUSED",
    daemons="haproxy -c and apache2 -t: valid; they see one host. OX starts and logs failed connections.",
    check=check,
)
