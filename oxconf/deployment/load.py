"""From a cluster file to a `Deployment`: tier, file, merge, types, consistency.

Nothing here reads the file itself; `oxconf.load` and the command line do, and hand over the text.
"""

import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib import resources
from typing import Any

from attrs import evolve

from oxconf.deployment.consistency import mistakes_of
from oxconf.deployment.defaults import fill
from oxconf.deployment.locate import Path, Spot, locate
from oxconf.deployment.mistakes import ClusterError, InputError, Mistake, SourceText, did_you_mean
from oxconf.deployment.model import Deployment
from oxconf.deployment.origin import Mark, Origin
from oxconf.deployment.secrets import PURPOSES, Secret, find, refusal
from oxconf.deployment.structure import structure

TIERS = ("poc", "100k", "1m")
"""Names of the tiers, from the smallest."""


def load_text(
    text: str,
    *,
    name: str = "cluster.toml",
    tier: str | None = None,
    secrets: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Deployment:
    """Return the deployment that a cluster file describes.

    `text` may be empty when `tier` is given. `name` is shown in messages. `secrets` are the values of a secrets
    file, `environment` is searched for `OXCONF_SECRET_...`. Raises ClusterError (mistakes with places) or
    InputError (the text is not TOML, or no tier is known).
    """
    source = SourceText(name, text)
    tree = _parse(source)
    chosen = _tier_of(tree, tier, source)
    base = read_tier(chosen)
    merged = deepcopy(_merge(_merge(base.tree, tree), {"tier": chosen}))
    filled = fill(merged)
    built = structure(merged)
    if isinstance(built, list):
        raise ClusterError(source, tuple(built))
    wrong = mistakes_of(built)
    if wrong:
        raise ClusterError(source, tuple(wrong))
    return evolve(
        built,
        origins={**_origins(merged, base, tree, source), **filled},
        passwords=_passwords(built, secrets or {}, environment or {}),
        source=name if text else "",
    )


class Tier:
    """The defaults of a tier and where each comes from."""

    def __init__(self, tree: dict[str, Any], origins: dict[Path, Origin]) -> None:
        self.tree = tree
        self.origins = origins


def read_tier(name: str) -> Tier:
    """Return the defaults of a tier, its own lines over the common ones."""
    tree: dict[str, Any] = {}
    origins: dict[Path, Origin] = {}
    for file in ("common", name):
        text = resources.files(__package__).joinpath("tiers", f"{file}.toml").read_text("utf-8")
        values = tomllib.loads(text)
        tree = _merge(tree, values)
        spots = locate(text)
        for path in _leaves(values):
            origins[path] = _marked(spots[path])
    return Tier(tree, origins)


def _marked(spot: Spot) -> Origin:
    mark, _, why = spot.comment.partition(" ")
    return Origin(Mark(mark), why)


def _parse(source: SourceText) -> dict[str, Any]:
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(_toml_message(source, error)) from None


def _toml_message(source: SourceText, error: tomllib.TOMLDecodeError) -> str:
    text, _, place = str(error).rpartition(" (at ")
    place = place.rstrip(")")
    if place == "end of document":
        lines = source.text.splitlines() or [""]
        line, column = len(lines), len(lines[-1]) + 1
    else:
        # "line 3, column 7"; the attributes of the same names exist only from Python 3.14 on.
        words = place.replace(",", "").split()
        line, column = int(words[1]), int(words[3])
    return f"{source.name}:{line}:{column}: not valid TOML: {text[:1].lower()}{text[1:]}"


def _tier_of(tree: dict[str, Any], tier: str | None, source: SourceText) -> str:
    written = tree.get("tier")
    if written is None:
        if tier is None:
            raise ClusterError(
                source, (Mistake((), "no tier is named", f"add a line: tier = \"{TIERS[-1]}\" ({', '.join(TIERS)})"),)
            )
        return _known_tier(tier, None, source)
    if not isinstance(written, str):
        raise ClusterError(source, (Mistake(("tier",), "tier: must be a string", 'write it like tier = "1m"'),))
    if tier is not None and tier != written:
        raise ClusterError(
            source,
            (Mistake(("tier",), f'--tier {tier} beside a file that says tier = "{written}"', "leave one of them out"),),
        )
    return _known_tier(written, ("tier",), source)


def _known_tier(tier: str, path: Path | None, source: SourceText) -> str:
    if tier in TIERS:
        return tier
    message = f'tier "{tier}" is not known'
    if path is None:
        raise InputError(f"{message}; {did_you_mean(tier, list(TIERS))}")
    raise ClusterError(source, (Mistake(path, message, did_you_mean(tier, list(TIERS))),))


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `over` on top: tables merge key by key, everything else (lists too) replaces."""
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _leaves(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each value; a list of plain values counts as one."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _leaves(value, (*path, name))
    elif isinstance(tree, list) and any(isinstance(item, dict) for item in tree):
        for index, item in enumerate(tree):
            yield from _leaves(item, (*path, index))
    else:
        yield path


def _origins(
    merged: dict[str, Any], base: Tier, tree: dict[str, Any], source: SourceText
) -> dict[Path, Origin]:
    mine = set(_leaves(tree))
    spots = locate(source.text) if source.text else {}
    origins = {}
    for path in _leaves(merged):
        if path in mine:
            place = f"{source.name}:{spots[path].value.line}"
            origins[path] = Origin(Mark.CLUSTER, f"set in {source.name}", place)
        elif path in base.origins:
            origins[path] = base.origins[path]
    return origins


def _passwords(
    deployment: Deployment, from_file: Mapping[str, object], environment: Mapping[str, str]
) -> dict[str, Secret]:
    passwords, wrong = {}, []
    names = {purpose.name: str(getattr(deployment.secrets, purpose.name)) for purpose in PURPOSES}
    for extra in sorted(set(from_file) - set(names.values())):
        wrong.append(f'secret "{extra}" is not used; {did_you_mean(extra, sorted(names.values()))}')
    for purpose in PURPOSES:
        name = names[purpose.name]
        value = find(purpose, name, from_file, environment)
        if value is None:
            passwords[purpose.name] = Secret(purpose.name)
            continue
        why = refusal(purpose, value)
        if why:
            wrong.append(f'secret "{name}" ({purpose.text}) {why}')
        else:
            passwords[purpose.name] = Secret(purpose.name, str(value))
    if wrong:
        raise InputError("\n".join(wrong))
    return passwords
