"""Why a setting is what it is, as text."""

from collections.abc import Iterator

from oxconf.artifacts._setting import Setting
from oxconf.deployment.units import GIB, format_size, speak_size
from oxconf.reasons import Answer, Key, Why

SHOWN = 6
"""Keys behind one setting that a person is shown."""


def show(why: Why, host: str, memory: int) -> str:
    """Return a paragraph for each setting; `memory` is what the host has, in bytes."""
    parts = ["\n".join(_answer(answer)) for answer in why.answers]
    if why.keys:
        parts.append("\n".join(_key(key) for key in why.keys))
    if why.memory:
        parts.append("\n".join(_memory(why, host, memory)))
    return "\n\n".join(parts)


def _answer(answer: Answer) -> Iterator[str]:
    value = answer.value
    name = f"{value.where}: {value.setting.key}" if value.where else value.setting.key
    yield f"{name} = {value.text}"
    yield f"  at {answer.host}:{answer.path}:{value.line}"
    yield f"  {value.setting.doc}"
    limits = _limits(value.setting)
    if limits:
        yield f"  {limits}"
    if not value.origin.place:
        yield (
            f"  {value.origin.mark.value}: {value.origin.why}"
            if value.origin.why
            else f"  {value.origin.mark.value}"
        )
    for key in answer.keys[:SHOWN]:
        yield f"  from {_key(key)}"
    if len(answer.keys) > SHOWN:
        yield f"  and from {len(answer.keys) - SHOWN} more keys, the last {answer.keys[-1].name}"


def _key(key: Key) -> str:
    origin = key.origin
    if origin.mark.value == "CLUSTER":
        return f"{key.name} = {key.text}, {origin.place}"
    why = f" {origin.why}" if origin.why else ""
    return f"{key.name} = {key.text}, {origin.place}: {origin.mark.value}{why}"


def _limits(setting: Setting) -> str:
    """Say the unit and the range: `bytes, 1K to 1G`."""
    low, high = (
        None if limit is None else format_size(limit) if setting.type == "size" else str(limit)
        for limit in (setting.minimum, setting.maximum)
    )
    if low is None:
        span = "" if high is None else f"{high} at most"
    else:
        span = f"{low} at least" if high is None else f"{low} to {high}"
    return ", ".join(part for part in (setting.unit, span) if part)


def _memory(why: Why, host: str, memory: int) -> Iterator[str]:
    """Yield the host's memory as a sum."""
    total = sum(part.size for part in why.memory)
    rows = [*((part.name, part.size) for part in why.memory), ("together", total)]
    width = max(len(name) for name, _ in rows)
    yield f"memory of {host}: {speak_size(memory)}"
    for name, size in rows:
        yield f"  {name:<{width}}  {size / GIB:6.2f} GiB"
    rest = memory - total
    yield f"  {'left' if rest >= 0 else 'missing':<{width}}  {abs(rest) / GIB:6.2f} GiB"
