"""Why a setting of a host is what it is: its line, who says so, and the keys of the cluster file behind it."""

import re
from collections.abc import Iterator
from typing import Any

from attrs import frozen, has

from oxconf.artifacts._artifact import Artifact, Install
from oxconf.artifacts._explained import Setting, Value
from oxconf.deployment.key import keys_of
from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import closest, did_you_mean, listed, quoted
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Origin
from oxconf.deployment.sizing import BUDGETED, Part, budget
from oxconf.deployment.toml import toml_text
from oxconf.plan import HostPlan, Plan


class UnknownSetting(LookupError):
    """A host or a setting that is not there; the message says what is, in one line."""


@frozen
class Key:
    """One key of the cluster file: `hosts.db1.memory`, its value as TOML writes it, and why it is that.

    `text` and `origin` are None for a key that the file and its tier leave out; `doc` says what that means.
    """

    name: str
    doc: str
    text: str | None
    origin: Origin | None


@frozen
class Answer:
    """One setting of one file, with the keys that it is, or that it was computed from.

    `in_block` says that the file belongs to the machine as well: the line is one of our block then.
    """

    path: str
    in_block: bool
    value: Value
    keys: tuple[Key, ...]


@frozen
class Why:
    """What there is to say about a host to one question.

    `keys` answer a question about the cluster file itself. `memory` are the parts of the host's memory where the
    question is about one of them.
    """

    host: Host
    answers: tuple[Answer, ...]
    keys: tuple[Key, ...]
    memory: tuple[Part, ...]


_Found = tuple[Artifact, Value]


def why(plan: Plan, host: str, question: str) -> Why:
    """Answer `maxconn`, `timeout client`, `cache.ccf:TcpListenerPort`, `memory`, `database.mode`.

    A setting may be named by the last part of its name, a file by the last part of its path. Raises UnknownSetting,
    or Unwritable when a value does not fit into its file's syntax.
    """
    hosts = {one.host.name: one for one in plan.hosts}
    if host not in hosts:
        hint = did_you_mean(host, list(hosts))
        if question in hosts:
            hint = f"the host comes first, then the setting: {question} {host}"
        raise UnknownSetting(f"no host is named {quoted(host)}; {hint}")
    deployment, one = plan.deployment, hosts[host]
    artifacts, setting = _split(question, one)
    found = _best(_values(one, artifacts), setting)
    keys = () if found or artifacts != one.artifacts else _keys(deployment, one.host, setting)
    if keys and all(key.text is None for key in keys):
        # What stands in the file instead was computed.
        found = _best(_values(one, artifacts), _words(setting)[-1])
    if not found and not keys:
        raise UnknownSetting(_unknown(plan, one, artifacts, setting))
    own = f"hosts.{host}."
    names = {value.setting.key for _, value in found}
    names |= {key.name.rpartition(".")[2] for key in keys if key.name.startswith((own, "database.tuning."))}
    answers = tuple(
        Answer(
            path=artifact.path,
            in_block=artifact.install is Install.BLOCK,
            value=value,
            keys=tuple(key_at(deployment, path) for path in value.origin.keys),
        )
        for artifact, value in found
    )
    memory = budget(deployment, one.host) if names & BUDGETED else ()
    return Why(one.host, answers, keys, memory)


def _split(question: str, host: HostPlan) -> tuple[tuple[Artifact, ...], str]:
    """Return the files that a question is about, all where it names none, and the setting."""
    name, colon, setting = question.partition(":")
    if not colon:
        return host.artifacts, question
    found = tuple(each for each in host.artifacts if each.path == name or each.path.endswith(f"/{name}"))
    if not found:
        names = dict.fromkeys(each.path.rpartition("/")[2] for each in host.artifacts)
        raise UnknownSetting(
            f"{host.host.name} has no file {quoted(name)}; {did_you_mean(name, list(names))}"
        )
    return found, setting


def _values(host: HostPlan, artifacts: tuple[Artifact, ...]) -> list[_Found]:
    return [
        (artifact, value)
        for artifact, text in zip(host.artifacts, host.texts, strict=True)
        if artifact in artifacts
        for value in artifact.explained(text)
    ]


def _words(text: str) -> tuple[str, ...]:
    """Cut a name at blanks and dots; `-` and `_` are the same, as are small and capital letters."""
    return tuple(re.split(r"[\s.]+", text.strip().lstrip("-").lower().replace("-", "_")))


