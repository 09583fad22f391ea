"""What the blocks of keepalived.conf have in common: the lines of their settings, and how values are read."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv6Interface
from typing import Any, TypeVar

from attrs import field, frozen

from oxconf.syntax import keepalived
from oxconf.syntax._base import Problem

T = TypeVar("T")

Fields = Mapping[str, tuple[str, Callable[[str], Any]]]
"""Field and type of a block's settings of one value, by keyword."""


@frozen(kw_only=True)
class Block:
    """A block that was read knows the lines of its settings, by the names of the fields."""

    line: int = field(default=0, eq=False)
    lines: Mapping[str, int] = field(factory=dict, eq=False, repr=False)

    def line_of(self, name: str) -> int:
        """Return where a setting stands; the block's first line where it does not."""
        return self.lines.get(name, self.line)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Interface(text)
    except ValueError:
        return False
    return True


@frozen
class BlockReader:
    """Takes the values out of keepalived's blocks; what does not fit becomes a problem."""

    problems: list[Problem]

    def value(self, convert: Callable[[str], T], text: str, node: keepalived.Node) -> Iterator[T]:
        """Yield the value, or nothing when the text does not fit; IPv6 and variables are left aside."""
        try:
            yield convert(text)
        except ValueError:
            if "$" not in text and not _is_ipv6(text):
                self.problems.append(Problem(node.line, f'{node.words[0]}: "{text}" does not fit'))

    def simple(self, fields: Fields, block: keepalived.Node) -> tuple[dict[str, Any], dict[str, int]]:
        """Return the values and the lines of a block's settings of one value."""
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            if keyword in fields and args:
                name, convert = fields[keyword]
                for value in self.value(convert, " ".join(args) if convert is str else args[0], node):
                    values[name] = value
                    lines[name] = node.line
        return values, lines
