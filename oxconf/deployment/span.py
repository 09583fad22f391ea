"""How far apart the hosts stand, and what follows from it: every time after which somebody counts as gone.

All times are in milliseconds. A silent host raises two questions, and a wrong answer has a price of its own:

- *Whom to ask?* A balancer that leaves a living server loses its connections, one that keeps a dead server loses every
  request for it. It waits for packets that are lost in a row (`Distance.lost`), and no longer.
- *Who belongs?* What Galera and VRRP decide, all members act on. Too early, and the cluster loses a node, or an address
  is on two hosts. They wait until a line that was away is back (`Distance.silence`).

What asks its own host (keepalived's scripts, the query of clustercheck) passes no network: no span moves its times.
"""

from collections.abc import Iterator

from attrs import fields, frozen

from oxconf.deployment.locate import Path
from oxconf.deployment.model import Deployment, Span
from oxconf.deployment.origin import Derived, Mark, Origin, ours

KEY: Path = ("network", "span")

SECOND = 1000


@frozen(kw_only=True)
class Distance:
    """What the network may do while all hosts live."""

    round_trip: int
    """The longest round trip, in milliseconds. OURS: where one network, one city, one continent end."""
    lost: int
    """How many packets of one connection may be lost in a row. OURS."""
    silence: int
    """For how many milliseconds a line may be away.

    lan: OURS, measured with Galera 26.4.23. metro: Galera's default of evs.suspect_timeout. wan: Galera's Knowledge
    Base, WAN Replication, whose values are for 30 seconds.
    """


DISTANCES = {
    Span.LAN: Distance(round_trip=1, lost=0, silence=1 * SECOND),
    Span.METRO: Distance(round_trip=10, lost=1, silence=5 * SECOND),
    Span.WAN: Distance(round_trip=100, lost=2, silence=30 * SECOND),
}

ANSWER = SECOND
"""How much longer than a connection an answer may take.

OURS: clustercheck gives its server 1.5 s, and the last second of `connect_limit` needs no waiting on a standing
connection; half a second is left for a busy host.
"""

RUN = 4 * SECOND
"""What clustercheck may take beside the request. OURS: the query, and the script itself on a busy machine."""

_WAITED_FOR = (
    "no lost packet is waited for",
    "one lost packet is waited for",
    "two packets lost in a row are waited for",
)
_REPEATED = "TCP sends again after 1 s, then after twice as long (RFC 6298)"


def distance(deployment: Deployment) -> Distance:
    """Return what the network of the cluster may do while all hosts live."""
    return DISTANCES[deployment.network.span]


def waited_for(deployment: Deployment) -> str:
    """Say which loss costs nothing but time."""
    return _WAITED_FOR[distance(deployment).lost]


def shown(milliseconds: int) -> str:
    """Return a time as a sentence has it: `0.4 s`."""
    return f"{milliseconds / SECOND:g} s"


def _derived(deployment: Deployment, value: int, lan: str, farther: str) -> Derived[int]:
    """Return a value of ours with the reason that fits the span."""
    return Derived(value, ours(lan if deployment.network.span is Span.LAN else farther, KEY))


def connect_limit(deployment: Deployment) -> Derived[int]:
    """Return how long a connection may take until it stands.

    SOURCE: RFC 6298: a packet is repeated after 1 s, then after twice as long each time. With n packets lost a
    connection stands after 2^n - 1 s and some round trips; OURS: it is given up a second later. HAProxy's manual
    (timeout connect) comes to the same for two packets: slightly more than 3 s.
    """
    limit = SECOND << distance(deployment).lost
    return _derived(
        deployment,
        limit,
        f"a server on the same network answers within a second or not at all; {waited_for(deployment)}",
        f"{waited_for(deployment)}: {_REPEATED}; a host that is gone costs {shown(limit)}, 1 s on a lan",
    )


def answer_limit(deployment: Deployment) -> Derived[int]:
    """Return how long the answer to a check may take."""
    limit = connect_limit(deployment).value + ANSWER
    return _derived(
        deployment,
        limit,
        f"a server that hangs costs {shown(limit)} for each failed check; {waited_for(deployment)}",
        f"{shown(ANSWER)} longer than a connection, so that {waited_for(deployment)}; a server that hangs costs "
        f"{shown(limit)} for each failed check, 2 s on a lan",
    )


def check_interval(deployment: Deployment, *, writes: bool = False) -> Derived[int]:
    """Return how often a server is asked.

    SOURCE: HAProxy's manual (timeout check): the connection of a check gets the interval at most. So the server that
    takes the writes is asked twice as often only where no lost packet is waited for.
    """
    limit = connect_limit(deployment).value
    interval = limit // 2 if writes and not distance(deployment).lost else limit
    return _derived(
        deployment,
        interval,
        "requests wait for the check when a server fails; the one that takes the writes is asked twice as often",
        f"as long as a connection may take, which gets no longer in a check; requests for a dead server wait "
        f"{shown(interval)} for it, 1 s on a lan",
    )


def second_check(deployment: Deployment) -> Derived[int]:
    """Return how soon a check that failed is made again."""
    interval = check_interval(deployment).value
    return _derived(
        deployment,
        interval // 5,
        "the second opinion comes at once",
        f"a fifth of the {shown(interval)} between checks, as on a lan: the second opinion comes soon",
    )


