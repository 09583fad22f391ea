"""OX807: a file with passwords can be read by everybody on the host."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._secrets import secrets

OTHERS = 0o007


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the modes of the files that hold passwords, where they are known."""
    found: dict[tuple[str, int], list[Place]] = {}
    for host in evidence.hosts:
        for path in dict.fromkeys(each.place.path for each in secrets(host)):
            mode = host.files[path].mode
            if mode is not None and mode & OTHERS:
                found.setdefault((path, mode), []).append(Place(host.name, path))
    for (path, mode), places in found.items():
        right = mode & 0o770
        yield RULE.finding(
            f"{path} on {listed(place.host for place in places)} holds a password and has the mode {mode:04o}",
            *places,
            remedy=f"Run chmod {right:04o} {path}, and change the password if others had a login there.",
        )


RULE = Rule(
    code="OX807",
    name="secret-readable",
    severity=Severity.ERROR,
    title="Everybody on the host can read a password",
    why="Whoever gets a foot into the host, through a web page for instance, has the database with all mail accounts.",
    remedy="Take the rights of others away: mode 0640 with the daemon's group, or 0600.",
    source="chmod(1)",
    daemons="keepalived and OX take any mode; MariaDB ignores an option file only when others may write it.",
    check=check,
)
