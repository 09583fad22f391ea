"""From an output folder, a host's folder or an archive back to what it holds."""

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import evolve

from oxconf.bundle.contents import MANIFEST, ROOT, digest
from oxconf.evidence import Evidence, File, HostFiles, Unreadable
from oxconf.facts import ClusterFacts, Facts, from_plain


class UnreadableBundle(Exception):
    """Something that is no bundle of ours; the message is one sentence, or one for each host, on a line of its own."""


_Read = tuple[ClusterFacts, HostFiles]


def read(path: Path) -> Evidence:
    """Return the evidence of an output folder, of one host's folder, or of one archive.

    Of a folder with several hosts those that can not be read are named beside the others. Raises UnreadableBundle where
    nothing can be read.
    """
    found: list[_Read] = []
    unreadable: list[Unreadable] = []
    wrong: list[str] = []
    try:
        for host, target in _hosts(path):
            try:
                found.append(_host_at(target, listed=host is not None))
            except UnreadableBundle as error:
                shown = target.name if target.name.endswith(".tar.gz") else MANIFEST
                wrong.append(str(error))
                # A finding says what is wrong in the bundle, wherever the bundle lies.
                unreadable.append(Unreadable(host or target.name, shown, wrong[-1].removeprefix(f"{path}/")))
    except OSError as error:
        raise UnreadableBundle(f"{path}: can not be read: {error}") from None
    if wrong and not found:
        raise UnreadableBundle("\n".join(wrong))
    if not found:
        raise UnreadableBundle(
            f"{path} holds no bundle: neither a manifest.json, nor archives, nor folders with {ROOT}/ in them"
        )
    cluster = next((facts for facts, _ in found if facts.name), ClusterFacts())
    return Evidence(tuple(host for _, host in found), cluster, tuple(unreadable))


def _hosts(path: Path) -> Iterator[tuple[str | None, Path]]:
    """Yield the archive or the folder of each host, with its name where a manifest lists it."""
    if path.is_file():
        yield None, path
        return
    manifest = _json(path / MANIFEST)
    listed = manifest.get("hosts")
    if isinstance(listed, dict):
        for name, entry in listed.items():
            target = (entry.get("archive") or entry.get("folder")) if isinstance(entry, dict) else None
            # Only a plain name: a manifest that somebody edited must not lead elsewhere.
            if not isinstance(target, str) or "/" in target or target in ("", ".", ".."):
                raise UnreadableBundle(f"{path / MANIFEST}: {name} names neither an archive nor a folder")
            yield name, path / target
        return
    if (path / ROOT).is_dir() or "host" in manifest:
        yield None, path
        return
    for inner in sorted(path.iterdir()):
        if (inner / ROOT).is_dir() or _names_a_host(inner / MANIFEST):
            yield None, inner


def _names_a_host(manifest: Path) -> bool:
    try:
        return "host" in _json(manifest)
    except UnreadableBundle:
        # What it is, is told where it is read.
        return True


def _host_at(path: Path, *, listed: bool) -> _Read:
    """Return what the archive or the folder holds. Raises UnreadableBundle with one sentence, which names it."""
    if not path.exists():
        raise UnreadableBundle(f"{path.parent / MANIFEST} lists {path.name}, which is not there")
    try:
        return _from_archive(path) if path.is_file() else _from_folder(path, listed=listed)
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise UnreadableBundle(f"{path}: can not be read: {error}") from None


def _from_folder(folder: Path, *, listed: bool) -> _Read:
    root = folder / ROOT
    files = sorted(root.rglob("*")) if root.is_dir() else []
    texts = {
        "/" + str(file.relative_to(root)): _text(file.read_bytes())
        for file in files
        if file.is_file() and not file.is_symlink()
    }
    manifest = _json(folder / MANIFEST)
    unlisted = listed and not (folder / MANIFEST).is_file()
    cluster, host = _host(folder.name, manifest, texts, str(folder / MANIFEST))
    links = tuple(path for path in host.missing if _is_link(root, path))
    missing = tuple(path for path in host.missing if path not in links)
    return cluster, evolve(host, missing=missing, links=links, unlisted=unlisted)


def _is_link(root: Path, path: str) -> bool:
    """Whether a path of the host, or a folder that leads there, is a link: nothing behind one is read."""
    file = root / path.lstrip("/")
    return any(each.is_symlink() for each in (file, *file.parents) if each.is_relative_to(root))


def _from_archive(path: Path) -> _Read:
    manifest: dict[str, Any] | None = None
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
    cluster, host = _host(path.name.removesuffix(".tar.gz"), manifest or {}, texts, f"{path}: {MANIFEST}")
    return cluster, evolve(host, unlisted=manifest is None)


def _host(name: str, manifest: dict[str, Any], texts: dict[str, str], shown: str) -> _Read:
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
