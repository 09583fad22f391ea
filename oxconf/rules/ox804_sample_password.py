"""OX804: a password is one that manuals and examples publish."""

from collections.abc import Iterator

from oxconf.deployment.secrets import SAMPLES
from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._secrets import purpose_text, secrets


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare every password with the published ones, without showing it."""
    found: dict[str, list[Place]] = {}
    for host in evidence.hosts:
        for each in secrets(host):
            if each.secret.value in SAMPLES:
                found.setdefault(each.secret.purpose, []).append(each.place)
    for purpose, places in found.items():
        yield RULE.finding(f"{purpose_text(purpose)} is a published sample", *places)


RULE = Rule(
    code="OX804",
    name="sample-password",
    severity=Severity.ERROR,
    title="A password is a published sample",
    why="Everybody who reads the tutorial or the product's example files knows it; it is the first one to be tried.",
    remedy="Choose a new password, and change it in the database or the product as well.",
    source="the passwords of the tutorial and of the shipped example files",
    daemons="They take it.",
    check=check,
)
