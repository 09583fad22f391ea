"""OX446: HAProxy takes database connections for something else than plain TCP."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._database_listeners import used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the mode of every listener that database URLs lead to; tcp is HAProxy's default."""
    for used in used_listeners(evidence):
        listener = used.listener
        if listener.mode not in (None, "tcp"):
            yield RULE.finding(
                f'the listener "{listener.name}" of {used.proxy.host.name} has mode {listener.mode}, '
                "but OX reaches its database there",
                used.proxy.at(listener.line),
                *dict.fromkeys(client.place for client in used.clients),
            )


RULE = Rule(
    code="OX446",
    name="database-listener-not-tcp",
    severity=Severity.ERROR,
    title="A listener for the database does not have mode tcp",
    why=(
        "In mode http HAProxy waits for a request, while the driver waits for the server's greeting: every connection "
        "ends in a timeout, and nobody can log in. Debian's own haproxy.cfg has mode http in its defaults."
    ),
    remedy="Write mode tcp into the listener, or into the defaults section before it.",
    source="HAProxy, Configuration Manual, mode; the package haproxy of Debian",
    daemons="haproxy -c: Configuration file is valid.",
    check=check,
)
