"""OX479: a service of MaxScale takes servers that its calls are not for."""

from collections.abc import Iterator

from oxconf.evidence import Evidence
from oxconf.rules._maxscale_listeners import used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at readconnroute's options: `master` alone for writes, and never `running`, which says nothing of Galera."""
    for used in used_listeners(evidence):
        service, options = used.taken.service, used.taken.options
        if service.router != "readconnroute" or len(used.taken.servers) < 2:
            continue
        told = ",".join(options) if service.router_options else "none, which means running"
        name = f'the service "{service.name}" of {used.host}'
        if used.writes and options != ("master",):
            text = f"{name} takes writes, and its router_options are {told}: it spreads them over several servers"
        elif "running" in options:
            text = f"{name} has the router_options {told}: it takes servers that are not in sync"
        else:
            continue
        caller = next((client for client in used.clients if client.writes), used.clients[0])
        yield RULE.finding(text, used.taken.at("router_options"), caller.place)


RULE = Rule(
    code="OX479",
    name="maxscale-router-options",
    severity=Severity.ERROR,
    title="A service of MaxScale takes servers that its calls are not for",
    why=(
        "Writes that are spread over the nodes of Galera refuse each other's commits. A node that runs but is not in "
        "sync answers each statement with an error, or with old data while it catches up."
    ),
    remedy="Write router_options=master into the service for writes, and router_options=synced into that for reads.",
    source="MaxScale's documentation, readconnroute: router_options, whose default is running",
    daemons="From its documentation: MaxScale starts.",
    check=check,
)
