"""What the step from one database server to another changes: options that go, come or are renamed, and defaults."""

from enum import Enum

from attrs import frozen

from oxconf.artifacts._keyvalue import OptionsArtifact
from oxconf.deployment.model import Deployment
from oxconf.deployment.servers import Server, server_of
from oxconf.deployment.units import parse_size
from oxconf.options import Option, State, options_of
from oxconf.plan import Plan


class Fate(Enum):
    """What becomes of an option."""

    GONE = "gone"
    """The old server's file has it, and the new server does not know it."""
    LEFT_OUT = "left out"
    """The old server's file has it; the new server ignores it or calls it deprecated."""
    NEW = "new"
    """The new server's file has it, and the old server did not know it."""
    DEFAULT = "default"
    """Both know it, and its default differs."""


@frozen
class ServerChange:
    """One option of the database server and what becomes of it; `text` is the rest of a sentence about it.

    `written` is what the new files say, None where they leave it to the server.
    """

    option: str
    fate: Fate
    text: str
    written: str | None


@frozen
class ServerStep:
    """The step from one release of the database server to another, and what it changes beside the files."""

    old: Server
    new: Server
    changes: tuple[ServerChange, ...]


def server_step(before: Plan, after: Plan) -> ServerStep | None:
    """Return what differs between the servers of two clusters by the table of options; None where they are the same."""
    old, new = _server(before.deployment), _server(after.deployment)
    if old is None or new is None or old == new:
        return None
    was, now = options_of(old.flavour, old.version), options_of(new.flavour, new.version)
    written, writes = _written(before), _written(after)
    changes = []
    for name in sorted(was):
        found = _fate(was[name], now[name], old, new, written.get(name), writes.get(name))
        if found is not None:
            changes.append(ServerChange(name, *found, writes.get(name)))
    order = list(Fate)
    changes.sort(key=lambda change: (order.index(change.fate), change.option))
    return ServerStep(old, new, tuple(changes))


def _fate(
    was: Option, now: Option, old: Server, new: Server, written: str | None, writes: str | None
) -> tuple[Fate, str] | None:
    if written is not None and writes is None:
        instead = f"; {now.successor} takes its place" if now.successor else ""
        if now.state is State.UNKNOWN:
            return Fate.GONE, f"{new.name} does not know it{instead}"
        if now.state is State.DEPRECATED:
            return Fate.LEFT_OUT, f"{new.name} calls it deprecated{instead}"
        if not now.effective:
            return Fate.LEFT_OUT, f"{new.name} ignores it{instead}"
    if writes is not None and was.state is State.UNKNOWN:
        return Fate.NEW, f"{old.name} did not know it"
    if was.default is None or now.default is None or _plain(was.default) == _plain(now.default):
        return None
    # What both files say alike, no default changes.
    if written is not None and written == writes:
        return Fate.DEFAULT, f"{was.default} -> {now.default}; both files say {writes}"
    here = "; the new files leave it to the server" if writes is None else f"; the new files say {writes}"
    return Fate.DEFAULT, f"{was.default} -> {now.default}{here}"


def _plain(default: str) -> str:
    try:
        return str(parse_size(default))
    except ValueError:
        return default.lower()


def _server(deployment: Deployment) -> Server | None:
    return server_of(deployment.database.flavour, deployment.database.version)


def _written(plan: Plan) -> dict[str, str]:
    """Return the options of all database servers' files, those of the first server where they differ."""
    found: dict[str, str] = {}
    for host in plan.hosts:
        for artifact in host.artifacts:
            if isinstance(artifact, OptionsArtifact) and artifact.option_group == "mysqld":
                for _, data, text in artifact.written():
                    found.setdefault(data.key, "***" if data.type == "secret" else text)
    return found
