"""OX902: with all connections in use a host needs more memory than it has."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.deployment.units import speak_size
from oxconf.evidence import Evidence, Place
from oxconf.rules._memory import shares
from oxconf.rules._rule import Finding, Rule, Severity

Host = tuple[str, tuple[Place, ...]]


def check(evidence: Evidence) -> Iterator[Finding]:
    """Add up what OX901 does, and what full load takes beside it."""
    alike: dict[tuple[str, str, str], list[Host]] = {}
    for host in evidence.hosts:
        memory, parts = host.facts.memory, list(shares(host))
        total = sum(share.size for share in parts)
        steady = sum(share.size for share in parts if not share.peak)
        if memory is not None and steady <= memory < total:
            places = tuple(share.place for share in parts if share.place)
            what = speak_size(memory), speak_size(total), listed(map(str, parts))
            alike.setdefault(what, []).append((host.name, places))
    for (size, wanted, added), hosts in alike.items():
        names = listed(name for name, _ in hosts)
        have = f"has {size} of memory" if len(hosts) == 1 else f"have {size} of memory each"
        yield RULE.finding(
            f"{names} {have} and may need {wanted} under full load: {added}",
            *(place for _, places in hosts for place in places),
        )


RULE = Rule(
    code="OX902",
    name="memory-short-at-peak",
    severity=Severity.WARNING,
    title="With all connections in use a host needs more memory than it has",
    why="In the busiest hour, or while one server does the work of two, the kernel ends the database.",
    remedy=(
        "Lower max_connections (and database.pool.max_active) or innodb_buffer_pool_size, or give the host more "
        "memory."
    ),
    source=(
        "oxpedia, My.cnf: each connection takes memory beside the buffer pool; 3 MiB for each is oxconf's own figure"
    ),
    daemons="mariadbd starts.",
    check=check,
)
