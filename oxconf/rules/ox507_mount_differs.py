"""OX507: OX hosts do not mount the same filestore at the same place, or mount what nobody exports."""

from collections import defaultdict
from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._filestore import Mounted, export_of, filestore_mounts, has_root, server_of
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare mount points and sources of all nodes, and each source with the exports of its server."""
    by_source: dict[tuple[str, str], list[Mounted]] = defaultdict(list)
    by_point: dict[str, list[Mounted]] = defaultdict(list)
    for mounted in filestore_mounts(evidence):
        exports = server_of(evidence, mounted)
        if exports is not None and not has_root(exports) and export_of(exports, mounted) is None:
            paths = [each.path for each in exports.artifact.exports]
            yield RULE.finding(
                f"{mounted.host.name} mounts {mounted.mount.spec}, but {exports.host.name} exports "
                f"{listed(paths) if paths else 'nothing'}",
                mounted.place,
                exports.at(exports.artifact.exports[0].line if paths else 0),
            )
            continue
        by_source[_source(evidence, mounted)].append(mounted)
        by_point[_point(mounted)].append(mounted)
    for group in by_source.values():
        for mounted, reference in odd_ones((each, _point(each)) for each in group):
            if mounted.host is not reference.host:
                yield _differs(mounted, reference)
    for group in by_point.values():
        for mounted, reference in odd_ones((each, _source(evidence, each)) for each in group):
            yield _differs(mounted, reference)


def _differs(mounted: Mounted, reference: Mounted) -> Finding:
    return RULE.finding(
        f"{mounted.host.name} mounts {mounted.mount.spec} at {mounted.mount.file}, "
        f"but {reference.host.name} mounts {reference.mount.spec} at {reference.mount.file}",
        mounted.place,
        reference.place,
    )


def _source(evidence: Evidence, mounted: Mounted) -> tuple[str, str]:
    """Return server and path in one spelling: a host's name for each of its addresses."""
    return evidence.name_of(mounted.mount.server or ""), (mounted.mount.exported or "").rstrip("/")


def _point(mounted: Mounted) -> str:
    return mounted.mount.file.rstrip("/")


RULE = Rule(
    code="OX507",
    name="mount-differs",
    severity=Severity.ERROR,
    title="OX hosts mount different filestores, mount them at different places, or mount what is not exported",
    why=(
        "The filestore is registered once, with one path for all nodes. A node that has something else there stores "
        "files where the others do not see them: attachments exist or are gone depending on the node."
    ),
    remedy="Use the same line in /etc/fstab of every OX host, with the path that the filestore host exports.",
    source="the tutorial: /var/opt/filestore on every OX server; oxpedia, registerfilestore",
    daemons="findmnt --verify accepts it.",
    check=check,
)
