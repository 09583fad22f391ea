"""OX425: connections stay on a writer that is no longer the writer."""

from collections.abc import Iterator

from oxconf.artifacts.haproxy_cfg import Server
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database_listeners import Used, used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the listeners for writes that have a backup to go to."""
    for used in used_listeners(evidence):
        if used.writes and any(server.backup for server in used.listener.servers):
            yield from _check(used)


def _check(used: Used) -> Iterator[Finding]:
    name = f'the listener "{used.listener.name}" of {used.proxy.host.name}'
    down = [server for server in used.databases if server.on_marked_down != "shutdown-sessions"]
    if down:
        yield RULE.finding(
            f"{name} keeps the connections to {_names(down)} when it goes down",
            *(used.proxy.at(server.line) for server in down),
            remedy="Write on-marked-down shutdown-sessions on every server of the listener, or in default-server.",
        )
    up = [
        server
        for server in used.databases
        if server in used.active and server.on_marked_up != "shutdown-backup-sessions"
    ]
    if up:
        yield RULE.finding(
            f"{name} keeps the connections to its backups when {_names(up)} is back",
            *(used.proxy.at(server.line) for server in up),
            remedy="Write on-marked-up shutdown-backup-sessions on the server without backup.",
        )


def _names(servers: list[Server]) -> str:
    return listed(server.name for server in servers)


RULE = Rule(
    code="OX425",
    name="sessions-survive",
    severity=Severity.WARNING,
    title="Connections stay on a server that is not the writer any more",
    why=(
        "HAProxy moves new connections only. Those in the pools stay where they were for minutes: on a server that "
        "hangs, or on a backup beside the writer that is back, which makes two writers."
    ),
    remedy="Write on-marked-down shutdown-sessions on all, on-marked-up shutdown-backup-sessions on the writer.",
    source="measured with HAProxy 2.6 and Galera; HAProxy manual, on-marked-down and on-marked-up",
    daemons="haproxy -c: valid.",
    check=check,
)
