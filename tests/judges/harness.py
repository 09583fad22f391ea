"""What the judges look at: clusters rendered to a tree of files, as `oxconf render --tree` writes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

DEPLOYMENTS = Path(__file__).parents[1] / "clusters" / "deployments"

CLUSTERS = {
    "poc": 'tier = "poc"\n',
    "100k": 'tier = "100k"\n',
    "1m": 'tier = "1m"\n',
    "1m-lvs": (Path(__file__).parents[1] / "clusters" / "deployments" / "1m-lvs.toml").read_text(),
    "1m-replication": 'tier = "1m"\n[database]\nmode = "replication"\n',
    "1m-beside": (DEPLOYMENTS / "1m-beside.toml").read_text(),
    "1m-https-imap": (DEPLOYMENTS / "1m-https-imap.toml").read_text(),
}

# What daemons say of the machine that they are asked on, not of the files.
OF_THE_MACHINE = (
    "Could not reliably determine the server's fully qualified domain name",
    "Could not increase number of max_open_files",
    "io_uring_queue_init() failed",
    "Failed to lock memory",
    "Failed to set the file descriptor limit",
    "Changed limits: max_open_files",
    # The server is installed, its data folder was never initialised.
    "Could not open mysql.plugin table",
)


@dataclass(frozen=True)
class Host:
    """One rendered host: its manifest and its files."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def manifest(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return document

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.manifest["facts"]
        return facts

    @property
    def roles(self) -> list[str]:
        return list(self.facts["roles"])

    @property
    def address(self) -> str:
        return str(self.facts["addresses"][0])

    @property
    def paths(self) -> list[str]:
        """The absolute paths of its files, in the manifest's order."""
        return [file["path"] for file in self.manifest["files"]]

    def enabled(self, switch: str) -> list[str]:
        """What its manifest says of `unit`, `apache-module`, `apache-conf`, `apache-site` or `apache-site-off`."""
        return [enable["name"] for enable in self.manifest["enable"] if enable["switch"] == switch]

    def file(self, path: str) -> Path:
        """Where the rendered file for the absolute `path` lies."""
        return self.folder / "rootfs" / path.lstrip("/")

    def text(self, path: str) -> str:
        return self.file(path).read_text()


def render(cluster: str, folder: Path) -> list[Host]:
    """Render one of CLUSTERS into `folder` with the command that a person uses."""
    return render_text(CLUSTERS[cluster], folder)


def render_text(text: str, folder: Path, *options: str) -> list[Host]:
    """Render the cluster of a cluster file into `folder`."""
    description = folder / "cluster.toml"
    description.write_text(text)
    tree = folder / "tree"
    command = [sys.executable, "-m", "oxconf", "render", str(description), "--tree", "--output", str(tree)]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [Host(manifest.parent) for manifest in sorted(tree.glob("*/manifest.json"))]


def complaints(*outputs: str) -> list[str]:
    """The lines of a daemon's output that are not about the machine."""
    lines = [line for output in outputs for line in output.splitlines() if line.strip()]
    return [line for line in lines if not any(text in line for text in OF_THE_MACHINE)]


def need(command: str, package: str) -> None:
    """Skip the test unless `command`, or a file of that absolute path, is here."""
    mode = os.F_OK if command.startswith("/") else os.F_OK | os.X_OK
    if not shutil.which(command, mode, path=os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin"):
        pytest.skip(f"needs {command} (Debian package {package})")


def need_package(*packages: str) -> None:
    """Skip the test unless these packages are installed as a whole: a step asks apt for them, without a network."""
    for package in packages:
        done = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package], capture_output=True
        )
        if not done.stdout.startswith(b"ii"):
            pytest.skip(f"needs the Debian package {package}")


def need_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root for private namespaces (sudo make judges)")
    need("unshare", "util-linux")
    need("ip", "iproute2")
