"""A host in namespaces, as a fresh Debian with the packages of a cluster: the bundle's own steps fill it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from judges.harness import Host
from judges.sandbox import Sandbox, wire

STAND_IN = Path(__file__).with_name("systemctl.py")

COVERED = ("etc", "opt", "root", "usr", "var")
"""Folders in which a host writes: what it changes there vanishes with it."""

FRESH = ("/run", "/tmp")

DEBIAN = {
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\n",
    "/etc/resolv.conf": "",
    "/etc/fstab": "proc /proc proc defaults 0 0\n",
}


class LabHost:
    """One host of a rendered cluster on the lab's network, with its unpacked archive in /root/bundle."""

    def __init__(self, host: Host, network: Sandbox, number: int) -> None:
        self.host = host
        self.name = host.name
        self.box = Sandbox()
        self.box.tmpfs("/mnt")
        for top in COVERED:
            self.box.run("mkdir", f"/mnt/{top}.upper", f"/mnt/{top}.work")
            layers = f"lowerdir=/{top},upperdir=/mnt/{top}.upper,workdir=/mnt/{top}.work"
            self.box.run("mount", "-t", "overlay", "-o", layers, "overlay", f"/{top}")
        for path, text in DEBIAN.items():
            self.write(path, text)
        wire(network, self.box, number, f"{host.address}/24")
        self.box.run("hostname", host.name)
        # The sandbox's process ids are its own, so /proc is mounted anew for what looks into it.
        self.box.run("mount", "-t", "proc", "proc", "/proc")
        self.unpack(host.folder)
        self.box.tmpfs(*FRESH)
        self.box.run("chmod", "1777", "/tmp")
        self.box.run("mkdir", "-p", "/run/lock", "/run/mysqld", "/run/sshd")
        self.box.run("chown", "mysql:mysql", "/run/mysqld")
        self.box.run("mv", "/usr/bin/systemctl", "/usr/bin/systemctl.real")
        self.write("/usr/bin/systemctl", STAND_IN.read_text())
        self.box.run("chmod", "0755", "/usr/bin/systemctl")

    def unpack(self, folder: Path) -> None:
        """Put a rendered host's folder into /root/bundle, as its unpacked archive."""
        self.box.run("mkdir", "-p", "/root/bundle")
        packed = subprocess.run(["tar", "-C", str(folder), "-c", "."], capture_output=True, check=True).stdout
        subprocess.run(self.box.inside("tar", "-C", "/root/bundle", "-x"), input=packed, check=True)

    def write(self, path: str, text: str) -> None:
        """Write a file of the host."""
        self.box.run("sh", "-c", 'cat >"$1"', "sh", path, stdin=text)

    def sh(self, command: str, *, check: bool = True) -> str:
        """Run a shell command; return what it says on both streams."""
        done = self.box.run("sh", "-c", f"cd /root/bundle; {{ {command}\n}} 2>&1", check=False)
        if check and done.returncode:
            raise AssertionError(f"{self.name}: {command}: exit {done.returncode}\n{done.stdout}")
        return done.stdout

    @property
    def steps(self) -> list[str]:
        """The names of its scripts, in order."""
        return sorted(each.stem for each in (self.host.folder / "runbook").glob("[0-9]*.sh"))

    def step(self, slug: str, *options: str) -> str:
        """Take one step and return what it says."""
        (name,) = [name for name in self.steps if name.partition("-")[2] == slug]
        return self.sh(" ".join(["sh", f"runbook/{name}.sh", "--yes", *options]))

    def sql(self, statement: str) -> str:
        """Ask the host's database server as root; return the rows, columns apart by tabs."""
        return self.box.run(
            "mariadb", "--defaults-file=/root/.my.cnf", "--batch", "--skip-column-names", stdin=statement
        ).stdout

    def close(self) -> None:
        """End the host and everything that runs on it."""
        self.box.close()
