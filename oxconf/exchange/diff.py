"""What differs between two clusters: host by host, file by file, setting by setting."""

from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import field, frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._effects import after as commands_after
from oxconf.artifacts._explained import Value
from oxconf.deployment.model import Deployment, Host, Role
from oxconf.deployment.origin import Mark
from oxconf.deployment.topology import is_writer
from oxconf.exchange.rolling import Standstill, standstill
from oxconf.exchange.upgrade import ServerStep, server_step
from oxconf.plan import HostPlan, Plan, make_plan


class Kind(Enum):
    """What became of a host's file, or of a setting."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@frozen
class SettingChange:
    """One setting of one file; `where` names the part of the file that it belongs to, where there are several alike.

    `old` and `new` are None where there is none, and for secrets, of which only the change is told. `why` is the reason
    of the new value, or of the old one where it is gone; it is empty for what a cluster file sets itself.
    """

    key: str
    where: str
    kind: Kind
    secret: bool
    old: str | None = field(repr=False)
    new: str | None = field(repr=False)
    why: str


@frozen
class FileChange:
    """One file of one host. Without `settings`, only its comments, its mode or its owner differ, as `more` says."""

    host: str
    path: str
    kind: Kind
    settings: tuple[SettingChange, ...]
    more: tuple[str, ...] = ()


@frozen
class HostActions:
    """What to do on one host after its files were installed."""

    host: str
    commands: tuple[str, ...]


@frozen
class Diff:
    """All that differs. It is false where nothing does.

    `server` is there where the database server is another one; `actions` are in the
    order in which the hosts take their turns, and one host is done before the next begins. Where the databases can not
    be changed that way, there are none, and `standstill` says what it takes instead.
    """

    old: str
    new: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    files: tuple[FileChange, ...]
    server: ServerStep | None
    actions: tuple[HostActions, ...]
    standstill: Standstill | None = None

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.files or self.server)


def diff(old: Deployment | Plan, new: Deployment | Plan) -> Diff:
    """Return what differs between two clusters. Raises Unwritable when a value does not fit into its file.

    Secrets are compared and never told.
    """
    before, after = (make_plan(each) if isinstance(each, Deployment) else each for each in (old, new))
    olds = {one.host.name: one for one in before.hosts}
    news = {one.host.name: one for one in after.hosts}
    files = tuple(
        change for name, one in news.items() if name in olds for change in _files(name, olds[name], one)
    )
    still = standstill(before.deployment, after.deployment)
    return Diff(
        old=before.deployment.source,
        new=after.deployment.source,
        added=tuple(name for name in news if name not in olds),
        removed=tuple(name for name in olds if name not in news),
        files=files,
        server=server_step(before, after),
        actions=() if still else tuple(_actions(before, after, files)),
        standstill=still,
    )


def _files(host: str, before: HostPlan, after: HostPlan) -> Iterator[FileChange]:
    olds = {
        artifact.path: (artifact, text) for artifact, text in zip(before.artifacts, before.texts, strict=True)
    }
    news = {
        artifact.path: (artifact, text) for artifact, text in zip(after.artifacts, after.texts, strict=True)
    }
    for path, (artifact, text) in news.items():
        if path not in olds:
            yield FileChange(host, path, Kind.ADDED, _settings({}, _values(artifact, text)))
            continue
        was, old_text = olds[path]
        more = tuple(_rights(was, artifact))
        if text == old_text and not more:
            continue
        settings = _settings(_values(was, old_text), _values(artifact, text)) if text != old_text else ()
        if not settings and text != old_text:
            more = (_beside_settings(old_text, text), *more)
        yield FileChange(host, path, Kind.CHANGED, settings, more)
    for path, (artifact, text) in olds.items():
        if path not in news:
            yield FileChange(host, path, Kind.REMOVED, _settings(_values(artifact, text), {}))


def _rights(was: Artifact, artifact: Artifact) -> Iterator[str]:
    for name, old, new in (
        ("mode", f"{was.mode:04o}", f"{artifact.mode:04o}"),
        ("owner", f"{was.owner}:{was.group}", f"{artifact.owner}:{artifact.group}"),
    ):
        if old != new:
            yield f"{name} {old} -> {new}"


ONLY_COMMENTS = "only comments differ"


def _beside_settings(old: str, new: str) -> str:
    def without_comments(text: str) -> list[str]:
        lines = (line.strip() for line in text.splitlines())
        return [line for line in lines if line and not line.startswith(("#", ";", "//"))]

    return (
        ONLY_COMMENTS
        if without_comments(old) == without_comments(new)
        else "other lines, or their order, differ"
    )


Found = Mapping[tuple[str, str], tuple[tuple[str, Value], ...]]
"""The settings of a file by section and key: each with its text, which a Value does not tell of a secret."""


def _values(artifact: Artifact, text: str) -> Found:
    found: dict[tuple[str, str], tuple[tuple[str, Value], ...]] = {}
    statements = artifact.reference().statements(text)
    for statement, value in zip(statements, artifact.explained(text), strict=True):
        name = (value.where, value.setting.key)
        found[name] = (*found.get(name, ()), (statement.text, value))
    return found


def _settings(olds: Found, news: Found) -> tuple[SettingChange, ...]:
    """Compare setting by setting, in the order of the new file; what is gone comes last."""
    changes: list[SettingChange] = []
    for where, key in dict.fromkeys((*news, *olds)):
        was, now = olds.get((where, key), ()), news.get((where, key), ())
        # Of settings that may stand there several times, those that both have are no news.
        left = [one for one in was if one[0] not in {text for text, _ in now}]
        come = [one for one in now if one[0] not in {text for text, _ in was}]
        for index in range(max(len(left), len(come))):
            old = left[index][1] if index < len(left) else None
            new = come[index][1] if index < len(come) else None
            changes.append(_change(where, key, old, new))
    return tuple(changes)


def _change(where: str, key: str, old: Value | None, new: Value | None) -> SettingChange:
    one = new or old
    assert one is not None, "a change has two sides, and one is there"
    secret = one.setting.type == "secret"
    kind = Kind.CHANGED if old and new else Kind.ADDED if new else Kind.REMOVED
    return SettingChange(
        key=key,
        where=where,
        kind=kind,
        secret=secret,
        old=None if secret or old is None else old.text,
        new=None if secret or new is None else new.text,
        # That the user set it is no news to the user.
        why="" if one.origin.mark is Mark.CLUSTER else one.origin.why,
    )


def _actions(before: Plan, after: Plan, files: tuple[FileChange, ...]) -> Iterator[HostActions]:
    olds, news = _by_path(before), _by_path(after)
    for host in sorted(after.deployment.hosts, key=lambda host: _turn(after.deployment, host)):
        changed: dict[Kind, list[Artifact]] = {kind: [] for kind in Kind}
        for change in files:
            if change.host == host.name and (change.settings or change.more != (ONLY_COMMENTS,)):
                where = olds if change.kind is Kind.REMOVED else news
                changed[change.kind].append(where[host.name, change.path])
        commands = commands_after(
            after.deployment,
            added=changed[Kind.ADDED],
            changed=changed[Kind.CHANGED],
            removed=changed[Kind.REMOVED],
        )
        if commands:
            yield HostActions(host.name, commands)


def _by_path(plan: Plan) -> dict[tuple[str, str], Artifact]:
    return {(host.host.name, artifact.path): artifact for host in plan.hosts for artifact in host.artifacts}


_TURNS = (
    Role.DATABASE,
    Role.ARBITRATOR,
    Role.FILESTORE,
    Role.PROVISIONING,
    Role.GROUPWARE,
    Role.WEB,
    Role.BALANCER,
)


def _turn(deployment: Deployment, host: Host) -> tuple[int, bool]:
    """Order hosts as the others need them; of the database servers, the one that takes the writes comes last."""
    first = next((index for index, role in enumerate(_TURNS) if host.has(role)), len(_TURNS))
    return first, is_writer(deployment, host)
