"""A value of a cluster file as text. Writing whole files is `writer.py`'s."""

import json
from enum import Enum
from typing import Any

from oxconf.deployment.units import format_size


def plain(value: Any, *, is_size: bool = False) -> Any:
    """Return a value as the types of TOML have it: a string, a number, or a list of these.

    An address or a network is a string, a network of one address like that address; a size is a string as well.
    """
    if isinstance(value, tuple | list):
        return [plain(item, is_size=is_size) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return format_size(value) if is_size else value
    return value if isinstance(value, str) else str(value).removesuffix("/32")


def toml_text(value: Any, *, is_size: bool = False) -> str:
    """Return a value as TOML writes it: `"galera"`, `["10.20.30.0/24"]`, `1_000_000`; a size is `"32G"`."""
    value = plain(value, is_size=is_size)
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:_}" if value > 99_999 else str(value)
    # JSON's strings are TOML's, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
