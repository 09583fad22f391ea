"""OX501: the user open-xchange has different numbers on the hosts that share the filestore."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts.filestore import Exports
from oxconf.artifacts.sysusers import Sysusers
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._filestore import export_of, filestore_mounts, server_of
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones


@frozen
class Number:
    """Somebody's idea of a number of open-xchange: `what` is the setting, such as `anonuid`."""

    host: HostEvidence
    what: str
    value: int
    place: Place


def check(evidence: Evidence) -> Iterator[Finding]:
    """Collect uids and gids of hosts, sysusers files and the exports of the filestore, and compare them."""
    shared = list(_of_exports(evidence))
    for kind in ("uid", "gid"):
        numbers = [*_of_hosts(evidence, kind), *(number for number in shared if number.what == f"anon{kind}")]
        for number, reference in odd_ones((number, number.value) for number in numbers):
            yield RULE.finding(
                f"{number.what} of open-xchange is {number.value} on {number.host.name}, "
                f"but {reference.what} is {reference.value} on {reference.host.name}",
                number.place,
                reference.place,
            )


def _of_hosts(evidence: Evidence, kind: str) -> Iterator[Number]:
    for found in evidence.find(Sysusers):
        for what in (kind, f"primary_{kind}"):
            value = getattr(found.artifact, what, None)
            if value is not None:
                yield Number(
                    found.host, kind if what == kind else f"the user's {kind}", value, found.place(what)
                )
    for host in evidence.hosts:
        value = getattr(host.facts, kind)
        if value is not None:
            yield Number(host, kind, value, Place(host.name, "manifest.json"))


def _of_exports(evidence: Evidence) -> Iterator[Number]:
    """Yield the anonymous numbers of exports that OX hosts mount; of all exports where no mount is known."""
    mounts = list(filestore_mounts(evidence))
    meant = [(exports, export_of(exports, each)) for each in mounts if (exports := server_of(evidence, each))]
    used = {(exports.host.name, export.line) for exports, export in meant if export}
    for found in evidence.find(Exports):
        for export in found.artifact.exports:
            if mounts and (found.host.name, export.line) not in used:
                continue
            for what in ("anonuid", "anongid"):
                for value in sorted(
                    {v for client in export.clients if (v := getattr(client, what)) is not None}
                ):
                    yield Number(found.host, what, value, found.at(export.line))


RULE = Rule(
    code="OX501",
    name="uid-gid-differs",
    severity=Severity.ERROR,
    title="open-xchange has different user or group ids on the hosts that share the filestore",
    why=(
        "NFS knows numbers, not names. A node whose number differs can not read what the others stored, or the files "
        "belong to somebody else: users' attachments and files can not be opened from that node."
    ),
    remedy=(
        "Use one uid and one gid: in the sysusers files of all OX hosts and of the filestore host, and as anonuid and "
        "anongid of the export."
    ),
    source="the tutorial: the ids of open-xchange must be the same on the NFS server and on all OX servers",
    daemons="exportfs and mount accept any number.",
    check=check,
)
