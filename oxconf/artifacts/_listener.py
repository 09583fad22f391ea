"""What a HAProxy listens on, and the servers behind it."""

import re
from collections.abc import Iterator

from attrs import field, frozen

from oxconf.artifacts._time import Milliseconds
from oxconf.deployment import span
from oxconf.deployment.model import Deployment, Span
from oxconf.deployment.origin import Origin, ours

Words = tuple[str, ...]


@frozen(kw_only=True)
class Timeouts:
    """After which silence HAProxy gives up; None where the file does not say."""

    connect: Milliseconds | None = None
    client: Milliseconds | None = None
    server: Milliseconds | None = None
    check: Milliseconds | None = None


@frozen(kw_only=True)
class HealthCheck:
    """How a listener's servers are asked: what follows `option`, and `http-check` or `tcp-check` lines."""

    option: Words
    steps: tuple[Words, ...] = ()
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Server:
    """One server of a listener, with what `default-server` lines give it as well."""

    name: str
    address: str
    port: int | None = None
    check: bool = False
    check_port: int | None = None
    inter: Milliseconds | None = None
    fastinter: Milliseconds | None = None
    downinter: Milliseconds | None = None
    rise: int | None = None
    fall: int | None = None
    weight: int | None = None
    backup: bool = False
    disabled: bool = False
    on_marked_down: str | None = None
    on_marked_up: str | None = None
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Listener:
    """A port that HAProxy listens on, and the servers behind it, with what `defaults` gives it as well.

    `port` is None where it is not one number: a range, or a variable of the environment.
    """

    name: str
    address: str
    port: int | None
    mode: str | None = None
    balance: Words = ()
    all_backups: bool = False
    """Whether all backups get connections at the same time when no other server is up."""
    timeouts: Timeouts = Timeouts()
    health: HealthCheck | None = None
    servers: tuple[Server, ...] = ()
    line: int = field(default=0, eq=False)


NO_NETWORK = re.compile(r"/|(unix|abnsz?|uxst|uxdg|fd|sockpair|rhttp|quic[46]?|udp[46]?)@")
"""Beginnings of endpoints that are no TCP ports."""
_FAMILY = re.compile(r"\A(ipv[46]|tcp[46]?)@")
RANGE = re.compile(r"[0-9]+-[0-9]+", re.ASCII)
OFFSET = re.compile(r"[+-][0-9]+", re.ASCII)


def address_and_port(endpoint: str) -> tuple[str, str]:
    """Cut at the last colon, as HAProxy does; an IPv6 address keeps its brackets."""
    text = _FAMILY.sub("", endpoint)
    if text.endswith("]") or ":" not in text:
        return text, ""
    address, _, port = text.rpartition(":")
    return address, port


_MEASURED = {
    "inter": "measured with checks that answer 503 after 1.5 s: a server that hangs is left after 3.2 to 4.2 s, after "
    "4.7 at most where the check is silent too; reads that are refused go to another server at once",
    "downinter": "measured: a server that is back serves after 0.2 to 2.7 s",
}
"""On one network."""


def time_origins(deployment: Deployment) -> Iterator[tuple[str, Origin]]:
    """Yield why a server counts as dead, or as back, when it does."""
    yield "timeout connect", span.connect_limit(deployment).origin
    yield "timeout check", span.answer_limit(deployment).origin
    yield "server fastinter", span.second_check(deployment).origin
    for name, why in _MEASURED.items():
        measured = ours(why, span.KEY)
        other = span.check_interval(deployment).origin
        yield f"server {name}", measured if deployment.network.span is Span.LAN else other
