"""OX019: nothing can be read of a host, whose bundle is damaged."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Name every host that could not be read, beside what is found on the others."""
    for each in evidence.unreadable:
        yield RULE.finding(f"{each.host} is not judged: {each.why}", Place(each.host, each.file))


RULE = Rule(
    code="OX019",
    name="host-unreadable",
    severity=Severity.ERROR,
    title="The archive or the manifest of a host can not be read",
    why="Nothing of this host is judged, nor what the others have in common with it; its installer would refuse it.",
    remedy="Render the bundle again, or copy it again from where it is whole: `sha256sum -c SHA256SUMS` says which.",
    source="the form of the bundles that oxconf writes",
    daemons="No daemon knows of the bundle.",
    check=check,
)