def retry_after(deployment: Deployment) -> Derived[int]:
    """Return after how long a web server tries a node again that failed."""
    limit = connect_limit(deployment).value
    tutorial = "with the tutorial's 60 a node that is back may get nobody for up to a minute"
    return _derived(
        deployment,
        5 * limit,
        f"{tutorial}; each try may cost one request 2 s",
        f"five times the {shown(limit)} of a connection, as on a lan; {tutorial}; each try may cost one request "
        f"{shown(answer_limit(deployment).value)}",
    )


def run_limit(deployment: Deployment) -> Derived[int]:
    """Return after how long a run of clustercheck is ended."""
    request = connect_limit(deployment).value
    why = f"above what the request ({shown(request)}) and the query (1.5 s) may take together"
    return _derived(deployment, request + RUN, why, why)


def advertisement(deployment: Deployment) -> Derived[int]:
    """Return how often the holder of an address says that it is there: whole seconds, as VRRP version 2 has them.

    SOURCE: RFC 3768, 6.1: a silent holder is left after three of them and up to a second more. OURS: three last as long
    as the line may be away.
    """
    silence = distance(deployment).silence
    period = -(-silence // (3 * SECOND)) * SECOND
    left = "a silent holder is left after three of them and up to half a second more"
    if deployment.network.span is Span.LAN:
        return Derived(period, Origin(Mark.SOURCE, f"the default (keepalived.conf(5)): {left}", keys=(KEY,)))
    why = (
        f"{left}: a line that is away for {shown(silence)} puts no address on two hosts, and a dead holder is missed "
        f"for {shown(3 * period)}, 3 s on a lan"
    )
    return Derived(period, ours(why, KEY))


def address_moves(deployment: Deployment) -> int:
    """Return after how long at most a silent holder of an address is left; half a second is VRRP's skew."""
    return 3 * advertisement(deployment).value + SECOND // 2


@frozen(kw_only=True)
class GroupTimers:
    """Galera's options by their names after `evs.`: periods, and windows in packets, None where Galera's are kept."""

    keepalive_period: int
    inactive_check_period: int
    suspect_timeout: int
    inactive_timeout: int
    install_timeout: int
    send_window: int | None = None
    user_send_window: int | None = None


GROUP_TIMERS = {
    # OURS, measured with Galera 26.4.23.
    Span.LAN: GroupTimers(
        keepalive_period=300,
        inactive_check_period=200,
        suspect_timeout=DISTANCES[Span.LAN].silence,
        inactive_timeout=3000,
        install_timeout=3000,
    ),
    # SOURCE: Galera 26.4's defaults, written out so that they are seen.
    Span.METRO: GroupTimers(
        keepalive_period=1000,
        inactive_check_period=500,
        suspect_timeout=DISTANCES[Span.METRO].silence,
        inactive_timeout=15_000,
        install_timeout=7500,
    ),
    # SOURCE: Galera's Knowledge Base, WAN Replication; the windows: its list of parameters; inactive_check_period: the
    # default.
    Span.WAN: GroupTimers(
        keepalive_period=3000,
        inactive_check_period=500,
        suspect_timeout=DISTANCES[Span.WAN].silence,
        inactive_timeout=60_000,
        install_timeout=60_000,
        send_window=512,
        user_send_window=256,
    ),
}

PAUSES = {Span.LAN: 2, Span.METRO: 6, Span.WAN: 31}
"""For how many seconds writes pause when a Galera node dies.

OURS: a second above evs.suspect_timeout. Measured for the first two, and on one machine for all three: a member that
was killed was out after 1.9, 5.5 and 29.0 s, for its last sign of life is up to evs.keepalive_period old.
"""

_LAN_REASONS = {
    "keepalive_period": "three within evs.suspect_timeout, the fewest that Galera takes",
    "inactive_check_period": "a silent node is noticed soon after evs.suspect_timeout",
    "inactive_timeout": "three times evs.suspect_timeout, as the defaults have it",
    "install_timeout": "as long as evs.inactive_timeout, the most that Galera takes",
}


def group_timers(deployment: Deployment) -> GroupTimers:
    """Return Galera's timers."""
    return GROUP_TIMERS[deployment.network.span]


def group_origin(deployment: Deployment) -> Origin:
    """Return what Galera's timers trade, all of them together."""
    span = deployment.network.span
    other = "with Galera's own timers" if span is Span.LAN else "on a lan"
    instead = PAUSES[Span.METRO if span is Span.LAN else Span.LAN]
    why = (
        f"writes pause for {PAUSES[span]} s when a node dies, {instead} s {other}; a node that is silent for more than "
        f"{shown(DISTANCES[span].silence)} counts as dead"
    )
    return ours(why, KEY)


def group_origins(deployment: Deployment) -> Iterator[tuple[str, Origin]]:
    """Yield the reason of each of Galera's timers that is written, by the name of the option."""
    for attribute in fields(GroupTimers):
        if getattr(group_timers(deployment), attribute.name) is not None:
            yield f"evs.{attribute.name}", _timer_origin(deployment, attribute.name)


def _timer_origin(deployment: Deployment, name: str) -> Origin:
    span, trade = deployment.network.span, group_origin(deployment)
    if span is Span.LAN:
        return ours(_LAN_REASONS[name], KEY) if name in _LAN_REASONS else trade
    if name.endswith("window"):
        source = "Galera's list of parameters for a WAN, where user_send_window is half of send_window"
        why = f"{source}; more write-sets are on their way before a node waits for the others"
    else:
        default = span is Span.METRO or name == "inactive_check_period"
        why = "Galera's default" if default else "Galera's Knowledge Base, WAN Replication"
        why += f"; {trade.why}" if name == "suspect_timeout" else ""
    return Origin(Mark.SOURCE, why, keys=(KEY,))
