"""One host's folder as a `.tar.gz` whose bytes depend on its contents alone."""

import gzip
import io
import tarfile

from oxconf.bundle.contents import HostContents

TIME = 315532800
"""1 January 1980: every archive has this one time. Zero would make some tools complain."""


def tar(host: HostContents) -> bytes:
    """Return the uncompressed tar: one folder, root's files, fixed times, the order of the contents."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder in _folders(host):
            info = _info(folder, 0o755)
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        for entry in host.entries:
            info = _info(f"{host.folder}/{entry.path}", entry.mode)
            info.size = len(entry.data)
            archive.addfile(info, io.BytesIO(entry.data))
    return buffer.getvalue()


def compress(data: bytes) -> bytes:
    """Return the gzip of some bytes, without a name or a date. The bytes still depend on the zlib in use."""
    # Not gzip.compress, whose header differs between the versions of Python. Level 9 takes longer for one percent.
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=6, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def _folders(host: HostContents) -> list[str]:
    folders = {host.folder}
    for entry in host.entries:
        parts = entry.path.split("/")[:-1]
        folders.update("/".join((host.folder, *parts[:depth])) for depth in range(1, len(parts) + 1))
    return sorted(folders)


def _info(name: str, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode = mode
    info.mtime = TIME
    info.uname = info.gname = "root"
    return info
