"""OX452: HAProxy takes the answer of the health check for something else than it says."""

import re
from collections.abc import Iterator

from oxconf.artifacts.clustercheck import ClustercheckService
from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener
from oxconf.deployment.topology import CLUSTERCHECK_PORT
from oxconf.evidence import Evidence, Place
from oxconf.rules._database_listeners import servers_of
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import haproxy

FIT, UNFIT = 200, 503
"""What clustercheck answers, ours and that of Percona."""

_CODES = re.compile(r"[0-9]{3}(?:-[0-9]{3})?(?:,[0-9]{3}(?:-[0-9]{3})?)*", re.ASCII)


def check(evidence: Evidence) -> Iterator[Finding]:
    """Ask of each listener whose servers are asked on clustercheck's port what it makes of the two answers."""
    seen: set[Place] = set()
    for proxy in evidence.find(HaproxyCfg):
        lines = {
            line.words: proxy.at(line.line)
            for section in proxy.host.document(haproxy.parse, proxy.path).children
            for line in section.lines
        }
        for listener in proxy.artifact.listeners:
            words = _expected(evidence, listener)
            good, bad = _accepts(words, FIT), _accepts(words, UNFIT)
            if None in (good, bad) or (good and not bad):
                continue
            place = lines.get(words, proxy.at(listener.line))
            if place not in seen:
                seen.add(place)
                what = (
                    f"a server that answers {FIT} for down"
                    if not good
                    else f"one that answers {UNFIT} for up"
                )
                yield RULE.finding(
                    f'the listener "{listener.name}" of {proxy.host.name} takes {what}: {" ".join(words)}',
                    place,
                )


def _expected(evidence: Evidence, listener: Listener) -> tuple[str, ...]:
    """Return the last `http-check expect` of a listener that asks clustercheck; empty where there is none."""
    health = listener.health
    asks = any(
        server.check and server.check_port == CLUSTERCHECK_PORT and ClustercheckService.path in host.files
        for server, host in servers_of(evidence, listener.servers)
    )
    if health is None or not asks or health.option[0] != "httpchk":
        return ()
    return next((step for step in reversed(health.steps) if step[:2] == ("http-check", "expect")), ())


def _accepts(words: tuple[str, ...], status: int) -> bool | None:
    """Whether a status is what HAProxy expects; None for an expectation of another kind."""
    said = words[2:]
    wanted = said[:1] != ("!",)
    if not wanted:
        said = said[1:]
    if len(said) != 2 or said[0] != "status" or not _CODES.fullmatch(said[1]):
        return None
    ranges = (codes.partition("-") for codes in said[1].split(","))
    return any(int(low) <= status <= int(high or low) for low, _, high in ranges) is wanted


RULE = Rule(
    code="OX452",
    name="health-check-misread",
    severity=Severity.ERROR,
    title="HAProxy expects another answer than the health check gives for a server that is well",
    why=(
        "Every server that is well counts as down, so OX has no database; or a server that is not well counts as up "
        "and gets its share of the requests."
    ),
    remedy="Write http-check expect status 200.",
    source="clustercheck answers 200 or 503; HAProxy manual, http-check expect",
    daemons="haproxy -c: valid. When it runs: Layer7 wrong status, code: 200.",
    check=check,
)
