"""OX473: MaxScale closes connections that the pools of OX still count on."""

from collections.abc import Iterator

from oxconf.artifacts._time import Milliseconds
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._maxscale_listeners import Used, used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare wait_timeout of each used service with the longest maxLifeTime of the pools behind its URLs."""
    found: dict[tuple[str, str, Place], list[Used]] = {}
    for used in used_listeners(evidence):
        life, place = max(_lives(used), default=(0, None))
        idle = used.taken.service.wait_timeout
        # 0 means never.
        if idle is not None and place is not None and 0 < idle.value <= life:
            told = f"after {idle}, but OX on {place.host} keeps them for {Milliseconds(life)}"
            found.setdefault((used.host, told, place), []).append(used)
    for (host, told, place), several in found.items():
        names = listed(f'"{used.taken.service.name}"' for used in several)
        yield RULE.finding(
            f"MaxScale on {host} closes idle connections of {names} {told}",
            *(used.taken.at("wait_timeout") for used in several),
            place,
        )


def _lives(used: Used) -> Iterator[tuple[int, Place]]:
    for client in used.clients:
        life = client.file.artifact.max_life_time
        if life is not None:
            yield life, client.file.place("max_life_time")


RULE = Rule(
    code="OX473",
    name="maxscale-timeout-below-pool",
    severity=Severity.ERROR,
    title="MaxScale closes database connections before OX does",
    why=(
        "A pool hands out a connection that MaxScale has closed in the meantime, and the request fails with a "
        "communications error, now and then and mostly after a quiet time."
    ),
    remedy="Set wait_timeout of the service above maxLifeTime of configdb.properties: 20m for its 600000.",
    source="MaxScale's Configuration Guide, wait_timeout: timeouts of the client's pools should be lower",
    daemons="From its documentation: MaxScale starts, and logs a warning for each connection that it closes.",
    check=check,
)
