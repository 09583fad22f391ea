"""From an output folder, a host's folder or an archive back to what it holds."""

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oxconf.bundle.contents import MANIFEST, ROOT, digest
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import ClusterFacts, Facts, from_plain


class UnreadableBundle(Exception):
    """Something that is no bundle of ours; the message is one sentence."""


def read(path: Path) -> Evidence:
    """Return the evidence of an output folder, of one host's folder, or of one archive. Raises UnreadableBundle."""
    try:
        found = list(_hosts(path))
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise UnreadableBundle(f"{path}: can not be read: {error}") from None
    if not found:
        raise UnreadableBundle(
            f"{path} holds no bundle: neither a manifest.json, nor archives, nor folders with {ROOT}/ in them"
        )
    cluster = next((facts for facts, _ in found if facts.name), ClusterFacts())
    return Evidence(tuple(host for _, host in found), cluster)


def _hosts(path: Path) -> Iterator[tuple[ClusterFacts, HostFiles]]:
    if path.is_file():
        yield _from_archive(path)
        return
    manifest = _json(path / MANIFEST)
    listed = manifest.get("hosts")
    if isinstance(listed, dict):
        for name, entry in listed.items():
            if not isinstance(entry, dict):
                raise UnreadableBundle(f"{path / MANIFEST}: the entry of {name} is not an object")
            target = entry.get("archive") or entry.get("folder")
            # Only a plain name: a manifest that somebody edited must not lead elsewhere.
            if not isinstance(target, str) or "/" in target or target in ("", ".", ".."):
                raise UnreadableBundle(f"{path / MANIFEST}: {name} names neither an archive nor a folder")
            if not (path / target).exists():
                raise UnreadableBundle(f"{path / MANIFEST} lists {target}, which is not there")
            yield _from_archive(path / target) if (path / target).is_file() else _from_folder(path / target)
        return
    if _is_host(path):
        yield _from_folder(path)
        return
    for inner in sorted(path.iterdir()):
        if _is_host(inner):
            yield _from_folder(inner)


def _is_host(folder: Path) -> bool:
    """Whether the folder is that of one host: it has files, or a manifest that names the host."""
    return (folder / ROOT).is_dir() or "host" in _json(folder / MANIFEST)


def _from_folder(folder: Path) -> tuple[ClusterFacts, HostFiles]:
    root = folder / ROOT
    files = sorted(root.rglob("*")) if root.is_dir() else []
    texts = {
        "/" + str(file.relative_to(root)): _text(file.read_bytes())
        for file in files
        if file.is_file() and not file.is_symlink()
    }
    return _host(folder.name, _json(folder / MANIFEST), texts, str(folder / MANIFEST))


def _from_archive(path: Path) -> tuple[ClusterFacts, HostFiles]:
    manifest: dict[str, Any] = {}
    texts = {}
    # All of it at once: the sum at the end of the gzip tells whether it is whole.
    data = gzip.decompress(path.read_bytes())
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            _, _, inner = member.name.partition("/")
            parts = member.name.split("/")
            if not (member.isreg() or member.isdir()) or parts[0] == "" or ".." in parts:
                # It is unpacked as root later: nobody should come that far.
                raise UnreadableBundle(f"{path} holds {member.name!r}, which an archive of oxconf never does")
            file = archive.extractfile(member)
            if file is None:
                continue
            if inner == MANIFEST:
                manifest = _object(file.read(), f"{path}: {MANIFEST}")
            elif inner.startswith(f"{ROOT}/"):
                texts["/" + inner.removeprefix(f"{ROOT}/")] = _text(file.read())
    return _host(path.name.removesuffix(".tar.gz"), manifest, texts, f"{path}: {MANIFEST}")


def _host(
    name: str, manifest: dict[str, Any], texts: dict[str, str], shown: str
) -> tuple[ClusterFacts, HostFiles]:
    try:
        listed = {entry["path"]: entry for entry in manifest.get("files", ())}
        files = tuple(_file(path, text, listed.get(path, {})) for path, text in texts.items())
        facts = from_plain(Facts, manifest.get("facts", {}))
        cluster = from_plain(ClusterFacts, manifest.get("cluster", {}))
        enabled = tuple(each["name"] for each in manifest.get("enable", ()))
        if not isinstance(manifest.get("host", name), str):
            raise ValueError("host must be a text")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableBundle(f"{shown} has not the form of a host's manifest ({error})") from None
    missing = tuple(path for path in listed if path not in texts)
    return cluster, HostFiles(
        name=manifest.get("host", name),
        facts=facts,
        files=files,
        complete="files" in manifest and not missing,
        missing=missing,
        changed=tuple(
            path for path, entry in listed.items() if path in texts and _is_changed(entry, texts[path])
        ),
        enabled=enabled,
    )


def _is_changed(entry: dict[str, Any], text: str) -> bool:
    return "sha256" in entry and entry["sha256"] != digest(text.encode("utf-8", "surrogateescape"))


def _file(path: str, text: str, entry: dict[str, Any]) -> File:
    if not all(isinstance(value, str) for value in entry.values()):
        raise ValueError(f"what is said of {path} must be texts")
    mode = int(entry["mode"], 8) if "mode" in entry else None
    return File(path, text, mode, entry.get("owner"), entry.get("group"))


def _text(data: bytes) -> str:
    # A file that somebody else wrote may be in any encoding; bytes that are not UTF-8 survive as escapes.
    return data.decode("utf-8", "surrogateescape")


def _json(path: Path) -> dict[str, Any]:
    return _object(path.read_bytes(), str(path)) if path.is_file() else {}


def _object(data: bytes, shown: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableBundle(f"{shown} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise UnreadableBundle(f"{shown} is not a JSON object")
    return value
