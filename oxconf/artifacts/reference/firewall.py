"""What the packet filter can hold. Texts: nft(8)."""

import re
from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.deployment.origin import Mark

_ALWAYS = {
    r"table inet oxconf": "table",
    r"delete table inet oxconf": "delete table",
    r"type filter hook input .*": "input",
    r"ct state .*": "ct state",
    r'iifname "lo" accept': "loopback",
    r"meta l4proto .*": "icmp",
    r"ip protocol igmp accept": "igmp",
    r"include .*": "include",
}
_LET_IN = re.compile(r"(?P<sources>ip saddr .*? )?(?:ip daddr \S+ )?(?P<match>(?:tcp|udp|ip) \S+ \d+) accept")


def statements(text: str) -> Iterator[Statement]:
    """Yield every line; a rule for a listener has its protocol and port as `where`."""
    for number, line in enumerate(text.splitlines(), 1):
        code = line.strip()
        if not code or code.startswith("#") or code.endswith("{") or code == "}":
            continue
        known = next((key for pattern, key in _ALWAYS.items() if re.fullmatch(pattern, code)), None)
        found = _LET_IN.fullmatch(code)
        if known is None and found is not None:
            yield Statement("let in", code, number, found["match"])
        else:
            yield Statement(known or code, code, number)


NFTABLES = Reference(
    (
        entry("table", "text", "Makes the table.", Mark.OURS, "one of its own: what others filter stays"),
        entry(
            "delete table",
            "text",
            "Empties it.",
            Mark.SOURCE,
            "nft(8): a file is read as a whole or not at all, so the old rules hold until the new ones do",
        ),
        entry("input", "text", "What happens to all others.", Mark.OURS, "only what is named here is let in"),
        entry("ct state", "text", "Answers.", Mark.OURS, "what this host calls may answer"),
        entry(
            "loopback",
            "text",
            "The host itself.",
            Mark.OURS,
            "OX, HAProxy and the database call each other on one host",
        ),
        entry(
            "icmp",
            "text",
            "Control messages.",
            Mark.SOURCE,
            "RFC 4890: without them large packets vanish, and IPv6 finds no neighbour",
        ),
        entry(
            "igmp",
            "text",
            "Questions of switches and routers.",
            Mark.SOURCE,
            "RFC 4541: a switch sends a group to ports with members alone, and asks for them",
        ),
        entry(
            "include",
            "path",
            "Rules of your own; there need not be any.",
            Mark.OURS,
            "another table can not let in what this one drops",
        ),
        entry("let in", "text", "A listener and who calls it.", Mark.OURS, "the port matrix"),
    ),
    statements,
)
