"""OX413: HAProxy closes connections that the pools of OX still count on."""

from collections.abc import Iterator

from oxconf.artifacts._time import Milliseconds
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._database_listeners import Used, used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the timeouts of each used listener with the longest maxLifeTime of the pools behind its URLs."""
    found: dict[tuple[str, str, Place], list[tuple[str, Place]]] = {}
    for used in used_listeners(evidence):
        life, place = max(_lives(used), default=(0, None))
        timeouts = used.listener.timeouts
        short = [
            f"timeout {name} {value}"
            for name, value in (("client", timeouts.client), ("server", timeouts.server))
            if value is not None and 0 < value.value <= life
        ]
        if short and place is not None:
            told = f"{listed(short)}, but OX on {place.host} keeps connections for {Milliseconds(life)}"
            listener = (f'"{used.listener.name}"', used.proxy.at(used.listener.line))
            found.setdefault((used.proxy.host.name, told, place), []).append(listener)
    for (host, told, place), listeners in found.items():
        names = listed(name for name, _ in listeners)
        yield RULE.finding(f"HAProxy on {host} has for {names} {told}", *(at for _, at in listeners), place)


def _lives(used: Used) -> Iterator[tuple[int, Place]]:
    for client in used.clients:
        life = client.file.artifact.max_life_time
        if life is not None:
            yield life, client.file.place("max_life_time")


RULE = Rule(
    code="OX413",
    name="haproxy-timeout-below-pool",
    severity=Severity.ERROR,
    title="HAProxy closes database connections before OX does",
    why=(
        "A pool hands out a connection that HAProxy has closed in the meantime, and the request fails with a "
        "communications error. Under load it looks like a broken database."
    ),
    remedy="Set timeout client and timeout server above maxLifeTime of configdb.properties: 20m for its 600000.",
    source="the tutorial: timeouts other than the defaults, or HAProxy kills active connections; oxpedia, HAproxy: 20m",
    daemons="haproxy -c: valid.",
    check=check,
)
