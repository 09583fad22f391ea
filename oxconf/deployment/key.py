"""How a key of a cluster file is declared: a field whose metadata says what a reader of the reference asks."""

from typing import Any

from attrs import Attribute, field, fields


def key(
    doc: str,
    *,
    unit: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
    pattern: str | None = None,
    shape: str = "",
    example: str = "",
) -> Any:
    """Declare one key of a cluster file: its text, unit and range (both ends are allowed values).

    `shape` says in words what `pattern` or the range allows; `example` is a value as TOML has it.
    """
    metadata = {
        "doc": doc,
        "unit": unit,
        "minimum": minimum,
        "maximum": maximum,
        "pattern": pattern,
        "shape": shape,
        "example": example,
    }
    return field(metadata=metadata)


def keys_of(cls: type) -> "tuple[Attribute[Any], ...]":
    """Return the fields of a class that are keys of a cluster file, in their order."""
    return tuple(attribute for attribute in fields(cls) if "doc" in attribute.metadata)
