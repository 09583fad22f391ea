"""What the judges look at: clusters rendered to a tree of files, as `oxconf render --tree` writes them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

SAMPLE = os.environ.get("OXCONF_SAMPLE_TREE")


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
    def roles(self) -> list[str]:
        return list(self.manifest["facts"]["roles"])

    @property
    def address(self) -> str:
        return str(self.manifest["facts"]["addresses"][0])

    @property
    def rootfs(self) -> Path:
        return self.folder / "rootfs"

    def has(self, path: str) -> bool:
        return self.file(path).is_file()

    def file(self, path: str) -> Path:
        """Where the rendered file for the absolute `path` lies."""
        return self.rootfs / path.lstrip("/")

    def text(self, path: str) -> str:
        return self.file(path).read_text()

    def files(self, under: str, pattern: str = "*") -> list[Path]:
        return sorted(path for path in self.file(under).rglob(pattern) if path.is_file())


def hosts_of(tree: Path) -> list[Host]:
    return [Host(folder.parent) for folder in sorted(tree.glob("*/manifest.json"))]


def properties(text: str) -> dict[str, str]:
    """Keys and values of a properties file that needs neither escapes nor continued lines."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith(("#", "!")))
    return {key.strip(): value.strip() for key, value in pairs}


def need(*tools: tuple[str, str]) -> None:
    """Skip the test unless this is root and each of `tools` (command, Debian package) is here."""
    if os.geteuid() != 0:
        pytest.skip("needs root for private namespaces (sudo make judges)")
    for command, package in tools:
        if not shutil.which(command, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            pytest.skip(f"needs {command} (Debian package {package})")
