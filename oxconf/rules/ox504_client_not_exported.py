"""OX504: an OX host mounts the filestore, and the export does not let it in, or lets it read only."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._filestore import client_of, export_of, filestore_mounts, is_certain, server_of
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for each mounting host in the client list of the export that it mounts."""
    for mounted in filestore_mounts(evidence):
        exports = server_of(evidence, mounted)
        export = export_of(exports, mounted) if exports else None
        if exports is None or export is None:
            continue
        client, host = client_of(export, mounted.host), mounted.host
        if client is None and is_certain(export, host):
            yield RULE.finding(
                f"{host.name} ({listed(host.facts.addresses)}) mounts {export.path}, but {exports.host.name} exports "
                f"it to {listed(client.host for client in export.clients)} only",
                exports.at(export.line),
                mounted.place,
            )
        elif client is not None and not client.writable:
            yield RULE.finding(
                f"{host.name} mounts {export.path}, but {exports.host.name} exports it to {client.host} read only",
                exports.at(export.line),
                mounted.place,
            )


RULE = Rule(
    code="OX504",
    name="client-not-exported",
    severity=Severity.ERROR,
    title="An OX host is not among the clients of the filestore's export, or may only read",
    why=(
        "The mount is refused, or every upload fails: users of this node can not store attachments and files, and a "
        "node that waits for its mount does not start."
    ),
    remedy=(
        "Add the host's address with the options of the other clients to the export, rw among them; then exportfs "
        "-ra."
    ),
    source="the tutorial: every OX server is listed in /etc/exports; exports(5): without rw a client may only read",
    daemons="exportfs accepts it; the mount fails with access denied.",
    check=check,
)