def _best(values: list[_Found], question: str) -> tuple[_Found, ...]:
    """Return the settings that fit best: by the whole name, by its end, by words of its name and its place."""
    asked = _words(question)
    if asked == ("",):
        return ()

    def whole(value: Value) -> bool:
        return asked in (_words(value.setting.key), _full(value))

    def end(value: Value) -> bool:
        return _words(value.setting.key)[-len(asked) :] == asked

    def among(value: Value) -> bool:
        return asked[-1] == _full(value)[-1] and set(asked) <= set(_full(value))

    def anywhere(value: Value) -> bool:
        return set(asked) <= set(_full(value))

    for fits in (whole, end, among, anywhere):
        found = tuple(each for each in values if fits(each[1]))
        if found:
            return found
    return ()


def _full(value: Value) -> tuple[str, ...]:
    return (*_words(value.where), *_words(value.setting.key)) if value.where else _words(value.setting.key)


def key_at(deployment: Deployment, path: Path) -> Key:
    """Return a key of the cluster file with its value. Raises KeyError for a path that no cluster file has."""
    names = ".".join(str(deployment.hosts[part].name if isinstance(part, int) else part) for part in path)
    thing: Any = deployment
    metadata: Any = {}
    for part in path:
        if isinstance(part, int):
            thing = thing[part]
        else:
            metadata = {key.name: key.metadata for key in keys_of(type(thing))}[part]
            thing = getattr(thing, part)
    text = None if thing is None else toml_text(thing, is_size=metadata["unit"] == "bytes")
    return Key(names, metadata["doc"], text, deployment.origins.get(path))


def _paths(thing: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every key of a cluster, those that are absent too."""
    for key in keys_of(type(thing)):
        value, here = getattr(thing, key.name), (*path, key.name)
        if has(type(value)):
            yield from _paths(value, here)
        elif isinstance(value, tuple) and value and has(type(value[0])) and keys_of(type(value[0])):
            for index, item in enumerate(value):
                yield from _paths(item, (*here, index))
        else:
            yield here


def _keys(deployment: Deployment, host: Host, question: str) -> tuple[Key, ...]:
    """Return the keys of the cluster file that a question names: those of the host first, else any."""
    asked = _words(question)
    position = deployment.path(host, "name")[1]
    paths = list(_paths(deployment))
    own = [path for path in paths if path[:2] == ("hosts", position)]
    elsewhere = [path for path in paths if path[0] != "hosts" or len(asked) > 2]
    for among in (own, elsewhere):
        keys = (key_at(deployment, path) for path in among if _words(str(path[-1])) == asked[-1:])
        found = tuple(key for key in keys if _words(key.name)[-len(asked) :] == asked)
        if found:
            return found
    return ()


def _unknown(plan: Plan, host: HostPlan, artifacts: tuple[Artifact, ...], setting: str) -> str:
    """Say who has the setting, or what comes near."""
    asked, name = _words(setting), host.host.name
    where = f"{artifacts[0].path} of {name}" if len(artifacts) == 1 else name
    # The host itself, where the question named another of its files, then the others.
    others = (host, *(one for one in plan.hosts if one is not host))
    having: dict[str, list[str]] = {}
    for one in others:
        for path in dict.fromkeys(
            artifact.path for artifact, _ in _best(_values(one, one.artifacts), setting)
        ):
            having.setdefault(path, []).append(one.host.name)
    if having:
        places = "; ".join(f"{path} of {listed(names)}" for path, names in list(having.items())[:3])
        return f"{quoted(setting)} is not set in {where}; it is in {places}"
    documented = [one for artifact in artifacts for one in artifact.documented()]
    if any(_words(one.key)[-len(asked) :] == asked for one in documented):
        return f"{quoted(setting)} is not set in {where}: the default of the program holds"
    written = _names([value.setting for _, value in _values(host, artifacts)])
    if len(artifacts) == 1:
        return f"no setting of {where} is called {quoted(setting)}; {did_you_mean(setting.strip(), written)}"
    keys = {key_at(plan.deployment, path).name: None for path in _paths(plan.deployment)}
    close = closest(setting.strip(), [*written, *(each for each in keys if "hosts." not in each)])
    files = list(dict.fromkeys(artifact.path.rpartition("/")[2] for artifact in artifacts))
    hint = (
        f'did you mean "{close}"?'
        if close
        else f"its settings are in {listed(files)}: FILE:NAME asks one of them"
    )
    return f"no setting of {where} is called {quoted(setting)}; {hint}"


def _names(settings: list[Setting]) -> list[str]:
    keys = [one.key for one in settings]
    return list(dict.fromkeys([*keys, *(re.split(r"[\s.]", key)[-1] for key in keys)]))
