"""OX904: the pools of OX may open more connections than a database server takes."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.deployment.database import MOST_CONNECTIONS
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import number, place_of
from oxconf.rules._rule import Finding, Rule, Severity

GROUPWARE_POOLS = 4
"""configdb and the user databases, each for reads and for writes."""

ADMINDAEMON_POOLS = 2
"""configdb and the user databases; the admin daemon has no reads of its own."""


DEFAULT = 151
"""Connections that MariaDB and MySQL take where max_connections is not set."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Add up the pools of all OX hosts and compare the sum with max_connections of every server."""
    pools = list(_pools(evidence))
    wanted = sum(count for count, _ in pools)
    hosts = len({place.host for _, place in pools})
    short: dict[tuple[int, str], list[HostEvidence]] = {}
    for server in evidence.databases:
        option = server.option("max_connections")
        written = DEFAULT if option is None and server.complete else number(option)
        if written is not None and min(written, MOST_CONNECTIONS) < wanted:
            which = "" if option else ", the default"
            if written >= MOST_CONNECTIONS:
                which = ", the most that a server takes whatever its file says"
            short.setdefault((min(written, MOST_CONNECTIONS), which), []).append(server)
    for (allowed, which), servers in short.items():
        names = listed(server.name for server in servers)
        yield RULE.finding(
            f"{names} {'takes' if len(servers) == 1 else 'each take'} {allowed} connections{which}, but the pools of "
            f"{hosts} OX host{'' if hosts == 1 else 's'} may open {wanted}",
            *(place_of(server, "max_connections", "max_connect_errors") for server in servers),
            *(place for _, place in pools[:1]),
        )


def _pools(evidence: Evidence) -> Iterator[tuple[int, Place]]:
    for cls, count in ((GroupwareConfigdb, GROUPWARE_POOLS), (AdmindaemonConfigdb, ADMINDAEMON_POOLS)):
        for found in evidence.find(cls):
            if found.artifact.max_active is not None:
                yield count * found.artifact.max_active, found.place("max_active")


RULE = Rule(
    code="OX904",
    name="too-few-connections",
    severity=Severity.WARNING,
    title="max_connections is below what the pools of all OX hosts may open at one server",
    why=(
        "In the busiest hour, or after another server failed, logins and requests end with too many connections, and "
        "the administrator can not get in either."
    ),
    remedy=(
        "Raise max_connections to the sum of the pools and some 50 more, or lower maxActive on the OX hosts "
        "(database.pool.max_active). Where no server takes that many, only smaller pools or fewer OX hosts help."
    ),
    source=(
        "configdb.properties: maxActive counts for each pool; oxconf's own count of pools, four and two for each host"
    ),
    daemons="All start; mariadbd makes more than 100000 connections 100000 and says so in a warning.",
    check=check,
)
