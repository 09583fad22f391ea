"""What the folder of one host holds: its files, the manifest, the sums and the README. All in memory."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.bundle.readme import host_readme
from oxconf.facts import cluster_facts_of, facts_of, to_plain
from oxconf.plan import HostPlan, Plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.script import scripts
from oxconf.runbook.step import Runbook

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
README = "README.md"
ROOT = "rootfs"
RUNBOOK = "runbook"

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
    listed = (readme, manifest, *steps, *files)
    sums = Entry(SUMS, sums_text({entry.path: digest(entry.data) for entry in listed}), 0o644)
    return HostContents(
        host.host.name, f"{plan.deployment.name}-{host.host.name}", (readme, manifest, sums, *steps, *files)
    )


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return sha256(data).hexdigest()


def sums_text(sums: Mapping[str, str]) -> bytes:
    """Return the text that `sha256sum -c` reads, for `{path: digest}`."""
    return "".join(f"{value}  {path}\n" for path, value in sums.items()).encode()


def to_json(value: Any) -> bytes:
    """Return JSON as every manifest is written: in the given order, indented, with a final newline."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


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
