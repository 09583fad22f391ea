"""OX476: two MaxScales may send writes to different servers."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, Place
from oxconf.rules._maxscale_listeners import Used, used_listeners
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones

Order = tuple[tuple[str, ...], ...]


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the order in which the services for writes choose their master, then who keeps a later choice."""
    writing = [
        (used, _order(evidence, used))
        for used in used_listeners(evidence)
        # Services that take more than the master are OX479's.
        if used.writes and used.taken.options == ("master",)
    ]
    for (used, mine), (usual, theirs) in odd_ones((each, each[1]) for each in writing):
        yield RULE.finding(
            f"{used.host} sends writes to {_told(mine)}, {usual.host} to {_told(theirs)}",
            *_places(used),
            *_places(usual),
        )
    if len({used.host for used, _ in writing}) > 1:
        yield from _sticky([used for used, _ in writing])


def _order(evidence: Evidence, used: Used) -> Order:
    return tuple(
        tuple(sorted(evidence.name_of(server.address or server.name) for server in group))
        for group in used.taken.writers
    )


def _told(order: Order) -> str:
    groups = [group[0] if len(group) == 1 else f"one of {', '.join(group)}" for group in order]
    return ", then ".join(groups) or "nobody"


def _places(used: Used) -> Iterator[Place]:
    monitor = used.taken.proxy.artifact.monitor_of(used.taken.service)
    if not used.taken.by_priority:
        yield used.taken.proxy.at(monitor.line_of("use_priority")) if monitor else used.taken.at("cluster")
        return
    for server in used.taken.servers:
        yield used.taken.proxy.at(server.line_of("priority"))


def _sticky(writing: list[Used]) -> Iterator[Finding]:
    found = []
    for used in writing:
        monitor = used.taken.proxy.artifact.monitor_of(used.taken.service)
        if monitor is not None and monitor.disable_master_failback is True:
            found.append(used.taken.proxy.at(monitor.line_of("disable_master_failback")))
    if found:
        yield RULE.finding(
            "disable_master_failback is on, and several MaxScales take writes: one that is restarted may choose "
            "another writer than the others keep",
            *dict.fromkeys(found),
        )


RULE = Rule(
    code="OX476",
    name="maxscale-writers-differ",
    severity=Severity.ERROR,
    title="Two MaxScales may send writes to different servers",
    why=(
        "The MaxScales know nothing of each other; only the same priorities on all of them, and no memory of an "
        "earlier failure, make them choose the same writer. With two writers Galera refuses commits under load, and "
        "users get errors."
    ),
    remedy=(
        "Write use_priority=true, the same priority for each server and disable_master_failback=false on every host."
    ),
    source="MaxScale's documentation, galeramon: use_priority, root_node_as_master and disable_master_failback",
    daemons="From its documentation: MaxScale starts; it sees one host.",
    check=check,
)
