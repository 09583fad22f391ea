"""Mistakes in a cluster file: collected, placed, and shown all at once."""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from attrs import evolve, frozen

from oxconf.deployment.locate import Path, Position, Spot, locate, nearest

MOST_SHOWN = 100
"""How many mistakes are shown at most; the rest is counted."""

LONGEST_WORD = 60
LONGEST_LINE = 100
BEFORE_CARET = 60
MOST_KNOWN = 24
"""Words that a message lists when none of them is close."""


@frozen
class Mistake:
    """One thing that is wrong in a cluster file.

    `path` names the value; where the user's file does not hold it (the tier does), the first of `instead` that it
    holds is shown. `on_key` points at the key rather than at its value. `about` says what the message is about, as
    `host "ox2"`: mistakes that differ in this alone are shown as one. `rests_on` are the values that the mistake
    follows from, with "*" for any step; they are `path` and `instead` when it is empty.
    """

    path: Path
    message: str
    remedy: str = ""
    instead: tuple[Path, ...] = ()
    on_key: bool = False
    about: str = ""
    rests_on: tuple[Path, ...] = ()

    def follows_from(self, value: Path) -> bool:
        """Whether a value, or one above or below it, is among those that the mistake rests on."""
        return any(
            all(step == other or step == "*" for step, other in zip(path, value, strict=False))
            for path in self.rests_on or (self.path, *self.instead)
        )


@frozen
class SourceText:
    """A cluster file: the name to show and its text; a tier used without a file has an empty text."""

    name: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines as TOML and editors count them; `splitlines` knows more separators than they do."""
        return [line.removesuffix("\r") for line in self.text.split("\n")]

    def spots(self) -> dict[Path, Spot]:
        """Return where each value stands. The text must be valid TOML."""
        return locate(self.text) if self.text else {}


class InputError(Exception):
    """Input that can not be used. `str()` is the complete message, every mistake with its place."""


class ClusterError(InputError):
    """Mistakes in a cluster file. `mistakes` keeps them as data."""

    def __init__(self, source: SourceText, mistakes: tuple[Mistake, ...]) -> None:
        self.source = source
        self.mistakes = mistakes
        super().__init__(_show(source, mistakes))


def closest(word: str, known: list[str]) -> str | None:
    """Return the known word that comes near to one that somebody wrote, or None."""
    by_folded = {each.lower(): each for each in reversed(known)}
    close = get_close_matches(word[:LONGEST_WORD].lower(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, known: list[str]) -> str:
    """Return `did you mean "address"?`, or the known words when none is close."""
    close = closest(word, known)
    if close:
        return f'did you mean "{close}"?'
    more = f" and {len(known) - MOST_KNOWN} more" if len(known) > MOST_KNOWN else ""
    return f"known: {', '.join(known[:MOST_KNOWN])}{more}"


def quoted(text: str) -> str:
    """Return a text in quotes for a message: on one line, without control characters, not too long."""
    if len(text) > LONGEST_WORD:
        text = text[: LONGEST_WORD - 1] + "…"
    shown = text.replace("\\", r"\\").replace('"', r"\"")
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + '"'


def about_host(tree: dict[str, Any], path: Path) -> str:
    """Return `host "ox2"` for a path into the list of hosts, by its name where it has one."""
    if len(path) < 2 or path[0] != "hosts" or not isinstance(path[1], int):
        return ""
    host = tree["hosts"][path[1]]
    name = host.get("name") if isinstance(host, dict) else None
    return f"host {quoted(name)}" if name and isinstance(name, str) else f"host number {path[1] + 1}"


def listed(words: Iterable[str]) -> str:
    """Return `a, b and c`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


@frozen
class _Place:
    position: Position
    sure: bool
    """Whether the value (or the table that lacks it) stands in the file, so that a caret says something."""


def _show(source: SourceText, mistakes: tuple[Mistake, ...]) -> str:
    spots = source.spots()
    lines = source.lines
    placed = [(_place(spots, mistake), mistake) for mistake in mistakes]
    placed.sort(key=lambda one: (one[0].position.line, one[0].position.column))
    shown = []
    for place, mistake in _joined(placed):
        at = place.position
        about = f"{mistake.about}: " if mistake.about else ""
        text = f"{source.name}:{at.line}:{at.column}: {about}{mistake.message}"
        if place.sure:
            text += excerpt(lines[at.line - 1], at.column)
        if mistake.remedy:
            text += f"\n    {mistake.remedy}"
        shown.append(text)
    if len(shown) > MOST_SHOWN:
        shown[MOST_SHOWN:] = [f"and {len(shown) - MOST_SHOWN} more mistakes"]
    return "\n".join(shown)


def _place(spots: Mapping[Path, Spot], mistake: Mistake) -> _Place:
    for path in (mistake.path, *mistake.instead):
        if path in spots:
            return _Place(spots[path].key if mistake.on_key else spots[path].value, sure=True)
    above = nearest(spots, mistake.path)
    if above in spots.values():
        return _Place(above.value, sure=True)
    # What the tier alone brings in.
    tier = spots.get(("tier",))
    return _Place(tier.value if tier else Position(1, 1), sure=tier is not None)


def _joined(placed: list[tuple[_Place, Mistake]]) -> list[tuple[_Place, Mistake]]:
    """Join the mistakes that stand at one place and differ only in what they are about."""
    groups: dict[tuple[_Place, str, str], list[Mistake]] = {}
    for place, mistake in placed:
        groups.setdefault((place, mistake.message, mistake.remedy), []).append(mistake)
    return [
        (place, evolve(group[0], about=_together([mistake.about for mistake in group])))
        for (place, _, _), group in groups.items()
    ]


def _together(abouts: list[str]) -> str:
    """Return `hosts "ox1", "ox2", web.address` for `host "ox1"`, `host "ox2"`, `web.address`."""
    unique = list(dict.fromkeys(abouts))
    hosts = [about.removeprefix("host ") for about in unique if about.startswith("host ")]
    others = [about for about in unique if not about.startswith("host ")]
    if len(hosts) > 1:
        hosts[0] = f"hosts {hosts[0]}"
    elif hosts:
        hosts[0] = f"host {hosts[0]}"
    return ", ".join([*hosts, *others])


def excerpt(line: str, column: int) -> str:
    """Return the line and a caret below its column, clipped around the caret where the line is long."""
    before, behind = line[: column - 1], line[column - 1 :]
    if len(line) > LONGEST_LINE:
        if len(before) > BEFORE_CARET:
            before = "…" + before[-BEFORE_CARET:]
        room = LONGEST_LINE - len(before)
        if len(behind) > room:
            behind = behind[:room] + "…"
    gap = "".join(_blank(char) for char in before)
    return f"\n    {_visible(before)}{_visible(behind)}\n    {gap}^"


def _visible(text: str) -> str:
    """Return a text in which nothing steers a terminal or turns the direction of reading."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _blank(char: str) -> str:
    """Return blanks as wide as a character is shown; a tab keeps its width in front of the caret."""
    if char == "\t":
        return "\t"
    if char.isprintable() and unicodedata.category(char) in ("Mn", "Me"):
        return ""
    return "  " if unicodedata.east_asian_width(char) in "WF" else " "
