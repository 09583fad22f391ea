"""OX428: HAProxy notices a dead database server only after requests have given up."""

from collections.abc import Iterator

from oxconf.artifacts._time import SECOND, Milliseconds
from oxconf.artifacts.haproxy_cfg import Server
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._database_listeners import Used, used_listeners
from oxconf.rules._rule import Finding, Rule, Severity

INTERVAL = 2 * SECOND
FALL = 3
"""HAProxy's defaults."""

MAX_WAIT = 10 * SECOND
"""maxWait of configdb.properties as shipped."""

QUICK = 3 * SECOND
"""Within this time no check is called late, however short maxWait is. OURS: as quick as VRRP with its default."""


FARTHER = {"wan": 5 * SECOND}
"""The same where the hosts stand farther apart. OURS: inter 4s and fastinter 800ms, as `network.span` has them."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the time until each server counts as down with the shortest maxWait of the pools in front of it."""
    quick = FARTHER.get(evidence.cluster.span or "", QUICK)
    found: dict[tuple[str, int, int], list[tuple[str, Place]]] = {}
    waits: dict[tuple[str, int, int], Place] = {}
    for used in used_listeners(evidence):
        wait, place = min(_waits(used), key=lambda each: each[0], default=(MAX_WAIT, used.clients[0].place))
        for server in used.databases:
            if server.check and not server.disabled and (time := until_down(server)) > max(wait, quick):
                key = (used.proxy.host.name, time, wait)
                waits.setdefault(key, place)
                found.setdefault(key, []).append((server.name, used.proxy.at(server.line)))
    for (host, time, wait), servers in found.items():
        names = listed(dict.fromkeys(name for name, _ in servers))
        yield RULE.finding(
            f"HAProxy on {host} sends connections to a dead {names} for up to {Milliseconds(time)}, "
            f"but a request waits {Milliseconds(wait)} for one",
            *dict.fromkeys(line for _, line in servers),
            waits[host, time, wait],
        )


def until_down(server: Server) -> int:
    """Return the milliseconds from the death of a server, right after a check, to the check that takes it out."""
    interval = server.inter.value if server.inter else INTERVAL
    fast = server.fastinter.value if server.fastinter else interval
    fall = FALL if server.fall is None else server.fall
    return interval + (fall - 1) * fast


def _waits(used: Used) -> Iterator[tuple[int, Place]]:
    for client in used.clients:
        wait = client.file.artifact.max_wait
        if wait is not None:
            yield wait, client.file.place("max_wait")


RULE = Rule(
    code="OX428",
    name="dead-server-kept",
    severity=Severity.WARNING,
    title="HAProxy keeps a dead database server for longer than OX waits for a connection",
    why=(
        "Until enough checks have failed, HAProxy sends connections to a server that is gone. Those who wait longer "
        "than maxWait get an error instead of a pause: logins fail, and for the server that takes the writes nothing "
        "can be saved at all."
    ),
    remedy=(
        "Check more often or let fewer failures count: inter 1s fastinter 200ms rise 2 fall 2 takes a dead server out "
        "in 1.2 seconds."
    ),
    source=(
        "HAProxy, Configuration Manual: inter, fastinter and fall, by default 2s, inter and 3; configdb.properties as "
        "shipped: maxWait=10000"
    ),
    daemons="haproxy -c: valid.",
    check=check,
)
