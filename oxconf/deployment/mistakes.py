"""Mistakes in a cluster file: collected, placed, and shown all at once."""

from difflib import get_close_matches

from attrs import field, frozen

from oxconf.deployment.locate import Path, locate, nearest


@frozen
class Mistake:
    """One thing that is wrong in a cluster file.

    `path` names the value; where the user's file does not hold it (the tier does), the first of `instead` that it
    holds is shown. `on_key` points at the key rather than at its value.
    """

    path: Path
    message: str
    remedy: str = ""
    instead: tuple[Path, ...] = ()
    on_key: bool = False


@frozen
class SourceText:
    """A cluster file: the name to show and its text; a tier used without a file has an empty text."""

    name: str
    text: str


class InputError(Exception):
    """Input that can not be used. `str()` is the complete message, every mistake with its place."""


class ClusterError(InputError):
    """Mistakes in a cluster file. `mistakes` keeps them as data."""

    def __init__(self, source: SourceText, mistakes: tuple[Mistake, ...]) -> None:
        self.source = source
        self.mistakes = mistakes
        super().__init__(_show(source, mistakes))


def did_you_mean(word: str, known: list[str]) -> str:
    """Return `did you mean "address"?`, or the known words when none is close."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return "known: " + ", ".join(known)


@frozen
class _Placed:
    line: int
    column: int
    mistake: Mistake = field(eq=False)


def _show(source: SourceText, mistakes: tuple[Mistake, ...]) -> str:
    spots = locate(source.text) if source.text else {}
    lines = source.text.splitlines()
    placed = []
    for mistake in mistakes:
        known = [p for p in (mistake.path, *mistake.instead) if p in spots]
        spot = nearest(spots, known[0] if known else mistake.path)
        # The path is missing from the file: point at the enclosing table's header instead.
        at = spot.key if mistake.on_key or not known else spot.value
        placed.append(_Placed(at.line, at.column, mistake))
    placed.sort(key=lambda p: (p.line, p.column))
    shown = []
    for one in placed:
        text = f"{source.name}:{one.line}:{one.column}: {one.mistake.message}"
        if one.line <= len(lines):
            line = lines[one.line - 1]
            # A tab keeps its width in front of the caret.
            gap = "".join("\t" if c == "\t" else " " for c in line[: one.column - 1])
            text += f"\n    {line}\n    {gap}^"
        if one.mistake.remedy:
            text += f"\n    {one.mistake.remedy}"
        if text not in shown:
            shown.append(text)
    return "\n".join(shown)
