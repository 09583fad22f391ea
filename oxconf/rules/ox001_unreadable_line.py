"""OX001: a line that its daemon refuses, passes over or reads as something else."""

from collections.abc import Iterator

from oxconf.artifacts.my_cnf import MyCnf, is_included
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import optionfile


def check(evidence: Evidence) -> Iterator[Finding]:
    """Take what the readers of all files complained about."""
    for host in evidence.hosts:
        for place, message in (*_option_files(host), *_others(host)):
            yield RULE.finding(message.rstrip("."), place)


def _is_option_file(path: str) -> bool:
    return path == MyCnf.path or is_included(path)


def _option_files(host: HostEvidence) -> Iterator[tuple[Place, str]]:
    """Judge option files by their syntax alone: in any of them any option of the server may stand."""
    for path in sorted(filter(_is_option_file, host.files)):
        document = optionfile.parse(host.files[path].text)
        for problem in document.problems:
            yield Place(host.name, path, problem.line), problem.message
        for option in document.options():
            name, blank, _ = option.key.partition(" ")
            if blank:
                message = f"The server stops because there is no = behind {name}"
                yield Place(host.name, path, option.line), message


def _others(host: HostEvidence) -> Iterator[tuple[Place, str]]:
    return ((place, message) for place, message in host.problems() if not _is_option_file(place.path))


RULE = Rule(
    code="OX001",
    name="unreadable-line",
    severity=Severity.ERROR,
    title="A line that its daemon can not read, or reads otherwise than it looks",
    why=(
        "The daemon refuses the file, or it passes the line over without a word and runs with a default that nobody "
        "chose. What the line was meant to say can not be checked against the other hosts either."
    ),
    remedy="Write the line as its file's format demands.",
    source="the formats as their daemons read them: see the reference of each file",
    daemons="Some refuse the whole file, some print a warning, java.util.Properties and systemd go on silently.",
    check=check,
)
