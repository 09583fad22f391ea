"""Galera's provider options: one option of the server that holds a list of its own.

`gcache.size=2G; evs.suspect_timeout=PT1S`; Galera 3 and 4 read it alike.
"""

import re
from collections.abc import Iterator
from typing import Any

from attrs import field, fields, frozen

from oxconf.artifacts._codec import INTEGER, SIZE, Codec
from oxconf.artifacts._explained import Setting, Statement, entry
from oxconf.deployment.model import Deployment
from oxconf.deployment.origin import Mark
from oxconf.deployment.span import GroupTimers, group_timers

_PERIOD = re.compile(
    r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3})\d*)?S)?|(\d+)(?:\.(\d{1,3})\d*)?", re.ASCII
)


def _write_period(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    fraction = f".{rest:03}".rstrip("0") if rest else ""
    return f"PT{seconds}{fraction}S"


def _read_period(text: str) -> int:
    match = _PERIOD.fullmatch(text)
    if match is None or text == "PT":
        raise ValueError(f'"{text}" is not a period; write it like PT1S or PT0.3S')
    hours, minutes, seconds, fraction, plain, plain_fraction = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or plain or 0)
    return whole * 1000 + int((fraction or plain_fraction or "0").ljust(3, "0"))


PERIOD = Codec("period", _write_period, _read_period)
"""Milliseconds, as ISO 8601 writes them (`PT0.3S`); plain seconds are read as well."""


def _option(key: str, codec: Codec, doc: str, why: str, unit: str = "") -> Any:
    said = entry(key, codec.name, doc, Mark.OURS, why, unit=unit)
    return field(default=None, metadata={"setting": said, "codec": codec})


@frozen(kw_only=True)
class ProviderOptions:
    """The options that oxconf sets; None is Galera's own default. Sizes in bytes, periods in milliseconds.

    The timers are set together: Galera demands keepalive <= suspect / 3, inactive_check <= suspect / 2 and
    keepalive <= install <= inactive.
    """

    gcache_size: int | None = _option(
        "gcache.size",
        SIZE,
        "Write-set cache on disk; a node that missed no more than it holds needs no full state transfer.",
        "a node that was away for a while catches up without a full transfer",
        "bytes",
    )
    evs_keepalive_period: int | None = _option(
        "evs.keepalive_period",
        PERIOD,
        "How often a node that has nothing to say gives a sign of life; PT0.1S at least.",
        "three within evs.suspect_timeout, the fewest that Galera takes",
    )
    evs_inactive_check_period: int | None = _option(
        "evs.inactive_check_period",
        PERIOD,
        "How often a node looks whether others are silent; half of evs.suspect_timeout at most.",
        "a silent node is noticed soon after evs.suspect_timeout",
    )
    evs_suspect_timeout: int | None = _option(
        "evs.suspect_timeout",
        PERIOD,
        "After how long a silent node is suspected; it is left when all others suspect it; PT0.1S at least.",
        "measured on one network: writes pause for 2 seconds when a node dies, for 6 with the default of 5",
    )
    evs_inactive_timeout: int | None = _option(
        "evs.inactive_timeout",
        PERIOD,
        "After how long a silent node is left, whether or not the others suspect it; PT0.1S at least.",
        "three times evs.suspect_timeout, as the defaults have it",
    )
    evs_install_timeout: int | None = _option(
        "evs.install_timeout",
        PERIOD,
        "How long the others may take to agree on who is left.",
        "as long as evs.inactive_timeout, the most that Galera takes",
    )
    evs_send_window: int | None = _option(
        "evs.send_window",
        INTEGER,
        "How many packets of the group may be on the way at the same time; 4 by default.",
        "between sites only: more write-sets are on the way before a node waits for the others",
        "packets",
    )
    evs_user_send_window: int | None = _option(
        "evs.user_send_window",
        INTEGER,
        "How many of them may be write-sets; evs.send_window at most, 2 by default.",
        "half of evs.send_window (Galera's list of parameters)",
        "packets",
    )

    def __str__(self) -> str:
        """Return the list as it stands in a file."""
        return "; ".join(self._written())

    def _written(self) -> Iterator[str]:
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if value is not None:
                yield f"{attribute.metadata['setting'].key}={attribute.metadata['codec'].write(value)}"

    @classmethod
    def parse(cls, text: str) -> "ProviderOptions":
        """Read a list, passing over options that oxconf does not set. Raises ValueError with a sentence."""
        known = {attribute.metadata["setting"].key: attribute for attribute in fields(cls)}
        values: dict[str, int] = {}
        for key, value in _parts(text):
            if key in known:
                try:
                    values[known[key].name] = known[key].metadata["codec"].read(value)
                except ValueError as error:
                    raise ValueError(f"{key}: {error}") from None
        return cls(**values)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, (part.strip() for part in text.split(";"))):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise ValueError(f'"{part}" has no value')
        yield key, value


PROVIDER_OPTIONS = Codec("provider options", str, ProviderOptions.parse)

PROVIDER_SETTINGS: tuple[Setting, ...] = tuple(
    attribute.metadata["setting"] for attribute in fields(ProviderOptions)
)


def provider_statements(where: str, text: str, line: int) -> Iterator[Statement]:
    """Yield the settings of a list that was rendered."""
    for key, value in _parts(text):
        yield Statement(key, value, line, where)


def timers(deployment: Deployment) -> ProviderOptions:
    """Return Galera's timers, the same for every member: they follow from `network.span`."""
    wanted = group_timers(deployment)
    return ProviderOptions(**{f"evs_{each.name}": getattr(wanted, each.name) for each in fields(GroupTimers)})
