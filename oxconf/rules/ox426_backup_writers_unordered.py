"""OX426: two backups of a listener for writes take turns, and the first does not get back what the second holds."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database_listeners import used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for listeners that a writeUrl leads to and that name two or more backups themselves."""
    for used in used_listeners(evidence):
        backups = [server for server in used.listener.servers if server.backup and not server.disabled]
        # With option allbackups they are written to at the same time, which is OX416's.
        if used.writes and len(backups) > 1 and not used.listener.all_backups:
            first, *rest = (server.name for server in backups)
            yield RULE.finding(
                f'the listener "{used.listener.name}" of {used.proxy.host.name} leaves connections on {listed(rest)} '
                f"when {first} is back and takes the new ones",
                *(used.proxy.at(server.line) for server in backups),
            )


RULE = Rule(
    code="OX426",
    name="backup-writers-unordered",
    severity=Severity.WARNING,
    title="Two backups of a listener for writes may both hold connections",
    why=(
        "HAProxy closes the connections on backups only when a server without backup comes back. While the writer is "
        "away and its first backup was away too, those on the second stay there: two servers are written to, and "
        "users' commits fail."
    ),
    remedy=(
        "Leave one backup, which leads to a second listener of the same HAProxy; there the first backup stands without "
        "the word backup, with on-marked-up shutdown-backup-sessions, and the next one behind it."
    ),
    source="measured with HAProxy 2.6; HAProxy manual, on-marked-up: when a non-backup server is marked up",
    daemons="haproxy -c: valid.",
    check=check,
)
