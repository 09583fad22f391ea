"""OX137: OX nodes of one cluster register under different server names."""

from collections.abc import Iterator

from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare --servername of all nodes."""
    named = [
        (node, node.artifact.server_name) for node in evidence.find(OxInstaller) if node.artifact.server_name
    ]
    for node, reference in odd_ones(named):
        yield RULE.finding(
            f'{node.host.name} is the server "{node.artifact.server_name}", '
            f'but {reference.host.name} is "{reference.artifact.server_name}"',
            node.place("server_name"),
            reference.place("server_name"),
        )


RULE = Rule(
    code="OX137",
    name="server-name-differs",
    severity=Severity.ERROR,
    title="OX nodes of one cluster have different server names",
    why=(
        "A server in Open-Xchange is the whole cluster. A node with another name looks for contexts and databases that "
        "are registered for that name and finds none: whoever is sent to it can not log in."
    ),
    remedy="Give oxinstaller the same --servername on every node, the one that registerserver got.",
    source="the tutorial: the nodes are one server, and all its oxinstaller calls say --servername=oxserver",
    daemons="OX starts; the logins on that node fail.",
    check=check,
)
