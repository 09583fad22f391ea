"""What there is to say about one setting of a file, whatever the file's syntax.

`oxconf why` and the reference read nothing else. Key-value files declare their settings with their fields
(`_keyvalue.py`); for files with a structure of their own they stand in `reference/`, a module for each.
"""

from collections.abc import Callable, Iterator

from attrs import field, frozen

from oxconf.deployment.locate import Path
from oxconf.deployment.origin import Mark, Origin


@frozen(kw_only=True)
class Setting:
    """One setting that a type of file can have.

    `key` is what the file calls it, the section or the line that it belongs to in front of it: `maxIdleTime`,
    `defaults timeout connect`, `BalancerMember retry`. `type` says in a word what its values are. `origin` tells where
    the recommended or default value comes from.
    """

    key: str
    type: str
    doc: str
    origin: Origin
    name: str = field()
    """Under which name an artifact's `origins` know it."""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None

    @name.default
    def _key(self) -> str:
        return self.key


@frozen
class Statement:
    """One setting as a text has it. `where` names the one that it belongs to where a file has several of a kind.

    `Statement("listen bind", "127.0.0.1:3306", 33, "mysql-read")`
    """

    key: str
    text: str = field(repr=False)
    line: int
    where: str = ""


@frozen
class Reference:
    """What can stand in a type of file, and how the statements of a text are found: every one, but no comment."""

    settings: tuple[Setting, ...]
    statements: Callable[[str], Iterator[Statement]]


@frozen
class Value:
    """One setting of a rendered file: what it is, where it stands and why. A secret's `text` is `***`."""

    setting: Setting
    where: str
    text: str
    line: int
    origin: Origin


class Unexplained(LookupError):
    """A statement of a rendered file of which nothing is known: its text is missing, which a test finds."""


def entry(
    key: str,
    type: str,
    doc: str,
    mark: Mark,
    why: str = "",
    *,
    name: str = "",
    unit: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
    keys: tuple[Path, ...] = (),
) -> Setting:
    """Return a setting; `why` may be empty where the tutorial says so, or where each artifact has an origin for it.

    `keys` are those of the cluster file that its value always follows from.
    """
    return Setting(
        key=key,
        type=type,
        doc=doc,
        origin=Origin(mark, why, keys=keys),
        name=name or key,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
    )
