"""OX222: a database server refuses values that OX stores."""

from collections.abc import Iterator

from oxconf.deployment.units import MIB, speak_size
from oxconf.evidence import Evidence
from oxconf.rules._database import number
from oxconf.rules._rule import Finding, Rule, Severity

LEAST = 16 * MIB


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare max_allowed_packet with the least that OX asks for."""
    for server in evidence.databases:
        option = server.option("max_allowed_packet")
        size = number(option)
        if option is not None and size is not None and size < LEAST:
            yield RULE.finding(f"{server.name} takes packets of {speak_size(size)} at most", option.place)


RULE = Rule(
    code="OX222",
    name="packet-too-small",
    severity=Severity.WARNING,
    title="max_allowed_packet of a database server is below 16 MiB",
    why=(
        "OX stores pictures, snippets and attachments of drafts as values of rows. A larger one is refused, and the "
        "user gets an error that names no reason: the file simply can not be saved."
    ),
    remedy="Set max_allowed_packet=64M on every database server, and at least 16M.",
    source="Open-Xchange, Mail Compose, storage in the database: 16M as the least",
    daemons="mariadbd starts with any value from 1024 bytes on.",
    check=check,
)
