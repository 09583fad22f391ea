"""Amounts: `"32G"` in a cluster file, bytes inside, `21G` in an option file; numbers of things in sentences."""

import re

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

_FACTORS = {"": 1, "K": KIB, "M": MIB, "G": GIB, "T": GIB << 10}
_SIZE = re.compile(r"(\d{1,15}) ?(?:([KMGT])(?:i?B)?)?", re.IGNORECASE | re.ASCII)


def parse_size(text: str) -> int:
    """Return the bytes of `32G`, `32GB` or `32GiB` (all 1024-based, as the daemons count).

    Raises ValueError for anything else.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not an amount of memory; write it like "32G" or "512M"')
    return int(match[1]) * _FACTORS[(match[2] or "").upper()]


def format_size(size: int) -> str:
    """Return bytes in the largest unit that loses nothing: 21 GiB is `21G`, 1500 MiB is `1500M`."""
    for suffix in ("G", "M", "K"):
        factor = _FACTORS[suffix]
        if size and size % factor == 0:
            return f"{size // factor}{suffix}"
    return str(size)


def counted(number: int, noun: str) -> str:
    """Return `1 host`, `3 hosts`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def speak_size(size: int) -> str:
    """Return bytes for a sentence: `21 GiB`, and `30.2 GiB` where that is near enough for a reader."""
    if size >= 4 * GIB and size % GIB:
        return f"{size / GIB:.1f} GiB"
    return re.sub(r"([KMG])$", r" \1iB", format_size(size))
