"""OX519: the filestore is exported with async."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._filestore import client_of, export_of, filestore_mounts, server_of
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the client's part of each export that OX hosts mount; sync is the default."""
    found: dict[tuple[str, str, Place], dict[str, Place]] = {}
    for mounted in filestore_mounts(evidence):
        exports = server_of(evidence, mounted)
        export = export_of(exports, mounted) if exports else None
        client = client_of(export, mounted.host) if export else None
        if exports is not None and export is not None and client is not None and not client.sync:
            key = (exports.host.name, export.path, exports.at(export.line))
            found.setdefault(key, {})[mounted.host.name] = mounted.place
    for (server, path, place), mounts in found.items():
        yield RULE.finding(f"{server} exports {path} to {listed(mounts)} with async", place, *mounts.values())


RULE = Rule(
    code="OX519",
    name="export-async",
    severity=Severity.WARNING,
    title="The filestore is exported with async",
    why=(
        "The server says that a file is stored before it is on disk. After a crash or a loss of power, attachments and "
        "files that users were told about are empty or gone, while the database still lists them."
    ),
    remedy="Write sync in place of async into /etc/exports, for every client of the filestore; then exportfs -ra.",
    source="exports(5): with async a restart of the server can lose or corrupt data; sync is the default",
    daemons="exportfs accepts it.",
    check=check,
)
