"""OX464: a host calls a service of LVS that can not serve it: it is its director, or one of the servers behind it."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._directed import Directed, directed
from oxconf.rules._endpoints import clients
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the hosts of the database URLs, the directors, and the servers behind them."""
    seen: set[tuple[str, str]] = set()
    for each in directed(evidence):
        if each.is_direct:
            yield from _callers(evidence, each, seen)
            for server, host in each.servers(evidence):
                if host is each.director and (host.name, "itself") not in seen:
                    seen.add((host.name, "itself"))
                    yield RULE.finding(
                        f"{host.name} is the director of {each.service.address} and a server behind it",
                        each.file.at(server.line),
                    )


def _callers(evidence: Evidence, each: Directed, seen: set[tuple[str, str]]) -> Iterator[Finding]:
    behind = {host.name for _, host in each.servers(evidence)}
    for client in clients(evidence):
        key = (client.host.name, str(each.service.address))
        if key in seen or not each.takes(client.url.host, client.url.port):
            continue
        if client.host.name in behind:
            what = "a server behind it: the call goes to its own server, whoever the writer is"
        elif client.host is each.director:
            what = "its director: the call leaves from the shared address, which the server takes for its own"
        else:
            continue
        seen.add(key)
        yield RULE.finding(
            f"{client.host.name} calls {client.url.host}:{client.url.port} and is {what}",
            client.place,
            each.at("servers"),
        )


RULE = Rule(
    code="OX464",
    name="caller-inside-lvs",
    severity=Severity.ERROR,
    title="A host calls a service of LVS that can not serve it",
    why=(
        "A server behind a director has the shared address on lo, so its own calls never leave it: OX on such a host "
        "writes to its own server beside the writer. On the director itself the connection never comes about, and a "
        "director that is a server behind itself sends what the other director gives it to a third one."
    ),
    remedy=(
        "Give directors hosts of their own, without OX and without a database, and OX other hosts than the databases."
    ),
    source="LVS, direct routing: the client, the director and the server are three hosts",
    daemons="keepalived -t: no word. OX starts.",
    check=check,
)
