"""What differs between two clusters, as text and as one JSON document."""

import json
from collections.abc import Iterator
from typing import Any

from oxconf.deployment.mistakes import listed
from oxconf.exchange.diff import Diff, FileChange, Kind, SettingChange
from oxconf.exchange.rolling import Standstill
from oxconf.exchange.upgrade import ServerStep

VERSION = 1
"""Version of the JSON document's form."""

_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~"}


def show(found: Diff) -> str:
    """Return a paragraph for each group of hosts that change alike, then the server, then what to do."""
    parts = []
    for name in found.added:
        parts.append(f"{name} is a new host")
    for name in found.removed:
        parts.append(f"{name} is no host of the cluster any more")
    for hosts, changes in _alike(found):
        parts.append("\n".join((listed(hosts), *(line for change in changes for line in _file(change)))))
    if found.server:
        parts.append("\n".join(_server(found.server, rolling=found.standstill is None)))
    if found.standstill:
        parts.append("\n".join(_standstill(found.standstill)))
    if found.actions:
        parts.append("\n".join(("Once the files are installed, one host after the other", *_actions(found))))
    return "\n\n".join(parts)


def _server(step: ServerStep, *, rolling: bool) -> Iterator[str]:
    old, new = (f"{each.name} (end of life {each.end_of_life})" for each in (step.old, step.new))
    yield f"From {old} to {new}"
    if rolling:
        yield "  The packages come first, by their makers' procedure: a restart alone makes no other release."
    for change in step.changes:
        yield f"  {change.option} ({change.fate.value}): {change.text}"


def _standstill(found: Standstill) -> Iterator[str]:
    yield "THIS IS NO ROLLING CHANGE: do not install these files and restart one server after the other"
    for reason in found.reasons:
        yield f"  {reason[:1].upper()}{reason[1:]}."
    yield "What it takes instead"
    for number, step in enumerate(found.steps, 1):
        yield f"  {number}. {step}"


def _alike(found: Diff) -> Iterator[tuple[tuple[str, ...], tuple[FileChange, ...]]]:
    """Yield the hosts whose files change in the same way together."""
    by_host: dict[str, list[FileChange]] = {}
    for change in found.files:
        by_host.setdefault(change.host, []).append(change)
    groups: dict[tuple[Any, ...], list[str]] = {}
    for host, changes in by_host.items():
        same = tuple((each.path, each.kind, each.settings, each.more) for each in changes)
        groups.setdefault(same, []).append(host)
    for hosts in groups.values():
        yield tuple(hosts), tuple(by_host[hosts[0]])


def _file(change: FileChange) -> Iterator[str]:
    head = f"  {_SIGNS[change.kind]} {change.path}"
    if change.kind is not Kind.CHANGED:
        yield f"{head}: the file is {'new' if change.kind is Kind.ADDED else 'gone'}"
        return
    yield head + (f": {'; '.join(change.more)}" if change.more else "")
    for setting in change.settings:
        yield f"      {_SIGNS[setting.kind]} {_setting(setting)}"
        if setting.why and not setting.secret:
            yield f"          {setting.why}"


def _setting(setting: SettingChange) -> str:
    name = f"{setting.where}: {setting.key}" if setting.where else setting.key
    if setting.secret:
        return f"{name} (a secret)"
    texts = [text for text in (setting.old, setting.new) if text is not None]
    return f"{name} = {' -> '.join(texts)}"


def _actions(found: Diff) -> Iterator[str]:
    number = 0
    for one in found.actions:
        for command in one.commands:
            number += 1
            yield f"  {number}. {one.host}: {command}"


def document(found: Diff) -> dict[str, Any]:
    """Return the document as plain values; a secret's `old` and `new` are null."""
    return {
        "version": VERSION,
        "old": found.old,
        "new": found.new,
        "hosts": {"added": list(found.added), "removed": list(found.removed)},
        "files": [
            {
                "host": change.host,
                "path": change.path,
                "change": change.kind.value,
                "more": list(change.more),
                "settings": [
                    {
                        "key": setting.key,
                        "where": setting.where,
                        "change": setting.kind.value,
                        "secret": setting.secret,
                        "old": setting.old,
                        "new": setting.new,
                        "why": setting.why,
                    }
                    for setting in change.settings
                ],
            }
            for change in found.files
        ],
        "server": None
        if found.server is None
        else {
            "old": found.server.old.name,
            "new": found.server.new.name,
            "options": [
                {"option": each.option, "fate": each.fate.value, "text": each.text, "written": each.written}
                for each in found.server.changes
            ],
        },
        "actions": [
            {"host": one.host, "command": command} for one in found.actions for command in one.commands
        ],
        "standstill": None
        if found.standstill is None
        else {"reasons": list(found.standstill.reasons), "steps": list(found.standstill.steps)},
    }


def to_json(found: Diff) -> str:
    """Return the document as text."""
    return json.dumps(document(found), indent=2, ensure_ascii=False)
