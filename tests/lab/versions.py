"""What a run of the lab is made on: the versions that the programs themselves say, cores and memory."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

ABSENT = "not installed"

PROGRAMS = {
    "mariadbd": (("mariadbd", "--version"), r"Ver (\S+)"),
    "haproxy": (("haproxy", "-v"), r"version (\S+)"),
    "keepalived": (("keepalived", "--version"), r"Keepalived v(\S+)"),
    "apache2": (("apache2", "-v"), r"Apache/(\S+)"),
    "java": (("java", "-version"), r'version "([^"]+)"'),
    "nfs-ganesha": (("ganesha.nfsd", "-v"), r"Release = V(\S+)"),
}
"""How a program is asked, on either stream, and what of its answer is the version."""

PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")


def versions() -> tuple[tuple[str, str], ...]:
    """Return (program, version) of all that the lab runs, the kernel last; `not installed` for what is not there."""
    found = {name: _asked(command, pattern) for name, (command, pattern) in PROGRAMS.items()}
    server = {"mariadbd": found.pop("mariadbd"), "galera provider": _provider()}
    return (*server.items(), *found.items(), ("kernel", platform.release()))


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def memory() -> int:
    """Return the machine's memory in bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _asked(command: tuple[str, ...], pattern: str) -> str:
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
    try:
        done = subprocess.run(
            ["env", f"PATH={path}", "LC_ALL=C", *command], capture_output=True, text=True, timeout=20
        )
    except subprocess.TimeoutExpired:
        return "does not answer"
    if done.returncode == 127:
        return ABSENT
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else "does not say"


def _provider() -> str:
    """Return what the provider has built in, which is what a running server shows: garbd leaves out a part of it."""
    for name in PROVIDERS:
        if (path := Path(name)).exists():
            found = re.search(rb"\0(\d+\.\d+)\(r\w*\)\0", path.read_bytes())
            return found[1].decode() if found else "does not say"
    return ABSENT
