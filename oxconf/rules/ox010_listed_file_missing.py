"""OX010: a file that the manifest of a host lists is not there."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Name every file that is listed and missing, one finding for each host, and what stands in the place of files."""
    for host in evidence.hosts:
        if host.missing:
            number = len(host.missing)
            yield RULE.finding(
                f"{number} file{'s' if number > 1 else ''} of {host.name} {'are' if number > 1 else 'is'} missing, "
                f"though its manifest.json lists {'them' if number > 1 else 'it'}",
                *(Place(host.name, path) for path in host.missing),
            )
        if host.unlisted:
            yield RULE.finding(
                f"{host.name} has no manifest.json: what it should hold, and whether it was edited, is not known",
                Place(host.name, "manifest.json"),
                remedy="Render the bundle again.",
            )
        for path in host.links:
            yield RULE.finding(
                f"{path} of {host.name} is a link, or lies behind one; links are not followed",
                Place(host.name, path),
                remedy="Put the file itself in its place, or render the bundle again.",
            )


RULE = Rule(
    code="OX010",
    name="listed-file-missing",
    severity=Severity.ERROR,
    title="A bundle lacks a file that its manifest lists",
    why="What is missing can not be judged, and the host would keep the file that it has, or none.",
    remedy="Render the bundle again, or take the file out of manifest.json where it is meant to be missing.",
    source="the manifest that oxconf writes beside the files",
    daemons="No daemon knows of the bundle.",
    check=check,
)
