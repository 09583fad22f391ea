"""What follows from how far apart the hosts stand."""

from collections.abc import Callable

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment, Span
from oxconf.deployment.origin import Derived
from oxconf.deployment.span import (
    DISTANCES,
    KEY,
    PAUSES,
    address_moves,
    advertisement,
    answer_limit,
    check_interval,
    connect_limit,
    group_timers,
    retry_after,
    run_limit,
    second_check,
)

SPANS = tuple(Span)


def of(span: Span) -> Deployment:
    return load_text(f'tier = "1m"\n[network]\nspan = "{span.value}"\n')


def test_the_tutorials_hosts_stand_on_one_network() -> None:
    assert load_text('tier = "1m"').network.span is Span.LAN


@pytest.mark.parametrize(
    ("derive", "milliseconds"),
    [
        (connect_limit, (1000, 2000, 4000)),
        (answer_limit, (2000, 3000, 5000)),
        (check_interval, (1000, 2000, 4000)),
        (lambda deployment: check_interval(deployment, writes=True), (500, 2000, 4000)),
        (second_check, (200, 400, 800)),
        (retry_after, (5000, 10_000, 20_000)),
        (run_limit, (5000, 6000, 8000)),
        (advertisement, (1000, 2000, 10_000)),
    ],
)
def test_each_time_grows_with_the_distance_and_names_the_key(
    derive: Callable[[Deployment], Derived[int]], milliseconds: tuple[int, ...]
) -> None:
    found = [derive(of(span)) for span in SPANS]

    assert tuple(each.value for each in found) == milliseconds
    assert all(each.origin.keys == (KEY,) and each.origin.why for each in found)


@pytest.mark.parametrize("span", SPANS)
def test_what_is_waited_for_fits_into_the_times(span: Span) -> None:
    deployment, distance = of(span), DISTANCES[span]
    lost = sum(1000 * 2**number for number in range(distance.lost))

    # Three round trips: the connection, and an answer to a question that follows it.
    assert lost + 3 * distance.round_trip < connect_limit(deployment).value
    # The balancer's request may be repeated as its connection is, before clustercheck asks for 1.5 s.
    assert lost + 1500 + 3 * distance.round_trip < answer_limit(deployment).value
    # HAProxy gives a check's connection no longer than the time between two checks.
    if distance.lost:
        assert check_interval(deployment, writes=True).value >= connect_limit(deployment).value


@pytest.mark.parametrize("span", SPANS)
def test_the_group_waits_for_a_line_that_was_away(span: Span) -> None:
    deployment, distance = of(span), DISTANCES[span]
    timers = group_timers(deployment)

    assert timers.suspect_timeout == distance.silence
    assert address_moves(deployment) > distance.silence
    assert PAUSES[span] * 1000 > distance.silence
    # Galera, WAN Latency: each of its periods is longer than the longest round trip.
    assert min(timers.keepalive_period, timers.inactive_check_period) > distance.round_trip


@pytest.mark.parametrize("span", SPANS)
def test_a_window_for_all_packets_is_twice_that_for_write_sets(span: Span) -> None:
    timers = group_timers(of(span))

    assert (timers.send_window is None) is (span is not Span.WAN)
    assert timers.send_window == (timers.user_send_window and 2 * timers.user_send_window)
