"""OX516: OX starts although its filestore is not mounted, or waits for another folder."""

import re
from collections.abc import Iterator

from oxconf.artifacts.filestore import FilestoreGuard, FilestoreGuardForScripts, Fstab
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Located, Place
from oxconf.rules._filestore import filestore_mounts, guarded
from oxconf.rules._rule import Finding, Rule, Severity

_PLAIN = re.compile(r"/[^\s%\"'\\]+")


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the drop-in of the OX service with the mount points in fstab."""
    said: set[str] = set()
    for mounted in filestore_mounts(evidence):
        host, point = mounted.host, mounted.mount.file
        guard = host.find(FilestoreGuard)
        if guard is None:
            if host.complete:
                yield RULE.finding(
                    f"OX on {host.name} does not wait for {point} to be mounted", mounted.place
                )
        elif point not in guarded(guard):
            paths = sorted(guarded(guard))
            waits = f"for {listed(paths)}" if paths else "for nothing"
            said.add(host.name)
            yield RULE.finding(
                f"{host.name} mounts the filestore at {point}, but OX waits {waits}",
                guard.place(),
                mounted.place,
            )
    for table in evidence.find(Fstab):
        if table.host.name not in said:
            yield from _mounted_by_nobody(table)


def _mounted_by_nobody(table: Located[Fstab]) -> Iterator[Finding]:
    """Look for folders that OX waits for and no line mounts; units of systemd and autofs may mount them as well."""
    host = table.host
    if not host.complete or any(path.endswith(".mount") or "/auto." in path for path in host.files):
        return
    points = {mount.file.rstrip("/") for mount in table.artifact.mounts}
    waiting: dict[str, list[Place]] = {}
    for cls in (FilestoreGuard, FilestoreGuardForScripts):
        for guard in host.each(cls):
            required, asserted = guard.artifact.requires_mounts_for, guard.artifact.assert_path_is_mount_point
            # Other values are lists, conditions or specifiers of systemd.
            required, asserted = (
                path if path and _PLAIN.fullmatch(path) else None for path in (required, asserted)
            )
            if asserted and asserted.rstrip("/") not in points:
                waiting.setdefault(asserted, []).append(guard.place("assert_path_is_mount_point"))
            elif required and not any(
                f"{required.rstrip('/')}/".startswith(f"{point}/") for point in points if point
            ):
                waiting.setdefault(required, []).append(guard.place("requires_mounts_for"))
    for point, places in waiting.items():
        yield RULE.finding(
            f"OX on {host.name} waits for {point}, which /etc/fstab does not mount", *places, table.place()
        )


RULE = Rule(
    code="OX516",
    name="unguarded-mount",
    severity=Severity.WARNING,
    title="OX does not wait for the mount of its filestore, or waits for one that nobody mounts",
    why=(
        "When the mount fails, OX starts on the empty folder below it and writes there. These files are on one host "
        "only, and vanish for everybody when the mount succeeds the next time. Where OX waits for a "
        "folder that nothing mounts, it does not start."
    ),
    remedy=(
        "Give the OX service a drop-in with RequiresMountsFor= and AssertPathIsMountPoint= and the mount point of "
        "/etc/fstab."
    ),
    source="systemd.unit(5)",
    daemons="systemd starts OX without a word; without the line in /etc/fstab it refuses: Assertion failed.",
    check=check,
)
