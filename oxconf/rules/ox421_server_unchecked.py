"""OX421: HAProxy sends connections to servers whose health it never asks for."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database_listeners import used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for servers without `check` in listeners of several servers that a database URL leads to."""
    for used in used_listeners(evidence):
        blind = [server for server in used.databases if not server.check]
        if blind and len(used.listener.servers) > 1:
            yield RULE.finding(
                f'the listener "{used.listener.name}" of {used.proxy.host.name} never checks '
                f"{listed(server.name for server in blind)}",
                *(used.proxy.at(server.line) for server in blind),
            )


RULE = Rule(
    code="OX421",
    name="server-unchecked",
    severity=Severity.ERROR,
    title="HAProxy does not check its servers",
    why=(
        "A server without check counts as up for ever: its share of the connections goes to a dead host, and no backup "
        "ever takes over."
    ),
    remedy="Write check on each server line, or in default-server, with the port of the health check.",
    source="HAProxy manual, check: without it a server is always considered available",
    daemons="haproxy -c: valid.",
    check=check,
)
