"""OX301: two servers that replicate have the same server-id."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import place_of, replicating, server_id
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the ids of master and slaves; nodes of one Galera cluster are equal on purpose, see OX304."""
    first: dict[int, HostEvidence] = {}
    for server in replicating(evidence):
        other = first.setdefault(server_id(server), server)
        if other is server:
            continue
        yield RULE.finding(
            f"{other.name} and {server.name} both have server-id {_said(server)}",
            place_of(server, "server_id"),
            place_of(other, "server_id"),
        )


def _said(server: HostEvidence) -> str:
    return f"{server_id(server)}" + ("" if server.option("server_id") else f" ({server.name} by default)")


RULE = Rule(
    code="OX301",
    name="server-id-duplicate",
    severity=Severity.ERROR,
    title="Two servers that replicate have the same server-id",
    why=(
        "A server passes over events that carry its own id, so that it would come round in a circle: a slave with the "
        "master's id refuses to start or stays empty, and two slaves with one id throw each other out at the master."
    ),
    remedy="Give each server an own server-id: 1 for the master, 2 and up for the slaves.",
    source="the tutorial: server-id must be unique; MariaDB and MySQL manuals, server_id",
    daemons=(
        "mariadbd starts; a server without the option has id 1, and of server-id and server_id the last one wins."
    ),
    check=check,
)
