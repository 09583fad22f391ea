"""The output folder: one archive (or tree) for each host, the sums, and a manifest that says what is ours."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import frozen

from oxconf.bundle.archive import compress, tar
from oxconf.bundle.contents import MANIFEST, SCHEMA, SUMS, HostContents, contents, digest, sums_text, to_json
from oxconf.bundle.swap import NewFile, OutputError, holds, inside, locked, swap
from oxconf.facts import cluster_facts_of, to_plain
from oxconf.plan import Plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.page import to_markdown
from oxconf.runbook.page import to_plain as to_plain_runbook
from oxconf.runbook.step import Runbook

PAGE = "RUNBOOK.md"
PAGES = "runbooks"
STEPS = "runbook.json"


@frozen
class Written:
    """What a run made: names in the output folder, host by host."""

    folder: Path
    hosts: tuple[tuple[str, str], ...]
    """Host name, and the archive or the folder that was written for it."""
    kept: tuple[str, ...]
    """Hosts whose output of an earlier run was left as it was."""
    outdated: tuple[str, ...]
    """Those of them that this plan would give another output."""
    removed: tuple[str, ...]
    """Files of an earlier run that this cluster does not have any more."""


@frozen
class _Old:
    """What the folder's manifest lists from an earlier run."""

    cluster: str
    form: str
    hosts: dict[str, dict[str, Any]]
    sums: dict[str, str]
    pages: tuple[str, ...] = ()
    """What the folder holds beside the hosts' files: the runbook, since there is one."""

    def files(self, host: str) -> tuple[str, ...]:
        entry = self.hosts[host]
        return (entry["archive"],) if self.form == "archives" else tuple(entry["files"])


def write(
    plan: Plan,
    folder: str | os.PathLike[str],
    *,
    tree: bool = False,
    hosts: tuple[str, ...] = (),
    beside: Mapping[str, str] | None = None,
) -> Written:
    """Write the bundles of a plan, all of them or those of the named hosts, and further texts beside them by name.

    Archives hold secrets, so they and the folders of a tree are made for their owner alone. Raises OutputError when
    the folder is not ours or can not be written, and Unwritable when a value does not fit into its file; then no file
    has changed. Any other exception, such as KeyboardInterrupt, leaves the old files or the new ones. Where a second
    one, or a kill, ends even the undoing, the next call on this folder undoes the rest before it does anything else.
    """
    folder = Path(folder)
    form = "tree" if tree else "archives"
    wanted = [host for host in plan.hosts if not hosts or host.host.name in hosts]
    books = runbooks(plan)
    made = [contents(plan, host, books) for host in wanted]
    try:
        with _existing(folder), locked(folder):
            return _write_locked(plan, books, folder, form, made, beside or {}, partial=bool(hosts))
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{folder}: can not be written: {reason}") from None


