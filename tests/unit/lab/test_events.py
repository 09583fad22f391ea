"""What follows from the logs of clients. The fault is at 100 s; a healthy thread writes every tenth of a second."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import events
from lab.events import NothingMeasured, Operation, Request

FAULT, UNTIL = 100.0, 110.0


def at(
    *ends: float,
    client: str = "ox1",
    thread: int = 1,
    server: str = "db1",
    ok: bool = True,
    took: float = 0.05,
) -> list[Operation]:
    error = "" if ok else "SQLException: gone"
    return [
        Operation("w", client, thread, round(end * 1000), end - took, end, ok, server if ok else "", error)
        for end in ends
    ]


def steady(
    begin: float, end: float, client: str = "ox1", thread: int = 1, server: str = "db1"
) -> list[Operation]:
    """Acknowledged every tenth of a second, both ends included."""
    count = round((end - begin) * 10)
    return at(*(begin + n / 10 for n in range(count + 1)), client=client, thread=thread, server=server)


def about(value: float) -> object:
    return pytest.approx(value, abs=1e-6)


def test_a_log_is_read_as_it_is() -> None:
    text = (
        "write ox1 3 17 1000 1250 ok db1\n"
        "read ox1 4 18 1000 3500 error java.sql.SQLException: Communications link failure: it broke\n"
        "write ox1 3 18 1300 13"
    )

    write, read = events.operations(text)

    assert write == Operation("w", "ox1", 3, 17, 1.0, 1.25, True, "db1")
    assert write.key == ("ox1", 3, 17)
    assert (read.ok, read.end, read.server) == (False, 3.5, "")
    assert read.error == "java.sql.SQLException: Communications link failure: it broke"


def test_an_error_without_words_is_one() -> None:
    assert not events.operations("write ox1 1 1 0 1 error\n")[0].ok


@pytest.mark.parametrize(
    "line",
    [
        "x ox1 1 1 0 1 ok db1",
        "write ox1 1 1 0 1 ok",
        "write ox1 one 1 0 1 ok db1",
        "write ox1 1",
        "write ox1 1 1 0 1 well db1",
    ],
)
def test_another_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 is no line of a database client"):
        events.operations(f"write ox1 1 1 0 1 ok db1\n{line}\n")


@given(st.integers(0, 200))
def test_a_log_can_break_off_anywhere(length: int) -> None:
    text = "".join(f"write ox1 1 {n} {n}000 {n}050 ok db1\n" for n in range(1, 7))

    assert len(events.operations(text[:length])) == text[:length].count("\n")


def test_a_table_is_read_as_its_keys() -> None:
    assert events.table("ox1\t1\t7\nox2 4 9\n\n") == {("ox1", 1, 7), ("ox2", 4, 9)}


def test_nothing_happened_is_one_step() -> None:
    load = steady(90, 120)

    assert events.longest_gap(load, FAULT, UNTIL) == about(0.1)
    assert events.again_after(load, FAULT, UNTIL) == about(0.1)


def test_a_gap_begins_at_the_fault() -> None:
    load = steady(90, 99.9) + steady(102.3, 120)

    assert events.longest_gap(load, FAULT, UNTIL) == about(2.3)
    assert events.again_after(load, FAULT, UNTIL) == about(2.3)


def test_an_acknowledgement_on_its_way_at_the_fault_hides_nothing() -> None:
    load = steady(90, 100) + at(100.01) + steady(102.3, 120)

    assert events.longest_gap(load, FAULT, UNTIL) == about(2.29)
    assert events.again_after(load, FAULT, UNTIL) == about(2.3)


def test_one_success_between_failures_ends_nothing() -> None:
    load = steady(90, 99.9) + at(100.5, 100.8, 102.0, ok=False) + at(100.6) + steady(102.2, 120)

    assert events.longest_gap(load, FAULT, UNTIL) == about(1.6)
    assert events.again_after(load, FAULT, UNTIL) == about(2.2)


def test_a_short_pause_later_counts_with_its_length_alone() -> None:
    load = steady(90, 99.9) + steady(100.4, 107) + steady(107.7, 120)

    assert events.again_after(load, FAULT, UNTIL) == about(0.7)


def test_a_long_pause_later_is_an_interruption_of_its_own() -> None:
    load = steady(90, 99.9) + steady(100.4, 105) + steady(106.5, 120)

    assert events.again_after(load, FAULT, UNTIL) == about(6.5)


def test_the_worst_client_counts_and_of_it_the_worst_thread() -> None:
    load = (
        steady(90, 120)
        + steady(90, 99.9, "ox2", 1)
        + steady(101.5, 120, "ox2", 1)
        + steady(90, 99.9, "ox2", 2)
        + steady(103, 120, "ox2", 2)
    )

    assert events.gaps(load, FAULT, UNTIL) == {"ox1": about(0.1), "ox2": about(1.5)}
    assert events.again_after(load, FAULT, UNTIL) == about(3)


def test_never_again_is_no_figure() -> None:
    for load in (steady(90, 104), steady(90, 99.9) + at(*range(101, 111), ok=False)):
        with pytest.raises(NothingMeasured, match="thread 1 of ox1"):
            events.again_after(load, FAULT, UNTIL)


def test_a_thread_that_asks_nothing_is_no_success() -> None:
    load = steady(90, 120) + steady(90, 99, "ox2", 4)

    with pytest.raises(NothingMeasured, match="thread 4 of ox2"):
        events.again_after(load, FAULT, UNTIL)
    with pytest.raises(NothingMeasured, match="ox2"):
        events.gaps(load, FAULT, UNTIL)
    for measure in (events.again_after, events.gaps, events.longest_gap):
        with pytest.raises(NothingMeasured):
            measure([], FAULT, UNTIL)


@given(st.lists(st.floats(100.001, 109.999), max_size=20), st.lists(st.floats(100.001, 109.8), max_size=3))
def test_service_is_never_back_before_the_longest_gap_is_over(good: list[float], bad: list[float]) -> None:
    load = at(*good, 109.9) + at(*bad, ok=False)
    again = events.again_after(load, FAULT, UNTIL)

    assert events.longest_gap(load, FAULT, UNTIL) <= again <= UNTIL - FAULT
    assert all(bad_end - FAULT <= again for bad_end in bad)
    assert events.again_after(list(reversed(load)), FAULT, UNTIL) == again


def test_a_series_has_every_tenth_of_a_second() -> None:
    load = steady(99.55, 99.85) + at(99.86, ok=False) + at(100.0, 100.31, 100.32)

    found = events.series("writes", load, FAULT, before=0.5, after=0.5)

    assert found.label == "writes"
    assert [point for point, _ in found.points] == [-0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4]
    assert [rate for _, rate in found.points] == [1, 1, 1, 1, 0, 1, 0, 0, 2, 0]


@given(st.lists(st.floats(95, 105), max_size=50))
def test_a_series_counts_each_once(ends: list[float]) -> None:
    found = events.series("writes", at(*ends), FAULT, before=6, after=6)

    assert sum(rate for _, rate in found.points) == len(ends)


def test_what_was_begun_before_the_fault_is_told_apart() -> None:
    before = Request(99, 101, 503)
    after = Request(100.5, 103, 200, route="OX1", session="a.OX1")
    late = Request(104, 104.1, 0, error="timeout")
    load = [before, after, late]

    assert events.in_flight(load, FAULT) == [before]
    assert events.failed_after(load, FAULT) == [late]
    assert events.longest_wait(load, FAULT) == 2.5
    assert [one.said for one in load] == ["503", "200", "timeout"]
    with pytest.raises(NothingMeasured):
        events.failed_after(load, 105)
    with pytest.raises(NothingMeasured):
        events.longest_wait(load, 105)


def test_a_page_without_a_node_is_no_answer() -> None:
    assert not Request(0, 1, 200).ok
    assert not Request(0, 1, 200, error="closed").ok


def test_a_write_that_was_acknowledged_and_is_not_there_is_lost() -> None:
    load = [*at(1, 2, 3), *at(4, 5, ok=False), Operation("r", "ox1", 1, 6000, 5, 6, True, "db1")]
    rows = {("ox1", 1, 1000), ("ox1", 1, 3000), ("ox1", 1, 5000), ("ox9", 1, 1)}

    assert events.lost(load, rows) == [("ox1", 1, 2000)]
    assert events.unacknowledged(load, rows) == [("ox1", 1, 5000)]
    with pytest.raises(NothingMeasured):
        events.lost(at(1, ok=False), rows)


def changes(*spans: tuple[str, float, float]) -> Iterable[Operation]:
    for server, begin, end in spans:
        yield from steady(begin, end, server=server)


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([("db1", 1, 9)], 0),
        ([("db1", 1, 4), ("db2", 4.2, 9)], 0),
        ([("db1", 1, 4), ("db2", 3.5, 9)], 0.5),
        # Left for longer than a pause, and taken back.
        ([("db1", 1, 4), ("db2", 4.2, 6), ("db1", 6.2, 9)], 0),
        ([("db1", 1, 4), ("db2", 3.8, 6), ("db1", 5.7, 9)], 0.5),
        ([("db1", 1, 9), ("db2", 3, 5), ("db3", 4, 6)], 3),
    ],
)
def test_two_writers_at_once_are_timed(spans: list[tuple[str, float, float]], seconds: float) -> None:
    assert events.overlap(changes(*spans)) == about(seconds)


def test_failed_writes_and_reads_make_no_writer() -> None:
    load = [*steady(1, 5), *at(2, 3, ok=False), Operation("r", "ox1", 1, 1, 2, 3, True, "db2")]

    assert events.overlap(load) == 0
    with pytest.raises(NothingMeasured):
        events.overlap(load[-1:])


def test_a_node_that_is_back_is_timed_by_its_first_new_session() -> None:
    load = [
        Request(99, 99.5, 200, "", "OX2", "a.OX2"),
        Request(101, 101.5, 200, "OX2", "OX2", "a.OX2"),
        Request(102, 102.5, 200, "", "OX1", "b.OX1"),
        Request(103, 103.5, 503, "", "", ""),
        Request(104, 104.5, 200, "", "OX2", "c.OX2"),
    ]

    assert events.new_session_on(load, "OX2", FAULT) == 4.5
    with pytest.raises(NothingMeasured, match="OX3"):
        events.new_session_on(load, "OX3", FAULT)


def test_sessions_are_counted_by_their_node() -> None:
    new = [Request(0, 1, 200, "", route, f"x.{route}") for route in ("OX2", "OX1", "OX2")]
    stays, moves = Request(0, 1, 200, "OX1", "OX1", "x.OX1"), Request(0, 1, 200, "OX1", "OX2", "y.OX2")
    fails = Request(0, 1, 503, "OX1")

    assert events.split([*new, stays, moves, fails]) == {"OX1": 1, "OX2": 2}
    assert events.moved([*new, stays, moves, fails]) == [moves]
