"""Why a value is what it is."""

from enum import Enum
from typing import Generic, TypeVar

from attrs import frozen

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


@frozen
class Origin:
    """One value's reason.

    `why` is one line: a recommendation, a formula with its inputs, or the file that sets it. `place` is
    `cluster.toml:17` where a line is known; it never reaches a rendered file, `why` does.
    """

    mark: Mark
    why: str = ""
    place: str = ""


@frozen
class Derived(Generic[T]):
    """A computed value together with the formula that gave it."""

    value: T
    origin: Origin


def ours(why: str) -> Origin:
    """Return the origin of a value that oxconf computed or chose itself."""
    return Origin(Mark.OURS, why)