@contextmanager
def _existing(folder: Path) -> Iterator[None]:
    """Create the folder where it is missing; what was created for nothing goes again."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is not a folder")
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in missing:
        if each.is_symlink():
            raise OutputError(
                f"{each} is a link to {os.readlink(each)}, which is not there; make that folder, or name another one"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for each in missing:
            # One that holds anything stays.
            with suppress(OSError):
                each.rmdir()
        raise


def _write_locked(
    plan: Plan,
    books: Sequence[Runbook],
    folder: Path,
    form: str,
    made: list[HostContents],
    beside: Mapping[str, str],
    *,
    partial: bool,
) -> Written:
    old = _old(folder)
    names = {host.host.name for host in plan.hosts}
    fresh = {host.host for host in made}
    # What somebody took away is not kept, or the sums would name it.
    kept = [
        name
        for name in old.hosts
        if partial
        and name in names
        and name not in fresh
        and all(holds(folder, path) for path in old.files(name))
    ]
    if kept and (old.cluster, old.form) != (plan.deployment.name, form):
        raise OutputError(
            f'{folder} holds {old.form} of the cluster "{old.cluster}"; '
            "--host adds to the same cluster and form only. Choose another folder, or render all hosts"
        )
    entries: dict[str, dict[str, Any]] = {name: old.hosts[name] for name in kept}
    sums: dict[str, str] = {}
    if form == "archives":
        sums = {path: old.sums.get(path, "") for name in kept for path in old.files(name)}
    new: dict[str, NewFile] = {}
    for host in made:
        data = tar(host)
        entry: dict[str, Any] = {"tar_sha256": digest(data)}
        if form == "archives":
            name = f"{host.folder}.tar.gz"
            packed = compress(data)
            new[name] = NewFile(packed, 0o600)
            sums[name] = digest(packed)
            entry = {"archive": name, **entry}
        else:
            files = {f"{host.host}/{one.path}": NewFile(one.data, one.mode) for one in host.entries}
            new.update(files)
            entry = {"folder": host.host, **entry, "files": list(files)}
        entries[host.host] = entry
    order = [host.host.name for host in plan.hosts if host.host.name in entries]
    if form == "archives":
        ordered = [entries[name]["archive"] for name in order]
        new[SUMS] = NewFile(sums_text({name: sums[name] for name in ordered}), 0o644)
    texts = {**_pages(plan, books), **{name: text.encode() for name, text in beside.items()}}
    new.update({path: NewFile(data, 0o644) for path, data in texts.items()})
    pages = tuple(texts)
    if partial:
        # What stands beside the hosts' archives is for all of them.
        pages = (*pages, *(name for name in old.pages if name not in new and holds(folder, name)))
    new[MANIFEST] = NewFile(
        to_json(
            {
                "schema": SCHEMA,
                "cluster": to_plain(cluster_facts_of(plan.deployment)),
                "format": form,
                "pages": list(pages),
                "hosts": {name: entries[name] for name in order},
            }
        ),
        0o644,
    )
    ours = _ours(old)
    staying = {path for name in kept for path in old.files(name)} | {*pages}
    stale = tuple(path for path in ours if path not in new and path not in staying and holds(folder, path))
    _refuse_foreign(folder, new, ours)
    # RUNBOOK.md leads there, and everybody may read that.
    swap(folder, new, stale, public=(PAGES,))
    return Written(
        folder,
        tuple((host.host, entries[host.host].get("archive") or host.host) for host in made),
        tuple(kept),
        tuple(
            host.host.name
            for host in plan.hosts
            if host.host.name in kept
            and entries[host.host.name].get("tar_sha256") != digest(tar(contents(plan, host, books)))
        ),
        stale,
    )


def _pages(plan: Plan, books: Sequence[Runbook]) -> dict[str, bytes]:
    """Return the pages beside the hosts' archives: the setup with a list of the others, these, and all as JSON."""
    first, *others = books
    name = plan.deployment.name
    return {
        PAGE: to_markdown(first, name, others).encode(),
        **{f"{PAGES}/{book.name}.md": to_markdown(book, name).encode() for book in others},
        STEPS: to_json({"schema": SCHEMA, "runbooks": [to_plain_runbook(book) for book in books]}),
    }


def _old(folder: Path) -> _Old:
    """Return what our manifest lists, nothing in an empty folder. Raises OutputError in a folder of somebody else."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        if any(folder.iterdir()):
            raise OutputError(
                f"{folder} is not empty and holds no manifest.json of oxconf; choose another folder with --output"
            )
        return _Old("", "", {}, {})
    try:
        data = json.loads(manifest.read_text("utf-8"))
        pages = tuple(data.get("pages", ()))
        old = _Old(
            data["cluster"]["name"], data["format"], dict(data["hosts"]), _read_sums(folder / SUMS), pages
        )
        listed = [*(path for name in old.hosts for path in old.files(name)), *pages]
        if data["schema"] != SCHEMA or not all(inside(path) for path in listed):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise OutputError(
            f"{manifest} is not a manifest of this oxconf; choose another folder with --output"
        ) from None
    return old


def _read_sums(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text("utf-8").splitlines()
    return {name: value for value, _, name in (line.partition("  ") for line in lines)}


def _ours(old: _Old) -> tuple[str, ...]:
    sums = (SUMS,) if old.form == "archives" else ()
    return (*(path for name in old.hosts for path in old.files(name)), *sums, *old.pages, MANIFEST)


def _refuse_foreign(folder: Path, new: dict[str, NewFile], ours: tuple[str, ...]) -> None:
    """Refuse to replace a file that our manifest does not list."""
    for path in new:
        if path not in ours and os.path.lexists(folder / path):
            raise OutputError(
                f"{folder / path} exists and is not listed in {folder / MANIFEST}; move it away"
            )
