"""From plain TOML values to the typed classes, strictly, with every mistake at once.

cattrs coerces by default (`int("5")`, `int(True)`); here each leaf type has a hook that takes exactly its own
TOML type. cattrs' error groups are turned into mistakes with the path of the value.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Any, NamedTuple, get_args

from attrs import Attribute, fields, has
from cattrs import AttributeValidationNote, Converter, ForbiddenExtraKeysError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override

from oxconf.deployment.key import keys_of
from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, about_host, did_you_mean, listed, quoted
from oxconf.deployment.model import Deployment, System
from oxconf.deployment.units import format_size, parse_size


class NotYet(NamedTuple):
    """Words that oxconf knows and does not offer."""

    type: type[Enum]
    words: tuple[str, ...]
    why: str = ""


NOT_YET = (
    NotYet(
        System,
        ("rhel", "redhat", "centos", "rocky", "almalinux", "fedora", "sles"),
        ": oxconf knows the paths and packages of Debian and Ubuntu only",
    ),
)

_TYPE_NAMES = {
    bool: "a boolean",
    int: "a number",
    float: "a number with a fraction",
    str: "a string",
    list: "a list",
    dict: "a table",
}

_EXAMPLES: dict[Any, str] = {
    str: '"text"',
    bool: "true or false",
    IPv4Address: '"10.20.30.213"',
    IPv4Network: '"10.20.30.0/24"',
}

_SIZE_EXAMPLE = '"32G"'


class _RefusedError(ValueError):
    """A leaf value that does not fit: what is wrong, to stand behind the key's name, and what to write instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def structure(tree: dict[str, Any]) -> Deployment | list[Mistake]:
    """Return the typed deployment of a merged tree, or everything that is wrong with it."""
    try:
        return _CONVERTER.structure(tree, Deployment)
    except ExceptionGroup as error:
        return list(_mistakes(error, (), tree))


def _demand(value: object, wanted: type, example: str) -> Any:
    if type(value) is wanted:
        return value
    found = _TYPE_NAMES.get(type(value), "a date or time")
    if isinstance(value, bool):
        found += f" ({str(value).lower()})"
    elif isinstance(value, str):
        found += f" ({quoted(value)})"
    elif isinstance(value, int) and value.bit_length() <= 64:
        found += f" ({value})"
    if wanted is int:
        digits = isinstance(value, str) and value.isdecimal()
        remedy = "write it without quotes" if digits else "write only digits"
    elif wanted is str and not isinstance(value, (list, dict)):
        remedy = f"write it in quotes, like {example}"
    else:
        remedy = f"write it like {example}"
    must = "a whole number" if wanted is int else _TYPE_NAMES[wanted]
    raise _RefusedError(f"must be {must}, not {found}", remedy)


def _size(value: object, _: Any) -> int:
    text = _demand(value, str, _SIZE_EXAMPLE)
    try:
        return parse_size(text)
    except ValueError:
        raise _RefusedError(
            f"{quoted(text)} is not an amount of memory", 'write it like "32G" or "512M"'
        ) from None


def _address(value: object, _: Any) -> IPv4Address:
    text = _demand(value, str, _EXAMPLES[IPv4Address])
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise _RefusedError(
            f"{quoted(text)} is not an IPv4 address", f"write it like {_EXAMPLES[IPv4Address]}"
        ) from None


def _network(value: object, _: Any) -> IPv4Network:
    text = _demand(value, str, _EXAMPLES[IPv4Network])
    try:
        return IPv4Network(text)
    except (AddressValueError, NetmaskValueError):
        raise _RefusedError(
            f"{quoted(text)} is not an IPv4 network", f"write it like {_EXAMPLES[IPv4Network]}"
        ) from None
    except ValueError:
        network = IPv4Network(text, strict=False)
        raise _RefusedError(f"{quoted(text)} has bits set behind its prefix", f'write "{network}"') from None


def _word(value: object, wanted: type[Enum]) -> Enum:
    words = [str(member.value) for member in wanted]
    text = _demand(value, str, _example(wanted))
    for refused in NOT_YET:
        if refused.type is wanted and text.lower() in refused.words:
            raise _RefusedError(
                f"{quoted(text)} is not yet offered{refused.why}", "known: " + ", ".join(words)
            )
    if text not in words:
        raise _RefusedError(f"{quoted(text)} is not known", did_you_mean(text, words))
    return wanted(text)


def _example(wanted: Any) -> str:
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return " or ".join(f'"{member.value}"' for member in wanted)
    return _EXAMPLES.get(wanted, "...")


def _example_of(attribute: "Attribute[Any]") -> str:
    """Return what a key's value looks like in TOML."""
    if attribute.metadata["unit"] == "bytes":
        return _SIZE_EXAMPLE
    return attribute.metadata["example"] or _example(_inner(attribute.type)[0])


def _leaf(attribute: "Attribute[Any]", converter: Converter) -> Callable[[Any, Any], Any]:
    """Structure one field: its type's hook, and what its metadata demands (unit, range and pattern)."""
    data = attribute.metadata
    wanted, _ = _inner(attribute.type)
    low, high, pattern, shape = data["minimum"], data["maximum"], data["pattern"], data["shape"]
    in_bytes = data["unit"] == "bytes"
    shown = _quoted_size if in_bytes else _grouped

    def structure_leaf(value: Any, _: Any) -> Any:
        if value is None:
            return None
        if in_bytes:
            result = _size(value, int)
        elif wanted in (bool, int, str):
            result = _demand(value, wanted, _example_of(attribute))
        else:
            result = converter.structure(value, wanted)
        if type(result) is int:
            if low is not None and result < low:
                raise _RefusedError(f"{_short(value)}is too small", shape or f"at least {shown(low)}")
            if high is not None and result > high:
                raise _RefusedError(f"{_short(value)}is too large", shape or f"at most {shown(high)}")
        if isinstance(result, str) and pattern and not re.fullmatch(pattern, result, re.ASCII):
            raise _RefusedError(f"{quoted(result)} is not possible", f"allowed: {shape}")
        return result

    return structure_leaf


