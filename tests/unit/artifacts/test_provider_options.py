import pytest

from oxconf.artifacts._provider_options import LAN_TIMERS, PERIOD, ProviderOptions

TIMERS = (
    "evs.keepalive_period=PT0.3S; evs.inactive_check_period=PT0.2S; evs.suspect_timeout=PT1S; "
    "evs.inactive_timeout=PT3S; evs.install_timeout=PT3S"
)


def test_the_list_is_written_with_sizes_and_periods() -> None:
    assert str(LAN_TIMERS) == TIMERS
    assert str(ProviderOptions(gcache_size=2 << 30)) == "gcache.size=2G"
    assert str(ProviderOptions()) == ""


def test_a_list_written_by_a_person_is_read() -> None:
    text = " gcache.size = 512M;evs.suspect_timeout=PT1M ; evs.keepalive_period=1.5; pc.weight=2;"
    assert ProviderOptions.parse(text) == ProviderOptions(
        gcache_size=512 << 20, evs_suspect_timeout=60_000, evs_keepalive_period=1500
    )


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("PT0.3S", 300), ("PT1S", 1000), ("PT1M30S", 90_000), ("PT2H", 7_200_000), ("5", 5000), ("PT0S", 0)],
)
def test_periods_of_iso_8601_and_plain_seconds(text: str, milliseconds: int) -> None:
    assert PERIOD.read(text) == milliseconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "gcache.size=300MB2",
            'gcache.size: "300MB2" is not an amount of memory; write it like "32G" or "512M"',
        ),
        ("evs.suspect_timeout=5s", 'evs.suspect_timeout: "5s" is not a period; write it like PT1S or PT0.3S'),
        ("evs.suspect_timeout=PT", 'evs.suspect_timeout: "PT" is not a period; write it like PT1S or PT0.3S'),
        ("evs.suspect_timeout", '"evs.suspect_timeout" has no value'),
    ],
)
def test_what_galera_would_not_start_with(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        ProviderOptions.parse(text)
    assert str(caught.value) == message


def test_the_timers_keep_galeras_own_conditions() -> None:
    timers = LAN_TIMERS
    assert timers.evs_keepalive_period is not None
    assert timers.evs_suspect_timeout is not None
    assert timers.evs_inactive_check_period is not None
    assert timers.evs_install_timeout is not None
    assert timers.evs_inactive_timeout is not None
    assert timers.evs_keepalive_period <= timers.evs_suspect_timeout / 3
    assert timers.evs_inactive_check_period <= timers.evs_suspect_timeout / 2
    assert timers.evs_keepalive_period <= timers.evs_install_timeout <= timers.evs_inactive_timeout
