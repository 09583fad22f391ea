"""Plain tables: the first column to the left, figures to the right."""

from collections.abc import Sequence


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a title with a table below it."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [title]
    for name, *figures in (head, *rows):
        cells = [figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)]
        lines.append("   ".join((f"  {name:{widths[0]}}", *cells)).rstrip())
    return "\n".join(lines) + "\n"
