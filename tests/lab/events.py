"""Requests and writes under load, as their clients logged them, and what follows from them. All times are seconds.

A window is from the fault to the end of what is looked at; the load has to go on beyond it. Where nothing was asked
there, no figure is given: every function that could take silence for success raises NothingMeasured.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

from lab.results import Series

Key = tuple[str, int, int]
"""A row that was written: client, thread and number."""

QUIET = 1.0
"""Seconds after which a thread without an acknowledged write counts as interrupted."""

STEP = 0.1
"""Seconds in which a series counts."""


class NothingMeasured(AssertionError):
    """Nothing was asked where it was to be measured, or what was waited for never came."""


class Event(Protocol):
    """Anything with a begin and an end, in seconds since the epoch."""

    @property
    def begin(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def ok(self) -> bool: ...


E = TypeVar("E", bound=Event)
G = TypeVar("G", bound=Hashable)


@dataclass(frozen=True)
class Operation:
    """A write (`w`) or read (`r`) of a database client; `server` is who acknowledged it, `error` why nobody did."""

    kind: str
    client: str
    """The OX host that it runs on."""
    thread: int
    number: int
    begin: float
    end: float
    ok: bool
    server: str = ""
    error: str = ""

    @property
    def key(self) -> Key:
        """What it wrote, in the table."""
        return self.client, self.thread, self.number


@dataclass(frozen=True)
class Request:
    """A request of a browser: for a new session, or one of the session `wanted`.

    `status` is HTTP's, 0 where there was no answer; `error` says why: `refused`, `timeout`, `reset`, `closed` or
    `unreachable`. `route` is the node that answered, `wanted` the route of the session's node, empty for a new one.
    """

    begin: float
    end: float
    status: int
    wanted: str = ""
    route: str = ""
    session: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether a node answered it."""
        return self.status == 200 and bool(self.route)

    @property
    def said(self) -> str:
        """How it ended, in a word: `200`, `503`, `timeout`."""
        return self.error or str(self.status)


def operations(text: str) -> list[Operation]:
    """Read the log of a database client, whose lines are

        KIND CLIENT THREAD NUMBER BEGIN END ok SERVER
        KIND CLIENT THREAD NUMBER BEGIN END error CLASS: MESSAGE

    with times in milliseconds since the epoch; KIND is read or write. A last line without its end is left out: the
    client was killed. Empty lines are passed over; others that are none of these raise ValueError with their number.
    """
    *lines, _torn = text.split("\n")
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kind, client, thread, sequence, begin, end, how, *rest = line.split(" ", 7)
            kind = {"read": "r", "write": "w"}[kind]
            if how not in ("ok", "error"):
                raise ValueError
            said = rest[0] if rest else ""
            if how == "ok" and not said:
                raise ValueError
            server, error = (said, "") if how == "ok" else ("", said)
            times = (float(begin) / 1000, float(end) / 1000)
            found.append(
                Operation(kind, client, int(thread), int(sequence), *times, how == "ok", server, error)
            )
        except (ValueError, KeyError):
            raise ValueError(f"line {number} is no line of a database client: {line[:200]}") from None
    return found


def table(text: str) -> set[Key]:
    """Read a dump of the table: client, thread and number in each line, apart by blanks or tabs."""
    rows = (line.split() for line in text.splitlines() if line.strip())
    return {(client, int(thread), int(number)) for client, thread, number in rows}


def writes(operations: Iterable[Operation]) -> list[Operation]:
    """Return the writes alone."""
    return [one for one in operations if one.kind == "w"]


def series(label: str, events: Iterable[Event], fault: float, before: float = 3, after: float = 12) -> Series:
    """Return how many were acknowledged in each tenth of a second around the fault, those of none included."""
    first, last = round(-before / STEP), round(after / STEP)
    counts = Counter(math.floor(round((one.end - fault) / STEP, 6)) for one in events if one.ok)
    return Series(label, tuple((round(n * STEP, 1), float(counts[n])) for n in range(first, last)))


def longest_gap(events: Iterable[Event], fault: float, until: float) -> float:
    """Return the longest time in the window without an acknowledgement.

    It begins at the fault or an acknowledgement and ends at the next one or with the window: 0.02 s where there is one
    every 0.02 s. Raises NothingMeasured where nothing at all was asked in the window.
    """
    known = list(events)
    if not any(one.end >= fault and one.begin <= until for one in known):
        raise NothingMeasured(f"nothing was asked in the {until - fault:g} s after the fault")
    ends = sorted(one.end for one in known if one.ok and fault < one.end < until)
    return max(later - earlier for earlier, later in pairwise((fault, *ends, until)))


def gaps(operations: Iterable[Operation], fault: float, until: float) -> dict[str, float]:
    """Return the longest gap of each client, whichever of its threads writes. The worst is `max(....values())`.

    A client that asks nothing in the window raises NothingMeasured: it may have died.
    """
    found = {}
    for client, own in sorted(_apart(operations, lambda one: one.client).items()):
        try:
            found[client] = longest_gap(own, fault, until)
        except NothingMeasured as error:
            raise NothingMeasured(f"{client}: {error}") from None
    if not found:
        raise NothingMeasured("no client asked anything")
    return found


