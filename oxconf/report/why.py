"""Why a setting is what it is, as text."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Setting
from oxconf.deployment.origin import Mark, Origin
from oxconf.deployment.units import GIB, format_size, speak_size
from oxconf.reasons import Answer, Key, Why

SHOWN = 6
"""Keys behind one setting that a person is shown."""


def show(why: Why) -> str:
    """Return a paragraph for each setting or key, and the host's memory where they are about it."""
    parts = ["\n".join(_answer(why.host.name, answer)) for answer in why.answers]
    parts += [f"{_key(key)}\n  {key.doc}" for key in why.keys]
    if why.memory:
        parts.append("\n".join(_memory(why)))
    return "\n\n".join(parts)


def _answer(host: str, answer: Answer) -> Iterator[str]:
    value = answer.value
    name = f"{value.where}: {value.setting.key}" if value.where else value.setting.key
    yield f"{name} = {value.text}"
    if answer.in_block:
        yield f"  at line {value.line} of oxconf's block in {host}:{answer.path}"
    else:
        yield f"  at {host}:{answer.path}:{value.line}"
    yield f"  {value.setting.doc}"
    limits = _limits(value.setting)
    if limits:
        yield f"  {limits}"
    if not value.origin.place:
        yield f"  {': '.join(filter(None, (value.origin.mark.value, value.origin.why)))}"
    for key in answer.keys[:SHOWN]:
        yield f"  from {_key(key)}"
    if len(answer.keys) > SHOWN:
        yield f"  and from {len(answer.keys) - SHOWN} more keys, the last {answer.keys[-1].name}"


def _key(key: Key) -> str:
    if key.text is None or key.origin is None:
        return f"{key.name} is not set"
    return f"{key.name} = {key.text}, {_who(key.origin)}"


def _who(origin: Origin) -> str:
    if origin.mark is Mark.CLUSTER:
        return origin.place
    return f"{origin.place}: {' '.join(filter(None, (origin.mark.value, origin.why)))}"


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


def _memory(why: Why) -> Iterator[str]:
    """Yield the host's memory as a sum."""
    total = sum(part.size for part in why.memory)
    rest = why.host.memory - total
    rows = [(part.name, part.size) for part in why.memory]
    rows += [("together", total), ("left" if rest >= 0 else "missing", abs(rest))]
    width = max(len(name) for name, _ in rows)
    yield f"memory of {why.host.name}: {speak_size(why.host.memory)}"
    for name, size in rows:
        yield f"  {name:<{width}}  {size / GIB:6.2f} GiB"
