"""Why a setting of a host is what it is: its line, who says so, and the keys of the cluster file behind it."""

import json
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from attrs import fields, frozen

from oxconf.artifacts._setting import Value
from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import did_you_mean, listed
from oxconf.deployment.model import Deployment
from oxconf.deployment.origin import Origin
from oxconf.deployment.sizing import BUDGETED, Part, budget
from oxconf.deployment.units import format_size
from oxconf.plan import HostPlan, Plan


class UnknownSetting(LookupError):
    """A host or a setting that is not there; the message says what is, in one line."""


@frozen
class Key:
    """One key of the cluster file: `hosts.db1.memory`, its value as TOML writes it, and why it is that."""

    name: str
    text: str
    origin: Origin


@frozen
class Answer:
    """One setting of one file, with the keys that it is, or that it was computed from."""

    host: str
    path: str
    value: Value
    keys: tuple[Key, ...]


@frozen
class Why:
    """What there is to say to one question.

    `keys` answer a question about the cluster file itself. `memory` are the parts of the host's memory where the
    question is about one of them.
    """

    answers: tuple[Answer, ...]
    keys: tuple[Key, ...]
    memory: tuple[Part, ...]


def why(plan: Plan, host: str, question: str) -> Why:
    """Answer `maxconn`, `timeout client`, `cache.ccf:TcpListenerPort`, `memory`, `database.mode`.

    A setting may be named by the last part of its name, a file by the last part of its path. Raises UnknownSetting.
    """
    hosts = {one.host.name: one for one in plan.hosts}
    if host not in hosts:
        raise UnknownSetting(f'no host is named "{host}"; {did_you_mean(host, list(hosts))}')
    deployment, files = plan.deployment, _files(hosts[host])
    file, setting = _split(question, files)
    found = _best([each for each in _answers(deployment, hosts[host]) if each.path in file], setting)
    keys = () if found or file != files else _keys(deployment, host, setting)
    if not found and not keys:
        raise UnknownSetting(_unknown(plan, hosts[host], file, setting))
    names = {answer.value.setting.key for answer in found} | {key.name.rpartition(".")[2] for key in keys}
    memory = budget(deployment, hosts[host].host) if names & BUDGETED else ()
    return Why(found, keys, memory)


def _files(host: HostPlan) -> tuple[str, ...]:
    return tuple(artifact.path for artifact in host.artifacts)


def _split(question: str, files: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return the files that a question is about, all where it names none, and the setting."""
    name, colon, setting = question.partition(":")
    if not colon:
        return files, question
    found = tuple(path for path in files if path == name or path.endswith(f"/{name}"))
    if not found:
        names = {path.rpartition("/")[2]: path for path in files}
        raise UnknownSetting(f'the host has no file "{name}"; {did_you_mean(name, [*names, *files])}')
    return found, setting


def _answers(deployment: Deployment, host: HostPlan) -> Iterator[Answer]:
    for artifact in host.artifacts:
        for value in artifact.explained():
            keys = tuple(key_at(deployment, path) for path in value.origin.keys)
            yield Answer(host.host.name, artifact.path, value, keys)


def _words(text: str) -> tuple[str, ...]:
    """Cut a name at blanks and dots; `-` and `_` are the same, as are small and capital letters."""
    return tuple(re.split(r"[\s.]+", text.strip().lstrip("-").lower().replace("-", "_")))


def _best(answers: list[Answer], question: str) -> tuple[Answer, ...]:
    """Return the answers that fit best: by the whole name, by its end, by words of its name and its place."""
    asked = _words(question)
    if asked == ("",):
        return ()

    def whole(one: Answer) -> bool:
        return asked in (_words(one.value.setting.key), _full(one))

    def end(one: Answer) -> bool:
        return _words(one.value.setting.key)[-len(asked) :] == asked

    def among(one: Answer) -> bool:
        return asked[-1] == _full(one)[-1] and set(asked) <= set(_full(one))

    for fits in (whole, end, among):
        found = tuple(answer for answer in answers if fits(answer))
        if found:
            return found
    return ()


def _full(answer: Answer) -> tuple[str, ...]:
    value = answer.value
    return (*_words(value.where), *_words(value.setting.key)) if value.where else _words(value.setting.key)


def key_at(deployment: Deployment, path: Path) -> Key:
    """Return a key of the cluster file with its value. Raises KeyError for a path without a value."""
    origin = deployment.origins[path]
    name = [deployment.hosts[part].name if isinstance(part, int) else part for part in path]
    thing: Any = deployment
    unit = ""
    for part in path:
        if isinstance(part, int):
            thing = thing[part]
            continue
        unit = next(one.metadata.get("unit", "") for one in fields(type(thing)) if one.name == part)
        thing = getattr(thing, part)
    return Key(".".join(name), _toml(format_size(thing) if unit == "bytes" else thing), origin)


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Enum):
        value = value.value
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)


def _keys(deployment: Deployment, host: str, question: str) -> tuple[Key, ...]:
    """Return the keys of the cluster file that a question names: those of the host first, else any."""
    asked = _words(question)
    keys = [key_at(deployment, path) for path in deployment.origins]
    own = [key for key in keys if key.name.startswith(f"hosts.{host}.")]
    elsewhere = [key for key in keys if not key.name.startswith("hosts.") or len(asked) > 2]
    for among in (own, elsewhere):
        found = tuple(key for key in among if _words(key.name)[-len(asked) :] == asked)
        if found:
            return found
    return ()


def _unknown(plan: Plan, host: HostPlan, files: tuple[str, ...], setting: str) -> str:
    """Say who has the setting, or what comes near."""
    name = host.host.name
    where = f"{files[0]} of {name}" if len(files) == 1 else name
    # The host itself, where the question named another of its files, then the others.
    having = [
        (one.host.name, found)
        for one in (host, *(one for one in plan.hosts if one is not host))
        if (found := _best(list(_answers(plan.deployment, one)), setting))
    ]
    if having:
        paths = dict.fromkeys(answer.path for answer in having[0][1])
        return f'"{setting}" is not set in {where}; it is in {listed(paths)} of {listed(one for one, _ in having)}'
    documented = [
        one for artifact in host.artifacts if artifact.path in files for one in artifact.documented()
    ]
    if any(_words(one.key)[-len(_words(setting)) :] == _words(setting) for one in documented):
        return f'"{setting}" is not set in {where}: the default of the program holds'
    return f'no setting of {where} is called "{setting}"; {did_you_mean(setting, _names(documented))}'


def _names(documented: Iterable[Any]) -> list[str]:
    keys = [one.key for one in documented]
    return list(dict.fromkeys([*keys, *(re.split(r"[\s.]", key)[-1] for key in keys)]))
