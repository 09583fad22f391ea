"""OX601: two caches of one host want the same port."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._caches import SESSIONS, SHARED, Cache, named, of_host
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare TcpListenerPort of the cache files of each host."""
    for host in evidence.hosts:
        first: dict[int, Cache] = {}
        for cache in of_host(host, (*SHARED, *SESSIONS)):
            port = cache.artifact.tcp_listener_port
            if port is None:
                continue
            other = first.setdefault(port, cache)
            if other is not cache:
                yield RULE.finding(
                    f"{named(other)} and {named(cache)} listen on the same TCP port, {port}",
                    cache.place("tcp_listener_port"),
                    other.place("tcp_listener_port"),
                )


RULE = Rule(
    code="OX601",
    name="listener-port-duplicate",
    severity=Severity.ERROR,
    title="Two caches of one host have the same TcpListenerPort",
    why=(
        "The second one can not listen and hears of no change: users see old folders and settings until these leave "
        "the cache, or are thrown back to the login page where it is the session cache."
    ),
    remedy=(
        "Use three ports on each host: 57461 for the admin daemon, 57462 for the groupware, 57463 for the session "
        "cache."
    ),
    source="the tutorial: the TcpListenerPort parameters must be different",
    daemons="java.util.Properties: silent. OX starts and logs that the address is already in use.",
    check=check,
)