def _quoted_size(size: int) -> str:
    return f'"{format_size(size)}"'


def _grouped(number: int) -> str:
    return f"{number:_}" if number > 99_999 else str(number)


def _short(value: int | str) -> str:
    """Return a number or an amount for a message, and nothing for a huge number, which Python may not print."""
    if isinstance(value, str):
        return f"{quoted(value)} "
    return f"{value} " if value.bit_length() <= 64 else ""


def _inner(annotation: Any) -> tuple[Any, bool]:
    """Return `T` and whether None is allowed, for `T` and for `T | None`."""
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if type(None) in get_args(annotation):
        return parts[0], True
    return annotation, False


def _class_hook(cls: type, converter: Converter) -> Callable[[Any, Any], Any]:
    """Structure one attrs class: a table, all keys known, keys that may be absent filled with None."""
    overrides: dict[str, Any] = {attribute.name: override(omit=True) for attribute in fields(cls)}
    optional = [key.name for key in keys_of(cls) if _inner(key.type)[1]]
    overrides |= {key.name: override(struct_hook=_leaf(key, converter)) for key in keys_of(cls)}
    generated: Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **overrides)
    header = next((header for header, of in TABLES if of is cls), "[table]")

    def structure_class(value: Any, wanted: Any) -> Any:
        table = _demand(value, dict, header)
        return generated({**dict.fromkeys(optional), **table}, wanted)

    return structure_class


def _tuple_hook(wanted: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Structure `tuple[T, ...]` from a TOML list and nothing else."""
    (element, _) = get_args(wanted)
    header = next((header for header, of in TABLES if of is element), None)
    example = f"{header}, once for each" if header else f"[{_example(element).split(' or ')[0]}]"

    def structure_tuple(value: Any, _: Any) -> tuple[Any, ...]:
        found, errors = [], []
        for index, item in enumerate(_demand(value, list, example)):
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
    converter.register_structure_hook(IPv4Address, _address)
    converter.register_structure_hook(IPv4Network, _network)
    converter.register_structure_hook_func(lambda t: isinstance(t, type) and issubclass(t, Enum), _word)
    converter.register_structure_hook_factory(has, lambda cls: _class_hook(cls, converter))
    converter.register_structure_hook_factory(
        lambda t: getattr(t, "__origin__", None) is tuple, lambda t: _tuple_hook(t, converter)
    )
    return converter


def _tables(cls: Any, names: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the header and the class of each table; the root has an empty header."""
    yield (f"[{names}]" if names else ""), cls
    for key in keys_of(cls):
        dotted = f"{names}.{key.name}".lstrip(".")
        wanted, _ = _inner(key.type)
        if has(wanted):
            yield from _tables(wanted, dotted)
        elif get_args(wanted) and has(get_args(wanted)[0]):
            yield f"[[{dotted}]]", get_args(wanted)[0]


TABLES = tuple(_tables(Deployment))
"""The header of each table that a cluster file may hold, with its class."""

_CONVERTER = _make_converter()


def _mistakes(error: BaseException, path: Path, tree: dict[str, Any]) -> Iterator[Mistake]:
    """Walk cattrs' tree of errors; the notes on each give its place."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = (*path, note.name)
        elif isinstance(note, IterableValidationNote):
            path = (*path, note.index)
    about = about_host(tree, path)
    if isinstance(error, ExceptionGroup):
        missing = []
        for sub in error.exceptions:
            if isinstance(sub, KeyError):
                missing.append(str(sub.args[0]))
            else:
                yield from _mistakes(sub, path, tree)
        if missing:
            yield _missing(path, missing, error, about)
    elif isinstance(error, ForbiddenExtraKeysError):
        for extra in sorted(error.extra_fields):
            yield Mistake(
                (*path, extra),
                f"unknown key {quoted(extra)}",
                _where_known(extra, error.cl),
                on_key=True,
                about=about,
            )
    elif isinstance(error, _RefusedError):
        yield Mistake(path, f"{_speak(path)} {error}".lstrip(), error.remedy, about=about)
    else:
        raise error


def _missing(path: Path, names: list[str], error: BaseException, about: str) -> Mistake:
    examples = [
        f"{key.name} = {_example_of(key)}"
        for key in keys_of(getattr(error, "cl", Deployment))
        if key.name in names
    ]
    return Mistake(
        path,
        f"{listed(names)} {'is' if len(names) == 1 else 'are'} missing",
        f"add {', '.join(examples)}",
        about=about,
        rests_on=tuple((*path, name) for name in names),
    )


def _where_known(name: str, cls: Any) -> str:
    """Say where a key belongs, or which one of its table was meant."""
    homes = [header for header, of in TABLES if name in [key.name for key in keys_of(of)]]
    if homes == [""]:
        return f"{quoted(name)} belongs to the top of the file, above the first [table]"
    if homes:
        return f"{quoted(name)} belongs to " + " or ".join(home or "the top of the file" for home in homes)
    return did_you_mean(name, [key.name for key in keys_of(cls)])


def _speak(path: Path) -> str:
    """Return `network.cidr` for a path; what stands in front of a host's keys is said by `about_host`."""
    in_host = path[0] == "hosts" and len(path) > 1
    names = [step for step in path[2 if in_host else 0 :] if isinstance(step, str)]
    entry = "an entry of " if names and isinstance(path[-1], int) else ""
    return entry + ".".join(names)
