"""What the folder of one host holds: its files, the manifest, the sums, the README, the installer. All in memory."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from attrs import frozen

from oxconf.artifacts._artifact import Artifact, Install
from oxconf.artifacts._effects import effects
from oxconf.bundle.readme import host_readme
from oxconf.deployment.model import Deployment
from oxconf.facts import cluster_facts_of, facts_of, to_plain
from oxconf.plan import HostPlan, Plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.script import scripts
from oxconf.runbook.step import Runbook
from oxconf.syntax._base import Unwritable

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
README = "README.md"
INSTALLER = "install.sh"
FILES = "files.txt"
SERVICES = "services.txt"
ROOT = "rootfs"
RUNBOOK = "runbook"

_HOW = {Install.REPLACE: "replace", Install.BLOCK: "block"}
_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9._@:+=,\\-]+)+")
"""What the installer takes: nothing in such a path means anything to a shell."""

SCHEMA = 1
"""Version of the manifests' form. It changes when a reader of the old form could misread the new one."""


@frozen
class Entry:
    """One file of a host's folder. `path` is relative, with slashes; `mode` are the permission bits."""

    path: str
    data: bytes
    mode: int


@frozen
class HostContents:
    """The complete folder of one host, in the order in which it is packed."""

    host: str
    folder: str
    """Name of the archive's only top folder, `<cluster>-<host>`."""
    entries: tuple[Entry, ...]


def contents(plan: Plan, host: HostPlan, books: Sequence[Runbook] = ()) -> HostContents:
    """Render the files of one host and the scripts of its steps. Raises Unwritable when a value does not fit.

    `books` are the plan's runbooks, where they are at hand.
    """
    books = books or runbooks(plan)
    files = [
        Entry(f"{ROOT}{artifact.path}", text.encode(), artifact.mode)
        for artifact, text in zip(host.artifacts, host.texts, strict=True)
    ]
    manifest = Entry(MANIFEST, to_json(_manifest(plan, host, files)), 0o644)
    readme = Entry(README, host_readme(plan, host, books[0]).encode(), 0o644)
    steps = [
        Entry(f"{RUNBOOK}/{script.name}", script.text.encode(), script.mode)
        for script in scripts(plan, host, books)
    ]
    installer = (
        Entry(INSTALLER, _installer(), 0o755),
        Entry(FILES, _files(host, files), 0o644),
        Entry(SERVICES, _services(plan, host).encode(), 0o644),
    )
    listed = (readme, manifest, *installer, *steps, *files)
    sums = Entry(SUMS, sums_text({entry.path: digest(entry.data) for entry in listed}), 0o644)
    return HostContents(
        host.host.name,
        archive_name(plan.deployment, host.host.name).removesuffix(".tar.gz"),
        (readme, manifest, sums, *installer, *steps, *files),
    )


@cache
def _installer() -> bytes:
    return resources.files("oxconf.bundle").joinpath(INSTALLER).read_bytes()


def _files(host: HostPlan, entries: list[Entry]) -> bytes:
    """Return `files.txt`, which the installer reads: mode, owner, group, how, digest, path."""
    lines = []
    for artifact, entry in zip(host.artifacts, entries, strict=True):
        if not _PLAIN_PATH.fullmatch(artifact.path):
            raise Unwritable(f"the installer takes plain paths, not {artifact.path!r}")
        lines.append(
            f"{artifact.mode:04o} {artifact.owner} {artifact.group} {_HOW[artifact.install]} "
            f"{digest(entry.data)} {artifact.path}\n"
        )
    return "".join(lines).encode()


def archive_name(deployment: Deployment, host: str) -> str:
    """Return the name of a host's archive."""
    return f"{deployment.name}-{host}.tar.gz"


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return sha256(data).hexdigest()


def sums_text(sums: Mapping[str, str]) -> bytes:
    """Return the text that `sha256sum -c` reads, for `{path: digest}`."""
    return "".join(f"{value}  {path}\n" for path, value in sums.items()).encode()


def to_json(value: Any) -> bytes:
    """Return JSON as every manifest is written: in the given order, indented, with a final newline."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _services(plan: Plan, host: HostPlan) -> str:
    """Return `services.txt`: lines of `when path command`. The installer prints those of the files that it changed."""
    return "".join(
        f"{when} {path} {command}\n" for when, path, command in effects(plan.deployment, host.artifacts)
    )


def _manifest(plan: Plan, host: HostPlan, files: list[Entry]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "cluster": to_plain(cluster_facts_of(plan.deployment)),
        "host": host.host.name,
        "facts": to_plain(facts_of(plan.deployment, host.host)),
        "enable": [
            {"switch": enable.switch.value, "name": enable.name}
            for artifact in host.artifacts
            for enable in artifact.enables()
        ],
        "files": [_file(artifact, entry) for artifact, entry in zip(host.artifacts, files, strict=True)],
    }


def _file(artifact: Artifact, entry: Entry) -> dict[str, str]:
    return {
        "path": artifact.path,
        "type": artifact.kind,
        "install": artifact.install.value,
        "mode": f"{artifact.mode:04o}",
        "owner": artifact.owner,
        "group": artifact.group,
        "sha256": digest(entry.data),
    }
