"""The machine that the lab runs on: what it has, and that the lab leaves it as it was."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

KEPT = ("/etc", "/opt", "/root")
"""Folders whose digests are the same before and after."""

NOT_OURS = (".cache", ".bash_history", ".lesshst", "__pycache__")
"""What anybody may write meanwhile, who only looks."""


def digest(folder: str) -> str:
    """Return a digest over names, owners, modes, sizes and times of last change of all that a folder holds.

    The time of the last change of a file's content or place can not be set by anybody: nothing is written unseen.
    """
    sum_ = hashlib.sha256()
    for path, status in sorted(_below(folder)):
        times = (status.st_mtime_ns, status.st_ctime_ns) if not os.path.isdir(path) else ()
        sum_.update(
            repr((path, status.st_mode, status.st_uid, status.st_gid, status.st_size, *times)).encode()
        )
    return sum_.hexdigest()


def _below(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in (*folders, *files):
            if name not in NOT_OURS:
                yield os.path.join(top, name), os.lstat(os.path.join(top, name))


def mariadb_series() -> str:
    """Return the release series of this machine's MariaDB, as "10.11"."""
    said = subprocess.run(["mariadbd", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Ver (\d+\.\d+)\.\d+-MariaDB", said)
    if not found:
        raise AssertionError(f"mariadbd --version says {said.strip()}, and no series of MariaDB")
    return found[1]


def traces() -> set[str]:
    """Return what a lab could leave behind on the machine: mounts, links and named namespaces."""
    mounts = {f"mount {line.split()[4]}" for line in Path("/proc/self/mountinfo").read_text().splitlines()}
    links = {f"link {name}" for name in os.listdir("/sys/class/net")}
    named = Path("/run/netns")
    spaces = {f"namespace {each.name}" for each in named.iterdir()} if named.is_dir() else set()
    # iproute2's own mount may stay.
    return (mounts | links | spaces) - {"mount /run/netns"}
