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
from oxconf.deployment.mistakes import (
    MOST_SHOWN,
    ClusterError,
    InputError,
    Mistake,
    SourceText,
    about_host,
    did_you_mean,
    listed,
    quoted,
)
from oxconf.deployment.model import Deployment, Role
from oxconf.deployment.origin import EVERY_TIER, Mark, Origin
from oxconf.deployment.parse import parse
from oxconf.deployment.repair import repair
from oxconf.deployment.secrets import PURPOSES, Secret, collect
from oxconf.deployment.structure import structure
from oxconf.deployment.tiers import TIERS


def load_text(
    text: str,
    *,
    name: str = "cluster.toml",
    tier: str | None = None,
    secrets: Mapping[str, Secret | str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Deployment:
    """Return the deployment that a cluster file describes.

    `text` may be empty when `tier` is given. `name` is shown in messages. `secrets` are the values of a secrets
    file, `environment` is searched for `OXCONF_SECRET_...`. Raises ClusterError (every mistake of the file with
    its place) or InputError (the text is not TOML, no tier is known, or a secret can not serve).
    """
    source = SourceText(name, text.removeprefix("\ufeff"))
    tree = parse(source)
    chosen, mistakes = _choose_tier(tree, tier, source)
    base = read_tier(chosen or TIERS[-1])
    merged = _merge(_merge(base.tree, tree), {"tier": base.tree["tier"]})
    complete = deepcopy(merged)
    filled = fill(complete)
    built = structure(complete)
    if isinstance(built, list):
        mistakes += built
        if chosen and len(built) <= MOST_SHOWN:
            others = _consistency_in_spite_of(built, merged, base)
            mistakes += _named([_with_tier(one, tree, base) for one in others], merged)
    elif chosen:
        mistakes += _named([_with_tier(one, tree, base) for one in mistakes_of(built)], complete)
    if mistakes or isinstance(built, list):
        raise ClusterError(source, tuple(mistakes))
    names = {purpose.name: str(getattr(built.secrets, purpose.name)) for purpose in PURPOSES}
    # Whoever writes a host's roles in another order means the same host.
    hosts = tuple(
        evolve(host, roles=tuple(role for role in Role if role in host.roles)) for host in built.hosts
    )
    return evolve(
        built,
        hosts=hosts,
        origins={**_origins(complete, base, tree, source), **filled},
        passwords=collect(names, secrets or {}, environment or {}),
        source=name if text else "",
    )


def _consistency_in_spite_of(found: list[Mistake], merged: dict[str, Any], base: "Tier") -> list[Mistake]:
    """Return what does not fit together in a tree with mistakes, as far as it does not follow from them."""
    broken = [path for mistake in found for path in mistake.rests_on or (mistake.path,)]
    repaired = repair(merged, broken, base.tree)
    fill(repaired)
    built = structure(repaired)
    if isinstance(built, list):
        return []
    return [one for one in mistakes_of(built) if not any(one.follows_from(value) for value in broken)]


def _named(mistakes: list[Mistake], tree: dict[str, Any]) -> list[Mistake]:
    """Return mistakes that name the host they are about."""
    return [evolve(one, about=about_host(tree, one.path) or one.about) for one in mistakes]


def _with_tier(mistake: Mistake, tree: dict[str, Any], base: "Tier") -> Mistake:
    """Return a mistake that says which of the values it speaks of the file never wrote."""
    names = [
        ".".join(map(str, path))
        for path in (mistake.path, *mistake.instead)
        if path in base.origins and not _has(tree, path) and "hosts" not in path
    ]
    if not names or mistake.about.startswith(tuple(names)):
        return mistake
    whose = f"{listed(names)} {'is' if len(names) == 1 else 'are'} the tier's"
    return evolve(mistake, message=f"{mistake.message} ({whose})")


def _has(tree: Any, path: Path) -> bool:
    for step in path:
        if not isinstance(tree, dict) or step not in tree:
            return False
        tree = tree[step]
    return True


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
            origins[path] = _marked(spots[path], path, EVERY_TIER if file == "common" else f"tier {name}")
    return Tier(tree, origins)


def _marked(spot: Spot, path: Path, place: str) -> Origin:
    mark, _, why = spot.comment.partition(" ")
    return Origin(Mark(mark), why, place, (path,))


def _choose_tier(
    tree: dict[str, Any], option: str | None, source: SourceText
) -> tuple[str | None, list[Mistake]]:
    """Return the tier, or None and why there is none."""
    written = tree.get("tier")
    if written is None and option is None:
        known = f'tier = "{TIERS[-1]}" ({listed(TIERS)} are known)'
        if not source.text.strip():
            raise InputError(f"{source.name}: is empty; it takes at least a line {known}")
        return None, [Mistake(("tier",), "no tier is named", f"add a line {known}, or take --tier")]
    if isinstance(written, str) and option not in (None, written):
        return None, [
            Mistake(
                ("tier",),
                f"the file says tier {quoted(written)} beside --tier {option}",
                "leave one of them out",
            )
        ]
    tier = option if written is None else written
    if not isinstance(tier, str):
        return None, [Mistake(("tier",), "tier must be a string", 'write it like "1m"')]
    if tier in TIERS:
        return tier, []
    unknown, hint = f"tier {quoted(tier)} is not known", did_you_mean(tier, list(TIERS))
    if written is None:
        raise InputError(f"{unknown}; {hint}")
    return None, [Mistake(("tier",), unknown, hint)]


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
            # The reason gets into rendered files, which must not depend on the folder that was typed.
            # Never the file's real name: it would be in the rendered bytes.
            why = "set in cluster.toml"
            origins[path] = Origin(Mark.CLUSTER, why, f"{source.name}:{spots[path].value.line}", (path,))
        elif path in base.origins:
            origins[path] = base.origins[path]
    return origins
