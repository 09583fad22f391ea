"""Who differs from the rest."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def odd_ones(items: Iterable[tuple[T, Hashable]]) -> Iterator[tuple[T, T]]:
    """Yield each item whose value is not the most frequent one, with the first item that has that one.

    Where two values are equally frequent, the one that comes first counts as right.
    """
    known = list(items)
    if not known:
        return
    (usual, _), *_ = Counter(value for _, value in known).most_common(1)
    reference = next(item for item, value in known if value == usual)
    for item, value in known:
        if value != usual:
            yield item, reference
