"""OX122: a node's connector listens on every network."""

from collections.abc import Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._addresses import is_every
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for connectors that are bound to all addresses, or will be once oxinstaller has run."""
    places = [place for host in evidence.hosts if (place := _open(host)) is not None]
    if places:
        verb = "listens" if len(places) == 1 else "listen"
        yield RULE.finding(
            f"{listed(place.host for place in places)} {verb} for AJP on every address", *places
        )


def _open(host: HostEvidence) -> Place | None:
    node, script = host.find(AjpProperties), host.find(OxInstaller)
    if node is not None and node.artifact.bind_address is not None:
        return node.place("bind_address") if is_every(node.artifact.bind_address) else None
    if script is not None and script.artifact.ajp_bind_address is not None:
        return script.place("ajp_bind_address") if is_every(script.artifact.ajp_bind_address) else None
    return None


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
