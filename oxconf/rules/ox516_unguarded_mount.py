"""OX516: OX starts although its filestore is not mounted, or waits for another folder."""

from collections.abc import Iterator

from oxconf.artifacts.filestore import FilestoreGuard
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._filestore import filestore_mounts, guarded
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the drop-in of the OX service with the mount points in fstab."""
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
            yield RULE.finding(
                f"{host.name} mounts the filestore at {point}, but OX waits {waits}",
                guard.place(),
                mounted.place,
            )


RULE = Rule(
    code="OX516",
    name="unguarded-mount",
    severity=Severity.WARNING,
    title="OX does not wait for the mount of its filestore",
    why=(
        "When the mount fails, OX starts on the empty folder below it and writes there. These files are on one host "
        "only, and vanish for everybody when the mount succeeds the next time."
    ),
    remedy=(
        "Give the OX service a drop-in with RequiresMountsFor= and AssertPathIsMountPoint= and the mount point of "
        "/etc/fstab."
    ),
    source="systemd.unit(5)",
    daemons="systemd starts OX without a word.",
    check=check,
)
