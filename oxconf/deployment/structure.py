"""From plain TOML values to the typed classes, strictly, with every mistake at once.

cattrs coerces by default (`int("5")`, `int(True)`); here each leaf type has a hook that takes exactly its own TOML
type. cattrs' error groups are turned into mistakes with the path of the value.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Any, NamedTuple, get_args

from attrs import Attribute, fields, has
from cattrs import AttributeValidationNote, Converter, ForbiddenExtraKeysError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override

from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, did_you_mean
from oxconf.deployment.model import DatabaseAccess, Deployment, System
from oxconf.deployment.units import format_size, parse_size


class NotYet(NamedTuple):
    """A word that oxconf knows and does not offer."""

    type: type[Enum]
    word: str
    why: str


NOT_YET = (
    NotYet(DatabaseAccess, "keepalived-lvs", "keepalived with LVS in front of the database is not offered yet"),
    NotYet(DatabaseAccess, "maxscale", "MaxScale in front of the database is not offered yet"),
    NotYet(System, "rhel", "Red Hat systems are not offered yet; debian and ubuntu are"),
)

_TOML_NAMES = {
    bool: "a boolean",
    int: "a number",
    float: "a number with a fraction",
    str: "a string",
    list: "a list",
    dict: "a table",
}


class _Refused(ValueError):
    """A leaf value that does not fit: the message and what to write instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def structure(tree: dict[str, Any]) -> Deployment | list[Mistake]:
    """Return the typed deployment of a merged tree, or everything that is wrong with it."""
    try:
        return _CONVERTER.structure(tree, Deployment)
    except ExceptionGroup as error:
        return list(_mistakes(error, (), Deployment))


def _what(value: object) -> str:
    return _TOML_NAMES.get(type(value), "a date or time")


def _demand(value: object, wanted: type, example: str) -> Any:
    if type(value) is not wanted:
        shown = f" ({value!r})".replace("True", "true").replace("False", "false")
        if isinstance(value, (list, dict)):
            shown = ""
        raise _Refused(f"must be {_TOML_NAMES[wanted]}, not {_what(value)}{shown}", f"write it like {example}")
    return value


def _integer(value: object, _: Any) -> int:
    return int(_demand(value, int, "5"))


def _string(value: object, _: Any) -> str:
    return str(_demand(value, str, '"text"'))


def _size(value: object, _: Any) -> int:
    text = _demand(value, str, '"32G"')
    try:
        return parse_size(text)
    except ValueError as error:
        raise _Refused(str(error)) from None


def _address(value: object, _: Any) -> IPv4Address:
    text = _demand(value, str, '"10.20.30.213"')
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise _Refused(f'"{text}" is not an IPv4 address', 'write it like "10.20.30.213"') from None


def _network(value: object, _: Any) -> IPv4Network:
    text = _demand(value, str, '"10.20.30.0/24"')
    try:
        return IPv4Network(text)
    except (AddressValueError, NetmaskValueError):
        raise _Refused(f'"{text}" is not an IPv4 network', 'write it like "10.20.30.0/24"') from None
    except ValueError:
        network = IPv4Network(text, strict=False)
        raise _Refused(f'"{text}" has bits set behind its prefix', f'write "{network}"') from None


def _word(value: object, wanted: type[Enum]) -> Enum:
    words = [str(member.value) for member in wanted]
    text = _demand(value, str, " or ".join(f'"{word}"' for word in words))
    for refused in NOT_YET:
        if refused.type is wanted and refused.word == text:
            raise _Refused(refused.why, "known: " + ", ".join(words))
    if text not in words:
        raise _Refused(f'"{text}" is not known here', did_you_mean(text, words))
    return wanted(text)


