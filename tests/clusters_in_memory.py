"""Right clusters with passwords, as they would be collected from their hosts, and what becomes of one changed file."""

from collections.abc import Callable
from functools import cache

from attrs import evolve

from oxconf.deployment.load import load_text
from oxconf.evidence import Evidence, File, HostEvidence, HostFiles
from oxconf.plan import make_plan
from oxconf.render import evidence_of

SECRETS = {
    "configdb": "kP30vxLq",
    "master": "Vu7Zr2mW",
    "sst": "9TtqLs4b",
    "clustercheck": "hX5c0NfE",
    "vrrp": "Qe81yKdj",
    "root": "mB6wYtPa",
    "maintenance": "Zr4cJuGk",
    "replication": "7nDsVhEx",
    "backup": "oL2fTiQb",
}

GALERA = 'tier = "1m"\n'
REPLICATION = 'tier = "1m"\n[database]\nmode = "replication"\n'


@cache
def right(text: str) -> Evidence:
    """The cluster of a cluster file, with nothing changed."""
    return evidence_of(make_plan(load_text(text, secrets=SECRETS)))


def collected(host: HostEvidence) -> HostFiles:
    """The files of a host, to be changed before they are judged."""
    return HostFiles(
        name=host.name,
        facts=host.facts,
        files=tuple(host.files.values()),
        complete=host.complete,
        enabled=host.enabled,
    )


def file_of(text: str, host: str, path: str) -> File:
    """One file of one host; it must be there."""
    (found,) = [each for each in right(text).hosts if each.name == host]
    return found.files[path]


def changed(text: str, host: str, path: str, change: Callable[[File], File]) -> Evidence:
    """The cluster with one file changed."""
    old = file_of(text, host, path)
    new = change(old)
    assert new != old, f"nothing to change in {host}:{path}"
    evidence = Evidence((), right(text).cluster)
    # The other hosts are parsed once for all examples.
    evidence.hosts = tuple(_with(each, new) if each.name == host else each for each in right(text).hosts)
    return evidence


def _with(host: HostEvidence, new: File) -> HostEvidence:
    files = tuple(new if file.path == new.path else file for file in host.files.values())
    return HostEvidence(evolve(collected(host), files=files))
