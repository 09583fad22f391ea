"""OX001: a line that its daemon refuses, passes over or reads as something else."""

from collections.abc import Iterator
from difflib import get_close_matches

from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.my_cnf import MyCnf, is_included
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.evidence import SERVER_GROUPS, Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import optionfile

_SERVER_FILES = (GtidCnf.path, HostCnf.path, OxCnf.path, WsrepCnf.path)
_GROUPS = ("mysqld", "mariadb", "mariadbd", "server", "galera")
_PROGRAMS = frozenset({"mysql", "mysqldump"})
"""Groups of other programs whose names are nearly the server's."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Take what the readers of all files complained about."""
    for host in evidence.hosts:
        for place, message in (*_option_files(host), *_others(host)):
            yield RULE.finding(message.rstrip("."), place)


def _is_option_file(path: str) -> bool:
    return path == MyCnf.path or is_included(path)


def _option_files(host: HostEvidence) -> Iterator[tuple[Place, str]]:
    """Judge option files by their syntax alone: in any of them any option of the server may stand."""
    for place, group in _groups(host):
        yield place, f"The server does not read the group [{group}], so that no option of the file counts"
    for path in sorted(filter(_is_option_file, host.files)):
        document = host.document(optionfile.parse, path)
        for problem in document.problems:
            yield Place(host.name, path, problem.line), problem.message
        for option in document.options():
            name, blank, _ = option.key.partition(" ")
            if blank:
                message = f"The server stops because there is no = behind {name}"
                yield Place(host.name, path, option.line), message


def _groups(host: HostEvidence) -> Iterator[tuple[Place, str]]:
    """Yield groups that are spelt nearly as one of the server's, in those of our files that have none of these."""
    for path in _SERVER_FILES:
        document = optionfile.parse(host.files[path].text if path in host.files else "")
        groups = [item for item in document.items if isinstance(item, optionfile.Group)]
        if not any(SERVER_GROUPS.fullmatch(item.name) for item in groups):
            for item in groups:
                # What has other characters than letters is for one of several servers, or of another program.
                near = get_close_matches(item.name.lower(), _GROUPS, cutoff=0.75)
                if near and item.name.isalpha() and item.name not in _PROGRAMS:
                    yield Place(host.name, path, item.line), item.name


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
