"""What all file syntaxes share: how a problem is reported and how an unwritable value is refused."""

from attrs import frozen


@frozen
class Problem:
    """Something in a text that its syntax does not allow.

    `line` counts from 1. `message` is one sentence without the place.
    """

    line: int
    message: str


class Unwritable(ValueError):
    """A value that a syntax cannot hold; the message says which character or shape it is."""
