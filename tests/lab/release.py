"""File systems of other releases of Debian and Ubuntu with a database server each, for servers that this one lacks.

Each is made once, from the distribution's mirror, into the folder that OXCONF_RELEASES names: a base per release, and
per server a layer over it. Needs root, the network and debootstrap; nothing is started, nothing is put elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

FOLDER = "OXCONF_RELEASES"
"""The environment variable that names the folder; without it no release is made."""

UBUNTU = "http://archive.ubuntu.com/ubuntu"
DEBIAN = "http://deb.debian.org/debian"

KEYRING = f"{UBUNTU}/pool/main/u/ubuntu-keyring/ubuntu-keyring_2021.03.26_all.deb"
KEYRING_SHA256 = "0d0e7ed6b112f5d03eabf3c7eb01ebdacf9c57714b279e90495cfc58c8c4520f"
"""Debian 12 has no package with Ubuntu's keys. The sum is that of Ubuntu 22.04's signed list of packages."""

DEBIAN_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# gutsy is debootstrap's name for every Ubuntu since: it has no script of releases that came after it.
SCRIPT = Path("/usr/share/debootstrap/scripts")

TOOLS = "curl,iproute2,iputils-arping,procps,socat,systemd"
"""What a host of the lab needs beside its server and Debian's essential packages."""

EMPTY = """\
Package: {name}
Version: {version}
Architecture: all
Maintainer: nobody <nobody@localhost>
Description: stands for the vendor's package, which this distribution calls otherwise
"""

HOURS = 3600


@dataclass(frozen=True)
class Release:
    """A release of a distribution, and the packages of one database server in it."""

    suite: str
    packages: tuple[str, ...]
    vendors: tuple[tuple[str, str], ...] = ()
    """What the server's vendor calls packages that the distribution has under other names, each with a version."""
    after: str = ":"
    """Shell command that changes what the packages left, without single quotes."""

    @property
    def ubuntu(self) -> bool:
        return self.suite not in ("bullseye", "bookworm", "trixie")

    @property
    def mirror(self) -> str:
        return UBUNTU if self.ubuntu else DEBIAN

    @property
    def base(self) -> Path:
        return folder() / self.suite / "base"

    @property
    def layer(self) -> Path:
        return folder() / self.suite / self.packages[0]

    def layers(self) -> str:
        """Make what is missing; return the folders to lay over each other, the upper one first."""
        if not self.base.exists():
            self._bootstrap()
        if not self.layer.exists():
            self._install()
        return f"{self.layer}:{self.base}"

    def _bootstrap(self) -> None:
        made = self.base.with_name("base.part")
        shutil.rmtree(made, ignore_errors=True)
        made.parent.mkdir(parents=True, exist_ok=True)
        keys = ubuntu_keys() if self.ubuntu else DEBIAN_KEYS
        components = "main,universe" if self.ubuntu else "main"
        run(
            *("debootstrap", "--variant=minbase", f"--keyring={keys}", "--force-check-gpg"),
            *(f"--components={components}", self.suite, str(made), self.mirror),
            str(SCRIPT / ("gutsy" if self.ubuntu else "sid")),
        )
        lines = [f"deb {self.mirror} {self.suite} {components.replace(',', ' ')}\n"]
        lines.append(lines[0].replace(f" {self.suite} ", f" {self.suite}-updates "))
        (made / "etc/apt/sources.list").write_text("".join(lines))
        policy = made / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        apt = "apt-get --quiet --quiet --yes --no-install-recommends"
        names = TOOLS.replace(",", " ")
        self._in_chroot(
            str(made), f"apt-get --quiet --quiet update && {apt} install {names} && apt-get clean"
        )
        made.rename(self.base)

    def _install(self) -> None:
        made = self.layer.with_name(self.layer.name + ".part")
        shutil.rmtree(made, ignore_errors=True)
        for name in ("upper", "work", "root"):
            (made / name).mkdir(parents=True)
        layers = f"lowerdir={self.base},upperdir={made}/upper,workdir={made}/work"
        mount = f"mount -t overlay -o {layers} overlay {made}/root"
        for name, version in self.vendors:
            control = made / "upper/opt/vendor" / name / "DEBIAN/control"
            control.parent.mkdir(parents=True)
            control.write_text(EMPTY.format(name=name, version=version))
        apt = "apt-get --quiet --quiet --yes install " + " ".join(self.packages)
        if self.vendors:
            apt += ' && for it in /opt/vendor/*; do dpkg-deb --build "$it" && dpkg -i "$it.deb" || exit; done'
        self._in_chroot(f"{made}/root", f"{apt} && apt-get clean && {self.after}", before=mount)
        (made / "upper").rename(self.layer)
        shutil.rmtree(made)

    def _in_chroot(self, root: str, command: str, before: str = ":") -> None:
        """Run a command there. Whatever it starts ends with it, and what it mounts is gone."""
        script = f"""\
set -e
{before}
cp /etc/resolv.conf {root}/etc/resolv.conf
mount -t proc proc {root}/proc
mount --bind /dev {root}/dev
chroot {root} /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \\
  sh -c '{command}' </dev/null"""
        run(
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--propagation=private",
            "sh",
            "-c",
            script,
        )


def folder() -> Path:
    """Return the folder of all releases."""
    return Path(os.environ[FOLDER])


def run(*command: str) -> None:
    """Run a command, an hour at most."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=HOURS, check=False
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-4000:]}")


def ubuntu_keys() -> Path:
    """Return Ubuntu's archive keys, from the package that has them."""
    place = folder() / "ubuntu-keyring"
    keys = place / "usr/share/keyrings/ubuntu-archive-keyring.gpg"
    if not keys.exists():
        place.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(KEYRING, timeout=60) as answer:
            package = answer.read()
        if hashlib.sha256(package).hexdigest() != KEYRING_SHA256:
            raise AssertionError(f"{KEYRING} is not the package whose sum is known")
        (place / "package.deb").write_bytes(package)
        run("dpkg-deb", "-x", str(place / "package.deb"), str(place))
    return keys
