"""OX122: a node's connector listens on every network."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.evidence import Evidence
from oxconf.rules._addresses import is_every
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import listed


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for connectors that are bound to all addresses."""
    nodes = [
        node
        for node in evidence.find(AjpProperties)
        if node.artifact.bind_address is not None and is_every(node.artifact.bind_address)
    ]
    if nodes:
        verb = "listens" if len(nodes) == 1 else "listen"
        yield RULE.finding(
            f"{listed(node.host.name for node in nodes)} {verb} for AJP on every address",
            *(node.place("bind_address") for node in nodes),
        )


RULE = Rule(
    code="OX122",
    name="ajp-open",
    severity=Severity.WARNING,
    title="A node's connector listens on every address",
    why=(
        "AJP has no password, and whoever speaks it sets what a web server would vouch for: the client's address and "
        "who is logged in. The rules of the web servers, those for SOAP among them, do not count there."
    ),
    remedy="Set AJP_BIND_ADDR (oxinstaller --ajp-bind-port) to the node's address on the cluster's network.",
    source="CVE-2020-1938 for what an open AJP port means; the tutorial's example has *",
    daemons="OX starts.",
    check=check,
)
