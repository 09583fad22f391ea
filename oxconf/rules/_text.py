"""Small helpers for the sentences of findings."""

from collections.abc import Iterable


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`; each word once, in the order in which it first came."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last
