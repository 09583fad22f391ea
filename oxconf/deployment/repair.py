"""A tree with mistakes made complete, so that what is right in it can be checked against each other at once."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from oxconf.deployment.locate import Path


def repair(tree: dict[str, Any], broken: Iterable[Path], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a merged tree in which nothing breaks the typed classes.

    `broken` are the paths of unknown keys and of values that are wrong or missing. A tier's value takes their
    place, or a stand-in for what belongs to a host, or nothing where the key may be absent. What follows from these
    is not to be reported: see `Mistake.follows_from`.
    """
    repaired = deepcopy(tree)
    for path in broken:
        if path[0] == "hosts" and len(path) > 1:
            _repair_host(repaired["hosts"], int(path[1]), path[2:])
        else:
            # A list of plain values counts as one value.
            names = path[: next((at for at, step in enumerate(path) if isinstance(step, int)), len(path))]
            _repair_value(repaired, names, defaults)
    return repaired


def _repair_value(tree: dict[str, Any], path: Path, defaults: dict[str, Any]) -> None:
    *parents, last = (str(step) for step in path)
    for name in parents:
        tree, defaults = tree[name], defaults.get(name, {})
    tree.pop(last, None)
    if last in defaults:
        tree[last] = deepcopy(defaults[last])


def _repair_host(hosts: list[Any], index: int, rest: Path) -> None:
    stand_in = {
        "name": f"x{'-' * 50}{index}",
        "address": f"0.0.{index // 256 % 256}.{index % 256}",
        "roles": [],
        "memory": "32G",
        "cores": 8,
    }
    if not rest:
        hosts[index] = stand_in
        return
    host, name = hosts[index], str(rest[0])
    host.pop(name, None)
    if name in stand_in:
        host[name] = stand_in[name]