def _leaf(attribute: "Attribute[Any]", wanted: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Structure one field: its type's hook, and what its metadata demands (unit, range and pattern)."""
    data = attribute.metadata
    low, high, pattern = data.get("minimum"), data.get("maximum"), data.get("pattern")
    in_bytes = data.get("unit") == "bytes"
    shown = format_size if in_bytes else str

    def structure_leaf(value: Any, _: Any) -> Any:
        if value is None:
            return None
        result = _size(value, int) if in_bytes else converter.structure(value, wanted)
        if isinstance(result, int):
            if low is not None and result < low:
                raise _Refused(f"{value} is too small", f"at least {shown(low)}")
            if high is not None and result > high:
                raise _Refused(f"{value} is too large", f"at most {shown(high)}")
        if isinstance(result, str) and pattern and not re.fullmatch(pattern, result, re.ASCII):
            raise _Refused(f'"{result}" does not fit', f"allowed: {pattern}")
        return result

    return structure_leaf


def _inner(annotation: Any) -> tuple[Any, bool]:
    """Return `T` and whether None is allowed, for `T` and for `T | None`."""
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if type(None) in get_args(annotation):
        return parts[0], True
    return annotation, False


def _class_hook(cls: type, converter: Converter) -> Callable[[Any, Any], Any]:
    """Structure one attrs class: a table, all keys known, keys that may be absent filled with None."""
    overrides: dict[str, Any] = {}
    optional = []
    for attribute in fields(cls):
        if "doc" not in attribute.metadata:
            overrides[attribute.name] = override(omit=True)
            continue
        wanted, may_be_absent = _inner(attribute.type)
        if may_be_absent:
            optional.append(attribute.name)
        overrides[attribute.name] = override(struct_hook=_leaf(attribute, wanted, converter))
    generated: Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **overrides)

    def structure_class(value: Any, wanted: Any) -> Any:
        table = _demand(value, dict, "a [table]")
        return generated({**dict.fromkeys(optional), **table}, wanted)

    return structure_class


def _tuple_hook(wanted: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Structure `tuple[T, ...]` from a TOML list and nothing else."""
    (element, _) = get_args(wanted)

    def structure_tuple(value: Any, _: Any) -> tuple[Any, ...]:
        found, errors = [], []
        for index, item in enumerate(_demand(value, list, "[ ... ]")):
            try:
                found.append(converter.structure(item, element))
            except Exception as error:
                error.add_note(IterableValidationNote(f"item {index}", index, element))
                errors.append(error)
        if errors:
            raise ExceptionGroup("list", errors)
        return tuple(found)

    return structure_tuple


def _make_converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(str, _string)
    converter.register_structure_hook(IPv4Address, _address)
    converter.register_structure_hook(IPv4Network, _network)
    converter.register_structure_hook_func(lambda t: isinstance(t, type) and issubclass(t, Enum), _word)
    converter.register_structure_hook_factory(has, lambda cls: _class_hook(cls, converter))
    converter.register_structure_hook_factory(
        lambda t: getattr(t, "__origin__", None) is tuple, lambda t: _tuple_hook(t, converter)
    )
    return converter


_CONVERTER = _make_converter()


def _mistakes(error: BaseException, path: Path, cls: Any) -> Iterator[Mistake]:
    """Walk cattrs' tree of errors; the notes on each give its place."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = (*path, note.name)
        elif isinstance(note, IterableValidationNote):
            path = (*path, note.index)
    if isinstance(error, ExceptionGroup):
        inner = getattr(error, "cl", cls)
        for sub in error.exceptions:
            yield from _mistakes(sub, path, inner)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [a.name for a in fields(error.cl) if "doc" in a.metadata] if error.cl else []
        for extra in sorted(error.extra_fields):
            yield Mistake(
                (*path, extra), f'unknown key "{extra}"', did_you_mean(extra, known), on_key=True
            )
    elif isinstance(error, KeyError):
        yield Mistake(path, f'"{path[-1]}" is missing here', f"add a line: {path[-1]} = ...")
    elif isinstance(error, _Refused):
        yield Mistake(path, f"{_speak(path)}: {error}", error.remedy)
    else:
        raise error


def _speak(path: Path) -> str:
    """Return `hosts[2].address` for a path."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".")
