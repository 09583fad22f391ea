"""OX213: writes go to a server that refuses them."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import read_only
from oxconf.rules._endpoints import Client, clients, holders, way
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Follow every writeUrl to its servers and look for read_only there."""
    floating = holders(evidence)
    for client in clients(evidence):
        if not client.writes:
            continue
        reached = way(evidence, client.host, client.url)
        if reached is not None:
            for server in reached.servers:
                yield from _closed(client, server, reached.listener)
            continue
        # A floating address: whoever holds it now is not known, but at least one server must take writes. Where
        # servers may be missing from the evidence, it may be one of them.
        holding = floating.get(client.url.host, evidence.databases) if evidence.complete else ()
        places = [read_only(server) for server in holding]
        if holding and all(places):
            yield RULE.finding(
                f"{client.host.name} writes to {client.url.host}:{client.url.port}, "
                f"but every server that could hold this address is read only",
                client.place,
                *(place for place in places if place),
            )


def _closed(client: Client, server: HostEvidence, listener: Place | None) -> Iterator[Finding]:
    place = read_only(server)
    if place is not None:
        yield RULE.finding(
            f"{client.host.name} writes to {client.url.host}:{client.url.port}, which is {server.name}, "
            f"and {server.name} is read only",
            client.place,
            place,
            *((listener,) if listener else ()),
        )


RULE = Rule(
    code="OX213",
    name="write-to-reader",
    severity=Severity.ERROR,
    title="Writes are sent to a server that is read only",
    why="Every change of a user is refused by the database: nobody can log in, as the login itself writes.",
    remedy=(
        "Point writeUrl (or the first server of HAProxy's write listener) at the master, or make that server the "
        "master."
    ),
    source="MariaDB and MySQL manuals, read_only",
    daemons="All start; OX logs that the server is running with the read-only option.",
    check=check,
)
