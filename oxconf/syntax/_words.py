"""How systemd takes a text apart into words (systemd.syntax(7), "Quoting")."""

import re

_ESCAPE = re.compile(r"x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}


def words(text: str, *, c_escapes: bool) -> tuple[str, ...]:
    """The words of `text` without quotes and escapes.

    With `c_escapes` a backslash begins an escape of C, else it only protects the next character. Raises
    ValueError with the reason when systemd ignores the line: an open quote, a last backslash, an unknown
    escape.
    """
    found: list[str] = []
    word: list[str] | None = None
    quoted_by = ""
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if not quoted_by and character in " \t\r\n":
            if word is not None:
                found.append("".join(word))
            word = None
            continue
        word = [] if word is None else word
        if character == "\\":
            escape = _ESCAPE.match(text, at)
            if escape is None:
                raise ValueError("there is nothing behind the backslash at the end")
            taken = escape.group() if c_escapes else text[at]
            at += len(taken)
            word.append(_unescape(taken) if c_escapes else taken)
        elif quoted_by:
            if character == quoted_by:
                quoted_by = ""
            else:
                word.append(character)
        elif character in "'\"":
            quoted_by = character
        else:
            word.append(character)
    if quoted_by:
        raise ValueError(f"the closing {quoted_by} is missing")
    if word is not None:
        found.append("".join(word))
    return tuple(found)


def _unescape(escape: str) -> str:
    if len(escape) > 1:
        code = int(escape, 8) if escape[0].isdigit() else int(escape[1:], 16)
        if 0 < code < 0x110000:
            return chr(code)
    elif escape in _LETTERS:
        return _LETTERS[escape]
    elif escape in "\\\"'":
        return escape
    raise ValueError(f"there is no escape \\{escape}")
