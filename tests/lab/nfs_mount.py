#!/usr/bin/python3
"""Stands in for mount.nfs: an NFS client of libnfs, shown by FUSE, where the kernel has no NFS client.

mount(8) reads fstab and calls this as it calls the real one. What a process does below the mount point goes to the
server under that process's own numbers, one call after the other. As with `hard`, a call waits while the server is
away and goes on when it is back. Each write is on the server before it returns. Locks are the host's own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys
import time
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint16, c_uint64, c_void_p
from pathlib import Path
from typing import NoReturn

import fusepy

PORT = 2049
PATIENCE = 5.0
KNOWN = {
    "rw",
    "ro",
    "hard",
    "noatime",
    "nodiratime",
    "relatime",
    "_netdev",
    "defaults",
    "nfsvers=3",
    "vers=3",
}
WRONG_USE, FAILED = 1, 32

NAMES = "dev ino mode nlink uid gid rdev size blksize blocks atime mtime ctime atime_nsec mtime_nsec ctime_nsec used"
SHOWN = ("mode", "nlink", "uid", "gid", "size", "blocks", "ino")
STATFS = "bsize frsize blocks bfree bavail files ffree favail fsid flag namemax"


class Status(ctypes.Structure):
    _fields_ = [(name, c_uint64) for name in NAMES.split()]


class Room(ctypes.Structure):
    _fields_ = [(f"f_{name}", c_uint64) for name in STATFS.split()]


class Entry(ctypes.Structure):
    """The part of an entry that is read here; libnfs makes and frees the whole."""


Entry._fields_ = [("next", POINTER(Entry)), ("name", c_char_p)]

LIBRARY = ctypes.CDLL("libnfs.so.13")
LIBRARY.nfs_init_context.restype = c_void_p
LIBRARY.nfs_get_error.restype = c_char_p
LIBRARY.nfs_readdir.restype = POINTER(Entry)
for _function, _rest in {
    "nfs_get_error": [],
    "nfs_mount": [c_char_p, c_char_p],
    "nfs_set_uid": [c_int],
    "nfs_set_gid": [c_int],
    "nfs_set_dircache": [c_int],
    "nfs_set_autoreconnect": [c_int],
    "nfs_umask": [c_uint16],
    "nfs_lstat64": [c_char_p, POINTER(Status)],
    "nfs_fstat64": [c_void_p, POINTER(Status)],
    "nfs_statvfs64": [c_char_p, POINTER(Room)],
    "nfs_opendir": [c_char_p, POINTER(c_void_p)],
    "nfs_readdir": [c_void_p],
    "nfs_closedir": [c_void_p],
    "nfs_open2": [c_char_p, c_int, c_int, POINTER(c_void_p)],
    "nfs_pread": [c_void_p, c_uint64, c_uint64, c_char_p],
    "nfs_pwrite": [c_void_p, c_uint64, c_uint64, c_char_p],
    "nfs_fsync": [c_void_p],
    "nfs_close": [c_void_p],
    "nfs_truncate": [c_char_p, c_uint64],
    "nfs_ftruncate": [c_void_p, c_uint64],
    "nfs_mkdir2": [c_char_p, c_int],
    "nfs_mknod": [c_char_p, c_int, c_int],
    "nfs_rmdir": [c_char_p],
    "nfs_unlink": [c_char_p],
    "nfs_rename": [c_char_p, c_char_p],
    "nfs_link": [c_char_p, c_char_p],
    "nfs_symlink": [c_char_p, c_char_p],
    "nfs_readlink": [c_char_p, c_char_p, c_int],
    "nfs_chmod": [c_char_p, c_int],
    "nfs_lchown": [c_char_p, c_int, c_int],
    "nfs_lutimes": [c_char_p, POINTER(c_long * 4)],
    "nfs_access": [c_char_p, c_int],
}.items():
    getattr(LIBRARY, _function).argtypes = [c_void_p, *_rest]


class Export(fusepy.Operations):
    """A mounted export. Paths come from FUSE; handles are what libnfs has opened."""

    use_ns = True

    def __init__(self, server: str, path: str) -> None:
        self.context = LIBRARY.nfs_init_context()
        self.numbers = (os.getuid(), os.getgid())
        LIBRARY.nfs_set_autoreconnect(self.context, -1)
        LIBRARY.nfs_set_dircache(self.context, 0)
        # The kernel has taken the process's umask off already.
        LIBRARY.nfs_umask(self.context, 0)
        if LIBRARY.nfs_mount(self.context, server.encode(), path.encode()):
            raise OSError(LIBRARY.nfs_get_error(self.context).decode())

    def ask(self, function: str, *arguments: object) -> int:
        uid, gid, _ = fusepy.fuse_get_context()
        if (uid, gid) != self.numbers:
            LIBRARY.nfs_set_uid(self.context, uid)
            LIBRARY.nfs_set_gid(self.context, gid)
            self.numbers = (uid, gid)
        given = [each.encode() if isinstance(each, str) else each for each in arguments]
        while (code := getattr(LIBRARY, function)(self.context, *given)) == -errno.EAGAIN:
            # "Not now" of a server is no answer: clients ask again.
            time.sleep(0.1)
        if code < 0:
            raise fusepy.FuseOSError(-code)
        return code

    def getattr(self, path, fi=None):
        found = Status()
        if fi is not None and fi.fh:
            self.ask("nfs_fstat64", fi.fh, byref(found))
        else:
            self.ask("nfs_lstat64", path, byref(found))
        return {f"st_{name}": getattr(found, name) for name in SHOWN} | {
            f"st_{name}": getattr(found, name) * 10**9 + getattr(found, f"{name}_nsec")
            for name in ("atime", "mtime", "ctime")
        }

    def statfs(self, path):
        found = Room()
        self.ask("nfs_statvfs64", path, byref(found))
        return {f"f_{name}": getattr(found, f"f_{name}") for name in STATFS.split() if name != "fsid"}

    def readdir(self, path, handle):
        folder = c_void_p()
        self.ask("nfs_opendir", path, byref(folder))
        try:
            while entry := LIBRARY.nfs_readdir(self.context, folder):
                yield entry.contents.name.decode()
        finally:
            LIBRARY.nfs_closedir(self.context, folder)

    def _open(self, path, fi, flags, mode):
        handle = c_void_p()
        self.ask("nfs_open2", path, flags | os.O_SYNC, mode, byref(handle))
        fi.fh = handle.value
        return 0

    def open(self, path, fi):
        return self._open(path, fi, fi.flags & os.O_ACCMODE, 0)

    def create(self, path, mode, fi):
        return self._open(path, fi, fi.flags & (os.O_ACCMODE | os.O_EXCL) | os.O_CREAT, mode)

    def release(self, path, fi):
        return self.ask("nfs_close", fi.fh)

    def read(self, path, size, offset, fi):
        text = ctypes.create_string_buffer(size)
        count = self.ask("nfs_pread", fi.fh, offset, size, text)
        return text.raw[:count]

    def write(self, path, data, offset, fi):
        done = 0
        while done < len(data):
            done += self.ask("nfs_pwrite", fi.fh, offset + done, len(data) - done, data[done:])
        return done

    def fsync(self, path, datasync, fi):
        return self.ask("nfs_fsync", fi.fh)

    def truncate(self, path, length, fi=None):
        return self.ask("nfs_ftruncate", fi.fh, length) if fi else self.ask("nfs_truncate", path, length)

    def mkdir(self, path, mode):
        return self.ask("nfs_mkdir2", path, mode)

    def mknod(self, path, mode, dev):
        return self.ask("nfs_mknod", path, mode, dev)

    def rmdir(self, path):
        return self.ask("nfs_rmdir", path)

    def unlink(self, path):
        return self.ask("nfs_unlink", path)

    def rename(self, old, new):
        return self.ask("nfs_rename", old, new)

    def link(self, target, source):
        return self.ask("nfs_link", source, target)

    def symlink(self, target, source):
        return self.ask("nfs_symlink", source, target)

    def readlink(self, path):
        text = ctypes.create_string_buffer(4096)
        self.ask("nfs_readlink", path, text, len(text))
        return text.value.decode()

    def chmod(self, path, mode):
        return self.ask("nfs_chmod", path, mode)

    def chown(self, path, uid, gid):
        return self.ask("nfs_lchown", path, uid, gid)

    def utimens(self, path, times=None):
        moments = times or (time.time_ns(),) * 2
        parts = [part for each in moments for part in (each // 10**9, each % 10**9 // 1000)]
        return self.ask("nfs_lutimes", path, byref((c_long * 4)(*parts)))

    def access(self, path, mode):
        return self.ask("nfs_access", path, mode)


def fail(code: int, words: str) -> NoReturn:
    print(f"mount.nfs: {words}", file=sys.stderr)
    sys.exit(code)


def main(words: list[str]) -> None:
    given = words[words.index("-o") + 1].split(",") if "-o" in words else []
    source, target = words[:2]
    server, _, path = source.partition(":")
    for option in given:
        if option not in KNOWN:
            fail(WRONG_USE, f"the lab's client does not know the option {option}")
    if not Path(target).is_dir():
        fail(FAILED, f"mount point {target} does not exist")
    try:
        socket.create_connection((server, PORT), PATIENCE).close()
        export = Export(server, path)
    except OSError as error:
        if "MNT3ERR_ACCES" in str(error):
            fail(FAILED, f"access denied by server while mounting {source}")
        fail(FAILED, error.strerror or str(error))
    # libnfs calls without a pause while a server refuses: whoever brings it back comes first.
    os.nice(19)
    fusepy.FUSE(
        export,
        target,
        raw_fi=True,
        nothreads=True,
        allow_other=True,
        big_writes=True,
        attr_timeout=0,
        entry_timeout=0,
        fsname=source,
        subtype="nfs",
        ro="ro" in given,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
