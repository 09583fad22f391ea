"""What the lab changes in a cluster file so that the cluster fits on one machine: ordinary keys, each with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tomlkit
from attrs import evolve

from oxconf.deployment.load import load_text, read_tier
from oxconf.deployment.model import Deployment, Flavour, Host, Mode
from oxconf.deployment.sizing import budget
from oxconf.deployment.units import MIB

SMALL = {
    ("database", "pool", "max_active"): 8,
    ("database", "tuning", "innodb_buffer_pool_size"): "128M",
    ("database", "tuning", "innodb_log_file_size"): "16M",
}

STEP = 256
"""MiB by which the memory of a host is tried."""

SMALL_GALERA = {("database", "tuning", "gcache_size"): "128M"}


@dataclass(frozen=True)
class Change:
    """A key of the cluster file that the lab sets, and why."""

    key: str
    value: Any
    why: str

    def __str__(self) -> str:
        return f"{self.key} = {tomlkit.item(self.value).as_string()}  # {self.why}"


def fitted(text: str, tier: str | None, series: str) -> tuple[str, tuple[Change, ...]]:
    """Return a cluster file that fits on this machine, and what was changed in `text`.

    `series` is the release series of the MariaDB of this machine. Raises InputError as oxconf does.
    """
    before = load_text(text, tier=tier)
    document: Any = tomlkit.parse(text)
    document["tier"] = before.tier
    changes = []

    def change(path: tuple[str, ...], value: Any, why: str) -> None:
        table = document
        for name in path[:-1]:
            if name not in table:
                table[name] = tomlkit.table()
            table = table[name]
        if table.get(path[-1]) != value:
            table[path[-1]] = value
            changes.append(Change(".".join(path), value, why))

    small = {**SMALL, **(SMALL_GALERA if before.database.mode is Mode.GALERA else {})}
    for path, value in small.items():
        change(path, value, "small, so that all hosts fit into the memory of one machine")
    if (before.database.flavour, before.database.version) != (Flavour.MARIADB, series):
        change(("database", "flavour"), Flavour.MARIADB.value, "the server that this machine has")
        change(("database", "version"), series, "the server that this machine has")
    if "hosts" not in document:
        hosts = tomlkit.aot()
        for each in read_tier(before.tier).tree["hosts"]:
            hosts.append(tomlkit.item(each))
        document["hosts"] = hosts
    middle = load_text(tomlkit.dumps(document))
    for host, table in zip(middle.hosts, document["hosts"], strict=True):
        memory = _memory(middle, host)
        if host.memory > memory * MIB:
            table["memory"] = f"{memory}M"
            changes.append(Change(f"hosts.{host.name}.memory", f"{memory}M", "what its daemons need here"))
    return tomlkit.dumps(document), tuple(changes)


def _memory(deployment: Deployment, host: Host) -> int:
    """Return the least memory, in MiB, in which a host's budget fits."""
    for memory in range(1024, host.memory // MIB, STEP):
        less = evolve(host, memory=memory * MIB)
        if sum(part.size for part in budget(deployment, less)) <= less.memory:
            return memory
    return host.memory // MIB
