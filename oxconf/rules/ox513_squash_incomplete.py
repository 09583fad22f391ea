"""OX513: the export makes everybody nobody."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._filestore import client_of, export_of, filestore_mounts, server_of
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for all_squash without numbers in the exports that OX hosts mount."""
    seen: set[Place] = set()
    for mounted in filestore_mounts(evidence):
        exports = server_of(evidence, mounted)
        export = export_of(exports, mounted) if exports else None
        client = client_of(export, mounted.host) if export else None
        if exports is None or export is None or client is None or client.squash != "all_squash":
            continue
        missing = [name for name in ("anonuid", "anongid") if getattr(client, name) is None]
        place = exports.at(export.line)
        if missing and place not in seen:
            seen.add(place)
            yield RULE.finding(
                f"{exports.host.name} exports {export.path} to {client.host} with all_squash and without "
                f"{listed(missing)}",
                place,
                mounted.place,
            )


RULE = Rule(
    code="OX513",
    name="squash-incomplete",
    severity=Severity.ERROR,
    title="The filestore's export has all_squash without the ids of open-xchange",
    why=(
        "Whoever writes then becomes nobody (65534), who may not write into a folder of open-xchange: every upload "
        "fails; or, where the folder is open to all, the files belong to an account that other services use too."
    ),
    remedy="Give every client all_squash together with anonuid and anongid, the uid and gid of open-xchange.",
    source="the tutorial's export; exports(5): anonuid and anongid are 65534 by default",
    daemons="exportfs accepts it.",
    check=check,
)
