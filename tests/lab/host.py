"""A host in namespaces, as a fresh Debian with the packages of a cluster: the bundle's own steps fill it.

It is made of this machine's own files, or of those of another release.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from judges.harness import Host
from judges.sandbox import Sandbox, wire

from lab.release import Release

STAND_IN = Path(__file__).with_name("systemctl.py")

COVERED = ("etc", "opt", "root", "usr", "var")
"""Folders in which a host writes: what it changes there vanishes with it."""

FRESH = ("/run", "/tmp")

MACHINE = "/opt/machine"
"""Where a host of another release finds this machine's /usr: its own Python may be missing, or too old."""

LOADER = Path("/lib64/ld-linux-x86-64.so.2")

DEBIAN = {
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\n",
    "/etc/resolv.conf": "",
    "/etc/fstab": "proc /proc proc defaults 0 0\n",
}


class LabHost:
    """One host of a rendered cluster on the lab's network, with its unpacked archive in /root/bundle."""

    def __init__(
        self,
        host: Host,
        network: Sandbox,
        number: int,
        release: Release | None = None,
        *,
        prefix: int = 24,
        interface: str = "eth0",
    ) -> None:
        self.host = host
        self.name = host.name
        self.network = network
        self.box = Sandbox()
        self.box.tmpfs("/mnt")
        if release:
            self._enter(release)
        else:
            for top in COVERED:
                self._cover(top, f"/{top}", f"/{top}")
        for path, text in DEBIAN.items():
            self.write(path, text)
        self.port = wire(network, self.box, number, f"{host.address}/{prefix}", interface)
        self.box.run("hostname", host.name)
        if not release:
            # The sandbox's process ids are its own, so /proc is mounted anew for what looks into it.
            self.box.run("mount", "-t", "proc", "proc", "/proc")
        self.unpack(host.folder)
        self.box.tmpfs(*FRESH)
        self.box.run("chmod", "1777", "/tmp")
        # What a boot makes of the packages' lists; some need a running systemd, and no daemon here needs them.
        self.box.run("systemd-tmpfiles", "--create", "--prefix=/run", check=False)
        self.box.run("mkdir", "-p", "/run/lock", "/run/mysqld", "/run/sshd")
        self.box.run("chown", "mysql:mysql", "/run/mysqld")
        # Older releases have /bin apart from /usr/bin, and systemctl in it.
        self.sh('mv "$(command -v systemctl)" /usr/bin/systemctl.real')
        self._stand_in(release)
        self.sh("[ -e /bin/systemctl ] || ln -s /usr/bin/systemctl /bin/systemctl")

    def _cover(self, name: str, lower: str, at: str) -> None:
        """Lay a folder that vanishes with the host over `lower`, and show both at `at`."""
        self.box.run("mkdir", f"/mnt/{name}.upper", f"/mnt/{name}.work")
        layers = f"lowerdir={lower},upperdir=/mnt/{name}.upper,workdir=/mnt/{name}.work"
        self.box.run("mount", "-t", "overlay", "-o", layers, "overlay", at)

    def _enter(self, release: Release) -> None:
        """Make the file system of another release the host's root."""
        root = "/mnt/root"
        self.box.run("mkdir", root)
        self._cover("all", release.layers(), root)
        self.box.run("mkdir", "-p", f"{root}{MACHINE}", f"{root}/machine")
        self.box.run("mount", "--rbind", "/dev", f"{root}/dev")
        self.box.run("mount", "-t", "sysfs", "sysfs", f"{root}/sys")
        self.box.run("mount", "-t", "proc", "proc", f"{root}/proc")
        self.box.run("mount", "--bind", "/usr", f"{root}{MACHINE}")
        self.box.run("pivot_root", root, f"{root}/machine")
        self.box.run("umount", "--lazy", "/machine")

    def _stand_in(self, release: Release | None) -> None:
        if not release:
            self.write("/usr/bin/systemctl", STAND_IN.read_text())
        else:
            self.write(f"{MACHINE}.py", STAND_IN.read_text())
            loader = MACHINE + str(LOADER.resolve()).removeprefix("/usr")
            libraries = loader.rpartition("/")[0]
            begin = f"#!/bin/sh\nexec {loader} --library-path {libraries}:{libraries}/systemd"
            python = MACHINE + str(Path("/usr/bin/python3").resolve()).removeprefix("/usr")
            self.write("/usr/bin/systemctl", f'{begin} {python} -I {MACHINE}.py "$@"\n')
            if "activate" not in self.sh("command -v systemd-socket-activate", check=False):
                activate = "/bin/systemd-socket-activate"
                self.write(f"/usr{activate}", f'{begin} {MACHINE}{activate} "$@"\n')
                self.box.run("chmod", "0755", f"/usr{activate}")
            if not self.sh("command -v nft", check=False):
                self.write("/usr/sbin/nft", f'{begin} {MACHINE}/sbin/nft "$@"\n')
                self.box.run("chmod", "0755", "/usr/sbin/nft")
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
        client = "$(command -v mariadb || command -v mysql) --defaults-file=/root/.my.cnf --batch --skip-column-names"
        return self.box.run("sh", "-c", f"exec {client}", stdin=statement).stdout

    def cut(self) -> None:
        """Take the host off the network, as a pulled cable or a dead machine does."""
        self.network.run("ip", "link", "set", self.port, "down")

    def mend(self) -> None:
        """Put it back."""
        self.network.run("ip", "link", "set", self.port, "up")

    def close(self) -> None:
        """End the host and everything that runs on it."""
        self.box.close()
