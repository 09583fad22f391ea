"""What `haproxy.cfg` can hold. Texts and ranges: HAProxy 2.6, configuration manual."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Setting, Statement, entry
from oxconf.deployment.origin import Mark
from oxconf.syntax import haproxy

_MANUAL = "HAProxy configuration manual"
_DEBIAN = "haproxy.cfg as Debian ships it"
_TWO_WORDS = {"timeout", "option", "stats", "http-check"}
_FLAGS = {"check", "backup", "disabled"}

SETTINGS: tuple[Setting, ...] = (
    entry(
        "global log",
        "text",
        "Where HAProxy logs to, and from which level on.",
        Mark.OURS,
        "changes of a server's state and errors; a line for each connection of the pools helps nobody",
    ),
    entry("global chroot", "path", "Folder that the process locks itself into.", Mark.SOURCE, _DEBIAN),
    entry(
        "global stats socket",
        "path",
        "Socket to look at the servers and to take one out by hand, with its mode and rights.",
        Mark.SOURCE,
        _DEBIAN,
    ),
    entry("global user", "text", "User of the process.", Mark.SOURCE, _DEBIAN),
    entry("global group", "text", "Group of the process.", Mark.SOURCE, _DEBIAN),
    entry(
        "global maxconn",
        "number",
        "Connections of all listeners together.",
        Mark.OURS,
        name="max_connections",
        minimum=1,
    ),
    entry(
        "global spread-checks",
        "number",
        "By how much the times of the health checks are shifted.",
        Mark.SOURCE,
        "the servers are not asked by all hosts in the same moment (oxpedia, HAproxy)",
        unit="percent",
        minimum=0,
        maximum=50,
    ),
    entry("log", "text", "Whether a listener logs where `global` says.", Mark.SOURCE, _DEBIAN),
    entry(
        "option log-health-checks",
        "switch",
        "Logs each change of a server's state.",
        Mark.OURS,
        "what happened in the night is in the log",
    ),
    entry(
        "retries",
        "number",
        "How often a connection that is refused is tried again.",
        Mark.SOURCE,
        f"the default ({_MANUAL})",
        minimum=0,
    ),
    entry(
        "option redispatch",
        "number",
        "Every how many retries another server may be taken: 1 is at each, 0 at none; below 0 counts from the last.",
        Mark.OURS,
        "the next try goes to another server at once",
    ),
    entry(
        "mode", "text", "`tcp`: HAProxy does not look into the connection.", Mark.SOURCE, "oxpedia, HAproxy"
    ),
    entry(
        "timeout connect",
        "period",
        "How long a server may take to accept a connection.",
        Mark.OURS,
        "a server on the same network answers within a second or not at all",
    ),
    entry(
        "timeout client",
        "period",
        "After how long an idle connection of OX is closed.",
        Mark.OURS,
        name="timeouts",
    ),
    entry("timeout server", "period", "The same at the side of the server.", Mark.OURS, name="timeouts"),
    entry(
        "timeout check",
        "period",
        "How long a server may take to answer a health check once it is connected.",
        Mark.OURS,
        "a server that hangs costs the time of a check, as often as `fall` says",
    ),
    entry(
        "bind",
        "endpoint",
        "Address and port that OX connects to.",
        Mark.SOURCE,
        "oxpedia, HAproxy: on 127.0.0.1, for this host alone",
    ),
    entry(
        "balance",
        "text",
        "How connections are spread over the servers.",
        Mark.TUTORIAL,
        "one round-robin instance for reads; oxpedia, HAproxy has the line",
    ),
    entry(
        "option httpchk",
        "text",
        "The health check asks over HTTP.",
        Mark.SOURCE,
        "only clustercheck knows whether a Galera node takes part (oxpedia, HAproxy; percona-clustercheck)",
    ),
    entry(
        "http-check expect",
        "text",
        "Which answer means that the server may be used.",
        Mark.SOURCE,
        "percona-clustercheck answers 200 or 503",
    ),
    entry(
        "server",
        "endpoint",
        "Address and port of a server.",
        Mark.OURS,
        "the database servers of the cluster",
    ),
    entry(
        "server check",
        "switch",
        "The server is asked whether it may be used.",
        Mark.SOURCE,
        "oxpedia, HAproxy",
    ),
    entry(
        "server port",
        "number",
        "Port of the health check.",
        Mark.SOURCE,
        "percona-clustercheck listens on 9200",
        minimum=1,
        maximum=65535,
    ),
    entry(
        "server inter",
        "period",
        "How often a server is asked.",
        Mark.OURS,
        "measured with checks that answer 503 after 1.5 s: a server that hangs is left after 3.2 to 4.2 s, after 4.7 "
        "at most where the check is silent too; reads that are refused go to another server at once",
    ),
    entry(
        "server fastinter",
        "period",
        "How often while its state is changing.",
        Mark.OURS,
        "the second opinion comes at once",
    ),
    entry(
        "server downinter",
        "period",
        "How often while it is down.",
        Mark.OURS,
        "measured: a server that is back serves after 0.2 to 2.7 s",
    ),
    entry(
        "server rise",
        "number",
        "After how many good answers it is used.",
        Mark.SOURCE,
        f"the default ({_MANUAL})",
        minimum=1,
    ),
    entry(
        "server fall",
        "number",
        "After how many bad answers it is left.",
        Mark.OURS,
        "one answer may be lost; a third one (the default) costs another second",
        minimum=1,
    ),
    entry(
        "server on-marked-down",
        "text",
        "What happens to the connections of a server that is left.",
        Mark.OURS,
        "OX's pools would wait on connections to a dead server until their own timeout",
    ),
    entry(
        "server on-marked-up",
        "text",
        "What happens to connections on a backup when the server is back.",
        Mark.OURS,
        "else old connections write to the backup while new ones write to this server",
    ),
    entry(
        "server backup",
        "switch",
        "Serves only while no other server of the listener does.",
        Mark.TUTORIAL,
        "one active/passive instance: writes go to one server; oxpedia, HAproxy has the word",
    ),
)


def statements(text: str) -> Iterator[Statement]:
    """Yield each line of a section, and each option of a server's line; `mysql-read db1` is where one stands."""
    for section in haproxy.parse(text).children:
        for line in section.lines:
            keyword, *args = line.words
            if keyword in ("server", "default-server"):
                yield from _server(section.name or "", line)
                continue
            if keyword in _TWO_WORDS and args:
                keyword, args = f"{keyword} {args[0]}", args[1:]
            whole = section.keyword == "global"
            key = f"global {keyword}" if whole else keyword
            yield Statement(
                key, " ".join(args) or "on", line.line, "" if whole else section.name or section.keyword
            )


def _server(listener: str, line: haproxy.Line) -> Iterator[Statement]:
    keyword, *args = line.words
    where = f"{listener} every server"
    if keyword == "server":
        where = f"{listener} {args[0]}"
        yield Statement("server", args[1], line.line, where)
        args = args[2:]
    words = iter(args)
    for word in words:
        yield Statement(f"server {word}", "on" if word in _FLAGS else next(words, ""), line.line, where)


REFERENCE = Reference(SETTINGS, statements)
