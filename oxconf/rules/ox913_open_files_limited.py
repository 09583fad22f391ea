"""OX913: systemd lets the database server open fewer files than it is told to keep open."""

import re
from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import number
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import unit

_UNIT = re.compile(r"/etc/systemd/system/(?:mariadb|mysql|mysqld)\.service(?:\.d/[^/]+\.conf)?")
"""The unit of the server and its drop-ins; the packages give it more than one name."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare LimitNOFILE, where a file of the host sets it, with open_files_limit."""
    for server in evidence.databases:
        option, found = server.option("open_files_limit"), _limit(server)
        wanted = number(option)
        if option is None or wanted is None or found is None:
            continue
        limit, place = found
        if limit < wanted:
            yield RULE.finding(
                f"the unit of {server.name} may open {limit} files, but its server asks for {wanted}",
                place,
                option.place,
            )


def _limit(server: HostEvidence) -> tuple[int, Place] | None:
    """Return the limit that counts and its line; None where none is set, or it is no number."""
    found = None
    for path in sorted(filter(_UNIT.fullmatch, server.files), key=_order):
        for entry in server.document(unit.parse, path).values("Service", "LimitNOFILE"):
            found = entry.value, Place(server.name, path, entry.line)
    if found is None:
        return None
    # `soft:hard`: the server raises the soft one by itself.
    hard = found[0].rpartition(":")[2].strip()
    return (int(hard), found[1]) if hard.isdecimal() else None


def _order(path: str) -> tuple[bool, str]:
    """The unit first, then its drop-ins in the order of their names, whichever folder they are in."""
    return ".service.d/" in path, path.rpartition("/")[2]


RULE = Rule(
    code="OX913",
    name="open-files-limited",
    severity=Severity.WARNING,
    title="The limit of the database server's unit is below its open_files_limit",
    why=(
        "The server starts with what it gets, and cuts its table cache and in the end its connections down to it. With "
        "many schemas it opens and closes tables all the time, and everything gets slower as users are added."
    ),
    remedy="Raise LimitNOFILE in the drop-in of the server's unit to open_files_limit or more, and restart the server.",
    source="systemd.exec(5), LimitNOFILE; MariaDB manual, open_files_limit; measured with MariaDB 10.11",
    daemons=(
        "systemd-analyze verify: accepted. mariadbd starts and warns in its log: Could not increase number of "
        "max_open_files; table_cache: 709 (was 4000)."
    ),
    check=check,
)
