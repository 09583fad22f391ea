"""A value of a cluster file as text. Writing whole files is `writer.py`'s."""

import json
from enum import Enum
from ipaddress import IPv4Network
from typing import Any

from oxconf.deployment.units import format_size


def toml_text(value: Any, *, is_size: bool = False) -> str:
    """Return a value as TOML writes it: `"galera"`, `["10.20.30.0/24"]`, `1_000_000`; a size is `"32G"`."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(toml_text(item, is_size=is_size) for item in value)}]"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, int):
        if is_size:
            return f'"{format_size(value)}"'
        return f"{value:_}" if value > 99_999 else str(value)
    if isinstance(value, IPv4Network) and value.prefixlen == 32:
        value = value.network_address
    return json.dumps(str(value), ensure_ascii=False)
