"""OX467: a director sends calls to servers whose health it never asks for."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._directed import directed
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for real servers without any check in services of several servers."""
    for each in directed(evidence):
        blind = [server for server in each.service.servers if not server.checks]
        if blind and len(each.service.servers) > 1:
            yield RULE.finding(
                f"keepalived at {each.name} never checks "
                f"{listed(evidence.name_of(str(server.address)) for server in blind)}",
                *(each.file.at(server.line) for server in blind),
            )


RULE = Rule(
    code="OX467",
    name="real-server-unchecked",
    severity=Severity.ERROR,
    title="A director does not check a server behind it",
    why=(
        "A real_server without a check counts as up for ever: its share of the connections goes to a dead host, and "
        "where it has the highest weight of a service for writes, nobody takes over."
    ),
    remedy="Write HTTP_GET with connect_port 9200 and status_code 200 into each real_server.",
    source="keepalived.conf(5), real_server: health checkers",
    daemons="keepalived -t: no word.",
    check=check,
)
