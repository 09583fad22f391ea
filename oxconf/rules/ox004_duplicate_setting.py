"""OX004: a key stands twice in a properties file, with different values."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import properties

FILES = ("/opt/open-xchange/etc/*.properties", "/opt/open-xchange/etc/*.ccf")


def check(evidence: Evidence) -> Iterator[Finding]:
    """Read the properties files of Open-Xchange, those that oxconf does not write as well."""
    for host in evidence.hosts:
        yield from _host(host)


def _host(host: HostEvidence) -> Iterator[Finding]:
    for path in sorted(host.files):
        if not any(fnmatchcase(path, pattern) for pattern in FILES):
            continue
        for entries in host.document(properties.parse, path).duplicates():
            if len({entry.value for entry in entries}) == 1:
                continue
            *before, last = entries
            # Values are not shown: one of them may be a password.
            yield RULE.finding(
                f"{host.name} has {last.key} {len(entries)} times in one file, with different values; "
                f"line {last.line} counts",
                Place(host.name, path, last.line),
                *(Place(host.name, path, entry.line) for entry in before),
            )


RULE = Rule(
    code="OX004",
    name="duplicate-setting",
    severity=Severity.ERROR,
    title="A key stands more than once in a properties file, with different values",
    why=(
        "Java keeps the last one. Whoever changes the first one sees a right file and a server that does not follow, "
        "and may look for the reason elsewhere for a long time."
    ),
    remedy="Keep one of the lines.",
    source="java.util.Properties.load: the last of several equal keys wins",
    daemons="java.util.Properties: silent.",
    check=check,
)
