"""OX013: a file of a bundle is not as it was rendered."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Name every file whose digest is not that of the manifest, one finding for each host."""
    for host in evidence.hosts:
        if host.changed:
            number = len(host.changed)
            yield RULE.finding(
                f"{number} file{'s' if number > 1 else ''} of {host.name} "
                f"{'are' if number > 1 else 'is'} not as rendered",
                *(Place(host.name, path) for path in host.changed),
            )


RULE = Rule(
    code="OX013",
    name="file-changed",
    severity=Severity.WARNING,
    title="A file of a bundle differs from what was rendered",
    why="It was edited by hand, and the next render undoes that; or it was damaged on the way.",
    remedy="Put the change into cluster.toml and render again; `sha256sum -c SHA256SUMS` names the files as well.",
    source="the digests in the manifest that oxconf writes beside the files",
    daemons="No daemon knows of the bundle.",
    check=check,
)
