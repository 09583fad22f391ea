import pytest

from oxconf.artifacts._provider_options import PERIOD, ProviderOptions, timers
from oxconf.deployment.load import load_text


def of(span: str) -> ProviderOptions:
    return timers(load_text(f'tier = "1m"\n[network]\nspan = "{span}"\n'))


TIMERS = (
    "evs.keepalive_period=PT0.3S; evs.inactive_check_period=PT0.2S; evs.suspect_timeout=PT1S; "
    "evs.inactive_timeout=PT3S; evs.install_timeout=PT3S"
)


def test_the_list_is_written_with_sizes_and_periods() -> None:
    assert str(of("lan")) == TIMERS
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


@pytest.mark.parametrize("span", ["lan", "metro", "wan"])
def test_the_timers_keep_galeras_own_conditions(span: str) -> None:
    found = of(span)
    assert found.evs_keepalive_period is not None
    assert found.evs_suspect_timeout is not None
    assert found.evs_inactive_check_period is not None
    assert found.evs_install_timeout is not None
    assert found.evs_inactive_timeout is not None
    assert found.evs_keepalive_period <= found.evs_suspect_timeout / 3
    assert found.evs_inactive_check_period <= found.evs_suspect_timeout / 2
    assert found.evs_suspect_timeout <= found.evs_inactive_timeout
    assert found.evs_keepalive_period <= found.evs_install_timeout <= found.evs_inactive_timeout


def test_far_nodes_have_galeras_values_for_a_wan() -> None:
    assert str(of("wan")) == (
        "evs.keepalive_period=PT3S; evs.inactive_check_period=PT0.5S; evs.suspect_timeout=PT30S; "
        "evs.inactive_timeout=PT60S; evs.install_timeout=PT60S; evs.send_window=512; evs.user_send_window=256"
    )
    assert ProviderOptions.parse(str(of("wan"))) == of("wan")
