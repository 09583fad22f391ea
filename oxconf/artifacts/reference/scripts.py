"""What can be told apart in the scripts: the values that oxconf puts into their code."""

import re
from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.deployment.origin import Mark


def found_in(patterns: dict[str, str], text: str) -> Iterator[Statement]:
    """Yield the first group of each pattern where the text has it, in the order of the lines."""
    found = []
    for key, pattern in patterns.items():
        match = re.search(pattern, text, re.MULTILINE)
        if match is not None:
            found.append(Statement(key, match[1], text.count("\n", 0, match.start(1)) + 1))
    return iter(sorted(found, key=lambda each: each.line))


_CLUSTERCHECK = {
    "account file": r"account_file:-([^}]+)\}",
    "request timeout": r"read -r -n 8192 -t (\S+)",
    "query timeout": r"timeout -k \S+ (\S+)",
    "client": r"timeout -k \S+ \S+ (\S+)",
    "fit states": r"local_state = \[([0-9]+)\]",
}

CLUSTERCHECK = Reference(
    (
        entry(
            "account file",
            "path",
            "Option file with the account of the check.",
            Mark.OURS,
            "readable by root alone; under systemd the unit hands it over",
        ),
        entry(
            "request timeout",
            "number",
            "How long the balancer's request is waited for.",
            Mark.OURS,
            "a check on the same network sends its request at once",
            unit="seconds",
        ),
        entry(
            "query timeout",
            "number",
            "How long the server may take to answer.",
            Mark.OURS,
            "below the 2 seconds that HAProxy and keepalived wait, so a hung server is a plain 503 to them",
            unit="seconds",
        ),
        entry(
            "client",
            "text",
            "Command line client of the server.",
            Mark.SOURCE,
            "the packages of the server's flavour",
        ),
        entry(
            "fit states",
            "text",
            "Values of wsrep_local_state that mean fit: 4 synced, 2 donor.",
            Mark.SOURCE,
            "percona-clustercheck: synced; of two nodes the donor serves on, for it is all there is",
        ),
    ),
    lambda text: found_in(_CLUSTERCHECK, text),
)

_NONE_FIT = {"timeout": r"\btimeout (\S+) bash", "port": r"/dev/tcp/\$2/(\d+)"}

NONE_FIT = Reference(
    (
        entry(
            "timeout",
            "number",
            "How long each server may take to answer.",
            Mark.OURS,
            "as long as keepalived's own check: above the time that clustercheck gives the server",
            unit="seconds",
        ),
        entry(
            "port",
            "number",
            "Port of clustercheck.",
            Mark.SOURCE,
            "percona-clustercheck: 9200",
            minimum=1,
            maximum=65535,
        ),
    ),
    lambda text: found_in(_NONE_FIT, text),
)

_CHECK_WEB = {"timeout": r"exec timeout (\S+)", "port": r"/dev/tcp/127\.0\.0\.1/(\d+)"}

CHECK_WEB = Reference(
    (
        entry(
            "timeout",
            "number",
            "How long Apache may take to answer.",
            Mark.OURS,
            "a web server that needs longer for an answer without content serves nobody",
            unit="seconds",
        ),
        entry(
            "port",
            "number",
            "Port of Apache on this host.",
            Mark.SOURCE,
            "ports.conf of Debian's apache2",
            minimum=1,
            maximum=65535,
        ),
    ),
    lambda text: found_in(_CHECK_WEB, text),
)
