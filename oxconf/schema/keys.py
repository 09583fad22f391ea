"""The keys of a cluster file, in the order of the classes, each with what its metadata and the tiers say."""

import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from enum import Enum
from functools import cache
from typing import Any, get_args

from attrs import Attribute, field, frozen, has

from oxconf.deployment.defaults import fill
from oxconf.deployment.key import keys_of
from oxconf.deployment.load import Tier, read_tier
from oxconf.deployment.model import Deployment
from oxconf.deployment.origin import Mark, Origin
from oxconf.deployment.tiers import TIERS
from oxconf.deployment.toml import toml_text
from oxconf.deployment.units import format_size

TIER = ("tier",)

MANY = "*"
"""The step of a path that stands for each entry of a list of tables."""

FOLLOWS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("hosts", MANY, "route"): ("hosts.roles",),
    ("hosts", MANY, "load_factor"): ("hosts.roles",),
    ("database", "access"): ("database.mode",),
    ("database", "read_policy"): ("database.mode", "database.access", "database.read_address"),
    ("database", "writer"): ("hosts.roles",),
    ("mail", "imap_port"): ("mail.imap_secure",),
}
"""The keys whose default follows from others, with the names of these: what `deployment/defaults.py` fills in."""


@frozen
class Default:
    """The value that a key has by default in some tiers, as TOML has it, and why."""

    tiers: tuple[str, ...]
    value: Any
    origin: Origin


@frozen(kw_only=True)
class Key:
    """One key of a cluster file.

    `path` names the tables around it, `("hosts", "*", "memory")` for each host. `type` is the class of the value or
    of the entries of a list; where that is a class of keys itself, the key is a table, or a list of tables.
    """

    path: tuple[str, ...]
    type: Any
    is_list: bool
    is_optional: bool
    """Whether it may be absent even from a complete cluster."""
    metadata: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The last step of its path."""
        return self.path[-1]

    @property
    def full_name(self) -> str:
        """The names of its tables and its own: `database.mode`, and `hosts.memory` for a key of each host."""
        return ".".join(step for step in self.path if step != MANY)

    @property
    def doc(self) -> str:
        """What it is, in a sentence."""
        return str(self.metadata["doc"])

    @property
    def unit(self) -> str:
        """The unit of its number; `bytes` are written as an amount of memory like `"32G"`."""
        return str(self.metadata["unit"])

    @property
    def is_table(self) -> bool:
        """Whether it holds keys itself."""
        return has(self.type)

    @property
    def is_size(self) -> bool:
        """Whether it is an amount of memory."""
        return self.unit == "bytes"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it takes; empty for everything else."""
        if self.path == TIER:
            return TIERS
        if isinstance(self.type, type) and issubclass(self.type, Enum):
            return tuple(str(member.value) for member in self.type)
        return ()

    @property
    def follows(self) -> tuple[str, ...]:
        """The full names of the keys that its default follows from; empty for all others."""
        return FOLLOWS.get(self.path, ())

    @property
    def example(self) -> Any:
        """The value that its declaration names, or None."""
        example = self.metadata["example"]
        return tomllib.loads(f"x = {example}")["x"] if example else None

    def inner(self) -> "tuple[Key, ...]":
        """Return the keys of a table."""
        return keys(self.type, (*self.path, MANY) if self.is_list else self.path)


def keys(cls: Any = Deployment, path: tuple[str, ...] = ()) -> tuple[Key, ...]:
    """Return the keys of one class, that of the whole file by default."""
    return tuple(_key(one, path) for one in keys_of(cls))


def all_keys(of: tuple[Key, ...] | None = None) -> Iterator[Key]:
    """Yield every key, a table before its keys."""
    for key in keys() if of is None else of:
        yield key
        if key.is_table:
            yield from all_keys(key.inner())


def defaults(path: tuple[str, ...]) -> tuple[Default, ...]:
    """Return what a key is in the tiers while the file does not set it, those that agree together.

    Where the key follows from others, this holds as long as the file leaves these alone. Nothing is returned for a
    table, for a host's keys, and for the tier itself.
    """
    found: list[Default] = []
    if path == TIER:
        return ()
    for name in TIERS:
        tier = _tier(name)
        if path not in tier.origins:
            continue
        value: Any = tier.tree
        for step in path:
            value = value[step]
        origin = Origin(tier.origins[path].mark, tier.origins[path].why)
        same = next((at for at, one in enumerate(found) if (one.value, one.origin) == (value, origin)), None)
        if same is None:
            found.append(Default((name,), value, origin))
        else:
            found[same] = Default((*found[same].tiers, name), value, origin)
    return tuple(found)


def example(key: Key) -> Any:
    """Return a value to show: the one that is declared, that of the largest tier which has one, or one of its type."""
    given = defaults(key.path)
    if key.example is not None:
        return key.example
    if given:
        return given[-1].value
    if key.words:
        return key.words[-1]
    if key.is_size:
        return format_size(min(max(32 << 30, key.metadata["minimum"]), key.metadata["maximum"]))
    return key.metadata["minimum"] if key.type is int else "10.20.30.220"


def limits(key: Key) -> str:
    """Return what a key takes, as sentences; empty where its type says it all."""
    low, high = key.metadata["minimum"], key.metadata["maximum"]
    parts = []
    if key.is_size:
        parts.append(
            f'An amount of memory in quotes, from "{format_size(low)}" to "{format_size(high)}"; '
            "K, M, G and T count by 1024."
        )
    elif key.unit:
        parts.append(f"Unit: {key.unit}.")
    if key.metadata["shape"]:
        parts.append(f"Allowed: {key.metadata['shape']}.")
    elif low is not None and not key.is_size:
        parts.append(f"From {spoken(low)} to {spoken(high)}.")
    if key.words:
        parts.append(f"{'Some' if key.is_list else 'One'} of {', '.join(key.words)}.")
    return " ".join(parts)


def reason(origin: Origin) -> str:
    """Return who says so, to stand beside a value."""
    if origin.mark is Mark.SOURCE:
        return origin.why
    who = "the tutorial" if origin.mark is Mark.TUTORIAL else "oxconf"
    return f"{who}: {origin.why}" if origin.why else who


def spoken(value: Any) -> str:
    """Return a plain value for a sentence: without the quotes and brackets that it has in TOML."""
    if isinstance(value, list):
        return ", ".join(map(spoken, value))
    return value if isinstance(value, str) else toml_text(value)


def _key(one: "Attribute[Any]", path: tuple[str, ...]) -> Key:
    optional = type(None) in get_args(one.type)
    whole = next(part for part in get_args(one.type) if part is not type(None)) if optional else one.type
    is_list = getattr(whole, "__origin__", None) is tuple
    return Key(
        path=(*path, one.name),
        type=get_args(whole)[0] if is_list else whole,
        is_list=is_list,
        is_optional=optional,
        metadata=one.metadata,
    )


@cache
def _tier(name: str) -> Tier:
    """Return a tier with what follows from it filled in."""
    tier = read_tier(name)
    tree = deepcopy(tier.tree)
    return Tier(tree, {**tier.origins, **fill(tree)})