def again_after(operations: Iterable[Operation], fault: float, until: float, quiet: float = QUIET) -> float:
    """Return the time from the fault until every thread of every client is acknowledged again, and stays so.

    Of each thread, what counts is the later of two:
    the end of its last interruption in the window, from the fault on: an interruption is a failed operation or a time
    of more than `quiet` seconds without an acknowledgement, and it ends with the next acknowledgement;
    and the longest gap (`longest_gap`), which for a thread that nothing happened to is one step of its own.

    So an acknowledgement between two failures ends nothing, and a pause of the machine long after the fault counts with
    its length alone. Raises NothingMeasured where a thread is not acknowledged again before the window ends, or asked
    nothing in it: a number would be too good.
    """
    worst = 0.0
    threads = _apart(operations, lambda one: (one.client, one.thread))
    if not threads:
        raise NothingMeasured("no client asked anything")
    for (client, thread), own in sorted(threads.items()):
        who = f"thread {thread} of {client}"
        try:
            gap = longest_gap(own, fault, until)
        except NothingMeasured as error:
            raise NothingMeasured(f"{who}: {error}") from None
        ends = sorted(one.end for one in own if one.ok and fault < one.end < until)
        failed = [one.end for one in own if not one.ok and fault < one.end < until]
        steps = list(pairwise((fault, *ends)))
        silent = [later for earlier, later in steps if later - earlier > quiet]
        after_failure = next((end for end in ends if end >= max(failed)), None) if failed else fault
        if after_failure is None or until - (ends[-1] if ends else fault) > quiet:
            raise NothingMeasured(f"{who} was not served again, and stayed so, within {until - fault:g} s")
        worst = max(worst, gap, after_failure - fault, *(end - fault for end in silent))
    return worst


def begun_after(events: Iterable[E], moment: float) -> list[E]:
    """Return what began at that moment or later. Raises NothingMeasured where that is nothing."""
    found = [one for one in events if one.begin >= moment]
    if not found:
        raise NothingMeasured("nothing was asked after the fault")
    return found


def failed_after(events: Iterable[E], moment: float) -> list[E]:
    """Return what began after that moment and failed."""
    return [one for one in begun_after(events, moment) if not one.ok]


def longest_wait(events: Iterable[Event], moment: float) -> float:
    """Return how long the slowest that began after that moment took, failed ones included."""
    return max(one.end - one.begin for one in begun_after(events, moment))


def in_flight(events: Iterable[E], moment: float) -> list[E]:
    """Return what had begun at that moment and was not over."""
    return [one for one in events if one.begin < moment <= one.end]


def lost(operations: Iterable[Operation], rows: set[Key]) -> list[Key]:
    """Return the writes that were acknowledged and are not in the table. Raises NothingMeasured without any write."""
    acknowledged = {one.key for one in writes(operations) if one.ok}
    if not acknowledged:
        raise NothingMeasured("no write was acknowledged")
    return sorted(acknowledged - rows)


def unacknowledged(operations: Iterable[Operation], rows: set[Key]) -> list[Key]:
    """Return the writes that are in the table though nobody acknowledged them: their client saw an error."""
    return sorted({one.key for one in writes(operations) if not one.ok} & rows)


def overlap(operations: Iterable[Operation], pause: float = QUIET) -> float:
    """Return how long two servers or more acknowledged writes at once.

    A server is a writer from one acknowledgement to the next as long as they are at most `pause` seconds apart, so that
    a writer that is left and comes back later is none in between. A clean change is 0: the old one's last
    acknowledgement lies before the new one's first. Raises NothingMeasured without any acknowledged write.
    """
    changes: list[tuple[float, int]] = []
    servers = _apart((one for one in writes(operations) if one.ok), lambda one: one.server)
    if not servers:
        raise NothingMeasured("no write was acknowledged")
    for own in servers.values():
        ends = sorted(one.end for one in own)
        for begin, end in _spans(ends, pause):
            changes += [(begin, 1), (end, -1)]
    total, writers, since = 0.0, 0, 0.0
    for moment, change in sorted(changes):
        if writers > 1:
            total += moment - since
        writers, since = writers + change, moment
    return total


def new_session_on(requests: Iterable[Request], route: str, moment: float) -> float:
    """Return the time from that moment until the node of a route had answered a request for a new session.

    Raises NothingMeasured where it never did.
    """
    ends = [
        one.end
        for one in requests
        if one.ok and not one.wanted and one.route == route and one.begin >= moment
    ]
    if not ends:
        raise NothingMeasured(f"{route} got no new session any more")
    return min(ends) - moment


def moved(requests: Iterable[Request]) -> list[Request]:
    """Return the requests of a session that another node than its own answered."""
    return [one for one in requests if one.ok and one.wanted and one.wanted != one.route]


def split(requests: Iterable[Request]) -> dict[str, int]:
    """Return how many new sessions each route got, by the name of the route."""
    return dict(sorted(Counter(one.route for one in requests if one.ok and not one.wanted).items()))


def _apart(operations: Iterable[Operation], by: Callable[[Operation], G]) -> dict[G, list[Operation]]:
    groups: defaultdict[G, list[Operation]] = defaultdict(list)
    for one in operations:
        groups[by(one)].append(one)
    return dict(groups)


def _spans(ends: Sequence[float], pause: float) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for end in ends:
        if spans and end - spans[-1][1] <= pause:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((end, end))
    return spans
