"""Why a value is what it is."""

from enum import Enum
from typing import Generic, TypeVar

from attrs import frozen

from oxconf.deployment.locate import Path

T = TypeVar("T")


class Mark(Enum):
    """Who says so."""

    TUTORIAL = "TUTORIAL"
    """The published OX HE tutorial for one million users."""
    SOURCE = "SOURCE"
    """Another public source: a product's shipped file, a manual, an article. It is named beside the mark."""
    OURS = "OURS"
    """oxconf's own judgement or formula."""
    CLUSTER = "CLUSTER"
    """The cluster file of the user."""


EVERY_TIER = "every tier"
BY_DEFAULT = "by default"
"""Places of what no tier file says: see `defaults.py`."""


@frozen
class Origin:
    """One value's reason.

    `why` is one line: a recommendation, a formula with its inputs, or the file that sets it. `place` tells where a
    value of the cluster file stands: `cluster.toml:17`, `tier 1m`, `every tier`, `by default`; it never reaches a
    rendered file, `why` does. `keys` are the keys of the cluster file behind the value: itself where there is a
    place, otherwise what it was computed from.
    """

    mark: Mark
    why: str = ""
    place: str = ""
    keys: tuple[Path, ...] = ()


@frozen
class Derived(Generic[T]):
    """A computed value together with the formula that gave it."""

    value: T
    origin: Origin


def ours(why: str, *keys: Path) -> Origin:
    """Return the origin of a value that oxconf computed or chose itself."""
    return Origin(Mark.OURS, why, keys=keys)


def tutorial(why: str, *keys: Path) -> Origin:
    """Return the origin of a value that the tutorial gives for these keys."""
    return Origin(Mark.TUTORIAL, why, keys=keys)
