"""File syntaxes, one module each: `parse(text) -> Document` and `render(document) -> text`.

No module here knows a word of Open-Xchange. Documents keep comments, order and line numbers. `parse` takes any text:
what it cannot read it lists in `Document.problems` and reads on, because a file that somebody else wrote is judged
by its other lines as well. `render(parse(text)) == text` holds for every text.
"""

from oxconf.syntax._base import Unwritable

__all__ = ["Unwritable"]
