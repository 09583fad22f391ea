"""OX210: a database server does not listen on the address that others connect to."""

from collections.abc import Iterator

from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.deployment.topology import MYSQL_PORT
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._addresses import is_every
from oxconf.rules._database import is_loopback, is_on
from oxconf.rules._directed import taking
from oxconf.rules._endpoints import clients, holders, serves
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare bind_address with the addresses in database URLs and HAProxy's server lines."""
    seen: set[tuple[str, str]] = set()
    floating = holders(evidence)
    for caller, address, port, place in _callers(evidence):
        owner = evidence.owner(address)
        behind = (
            server
            for each in taking(evidence, address, port)
            for _, server in each.servers(evidence)
            if each.is_direct
        )
        for server in (owner,) if owner else (*floating.get(address, ()), *behind):
            if (server.name, address) in seen or not serves(server, port):
                continue
            refusal = _refuses(server, caller, address)
            if refusal is not None:
                seen.add((server.name, address))
                yield RULE.finding(
                    f"{caller.name} connects to {server.name} at {address}:{port}, but {refusal[0]} there",
                    refusal[1],
                    place,
                )


def _callers(evidence: Evidence) -> Iterator[tuple[HostEvidence, str, int, Place]]:
    for client in clients(evidence):
        if not is_loopback(client.url.host):
            yield client.host, client.url.host, client.url.port, client.place
    for balancer in evidence.find(HaproxyCfg):
        for listener in balancer.artifact.listeners:
            for server in listener.servers:
                if not is_loopback(server.address):
                    yield balancer.host, server.address, server.port or MYSQL_PORT, balancer.at(server.line)


def _refuses(server: HostEvidence, caller: HostEvidence, address: str) -> tuple[str, Place] | None:
    """Return what the server says instead, and where."""
    closed, bind = server.option("skip_networking"), server.option("bind_address")
    if closed is not None and is_on(closed):
        return "skip_networking is on", closed.place
    if bind is None:
        return None
    listens = {word.strip() for word in bind.value.split(",")}
    if address in listens or any(map(is_every, listens)):
        return None
    # A name in either place may be the very address in the other.
    names = {server.name, *server.facts.addresses}
    if address in names and any(not is_loopback(word) and word in names for word in listens):
        return None
    if not server.facts.addresses and not all(is_loopback(word) for word in listens):
        return None
    return f"bind_address is {bind.value}", bind.place


RULE = Rule(
    code="OX210",
    name="bind-refuses-clients",
    severity=Severity.ERROR,
    title="A database server does not listen on the address that OX hosts connect to",
    why=(
        "The connection is refused: this server is never used, or nobody can log in. A server that binds to its own "
        "address refuses a floating one as well, which shows only when the address moves there."
    ),
    remedy="Set bind_address to the address that is connected to, or to 0.0.0.0 where a floating address reaches it.",
    source="Galera manual, System Configuration: not 127.0.0.1; measured for floating addresses with MariaDB 10.11",
    daemons="mariadbd starts; haproxy shows the server as down.",
    check=check,
)
