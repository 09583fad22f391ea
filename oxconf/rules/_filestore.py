"""The shared filestore: which mounts are meant, and which export they reach."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import IPv4Network

from attrs import frozen

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.artifacts.filestore import Client, Export, Exports, FilestoreGuard, Fstab, Mount
from oxconf.evidence import Evidence, HostEvidence, Located, Place


@frozen
class Mounted:
    """An NFS mount of an OX host."""

    host: HostEvidence
    mount: Mount
    place: Place


def is_ox_node(host: HostEvidence) -> bool:
    """Whether OX runs on the host."""
    roles = {"groupware", "provisioning"} & set(host.facts.roles)
    return bool(roles) or host.find(GroupwareConfigdb) is not None or host.find(AjpProperties) is not None


def filestore_mounts(evidence: Evidence) -> Iterator[Mounted]:
    """Yield the NFS mounts of OX hosts: the one that OX waits for, or all where it waits for none of them."""
    for table in evidence.find(Fstab):
        if not is_ox_node(table.host):
            continue
        mounts = [mount for mount in table.artifact.mounts if mount.nfs and mount.server]
        guard = table.host.find(FilestoreGuard)
        paths = guarded(guard) if guard else set()
        meant = [mount for mount in mounts if mount.file in paths] or mounts
        for mount in meant:
            yield Mounted(table.host, mount, table.at(mount.line))


def guarded(guard: Located[FilestoreGuard]) -> set[str]:
    """Return the paths that OX waits for."""
    artifact = guard.artifact
    return {path for path in (artifact.requires_mounts_for, artifact.assert_path_is_mount_point) if path}


def server_of(evidence: Evidence, mounted: Mounted) -> Located[Exports] | None:
    """Return the exports of the host that a mount comes from, None where they are not known."""
    owner = evidence.owner(mounted.mount.server or "")
    return owner.find(Exports) if owner else None


def has_root(exports: Located[Exports]) -> bool:
    """Whether NFS 4 clients see the exports below a root of their own, so that paths need not be equal."""
    options = (
        option for each in exports.artifact.exports for client in each.clients for option in client.options
    )
    return any(option in ("fsid=0", "fsid=root") for option in options)


def export_of(exports: Located[Exports], mounted: Mounted) -> Export | None:
    """Return the export that a mount reaches: that of its path, or of the nearest folder above it."""
    path = (mounted.mount.exported or "").rstrip("/") or "/"
    above = [
        each
        for each in exports.artifact.exports
        if path == each.path.rstrip("/") or path.startswith(each.path.rstrip("/") + "/")
    ]
    return max(above, key=lambda each: len(each.path), default=None)


def client_of(export: Export, host: HostEvidence) -> Client | None:
    """Return the part of an export that is for a host: its address or name first, then networks, then `*`."""
    found = [(rank, client) for client in export.clients if (rank := _rank(client.host, host)) is not None]
    return min(found, key=lambda each: each[0])[1] if found else None


def is_certain(export: Export, host: HostEvidence) -> bool:
    """Whether it can be told that a host is not among the clients: not with netgroups, foreign names or no address."""
    return bool(host.facts.addresses) and all(_is_address(client.host) for client in export.clients)


def _is_address(pattern: str) -> bool:
    return _network(pattern) is not None


# Every host is compared with every client of an export.
@lru_cache(maxsize=1024)
def _network(pattern: str) -> IPv4Network | None:
    try:
        return IPv4Network(pattern, strict=False)
    except ValueError:
        return None


def _rank(pattern: str, host: HostEvidence) -> int | None:
    """Return how exactly a client pattern names a host, 0 the best; None when it does not."""
    if pattern in host.facts.addresses or pattern == host.name or pattern.startswith(f"{host.name}."):
        return 0
    network = _network(pattern)
    if network is not None:
        return (
            1
            if any((own := _network(a)) and network.supernet_of(own) for a in host.facts.addresses)
            else None
        )
    if any(sign in pattern for sign in "*?") and fnmatchcase(host.name, pattern.partition(".")[0]):
        return 2
    return None
