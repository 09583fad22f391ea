"""Replacing many files of a folder: whatever interrupts it, the next run finds the old files or the new ones, whole.

Everything new is first written below `new/` of a staging folder; as long as that folder holds no journal, the files
of the target itself are the valid ones, and the next run throws the staging folder away. Then one rename puts the
journal there: which old files will move to `old/`, which folders will be made, and which new files will arrive where
no file was. While the journal is there the swap may be half done and the next run undoes it, told by the disk alone
what happened: what lies in `old/` moves back, and what is missing in `new/` returns there, so that undoing may be
interrupted and begun again as well. One unlink of the journal ends both ways, at which moment the target holds
exactly the new files, or after undoing the old ones, and the staging folder is again one without a journal. A lock
that the kernel takes from a dead process keeps any second run away, and only a staging folder of the same user is
touched.

An exception undoes the swap at once. A loss of power is not guarded against: nothing is flushed to the disk.
"""

import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from attrs import asdict, frozen

STAGING = ".oxconf-staging"


class OutputError(Exception):
    """The output folder can not be used; the message is one sentence."""


@frozen
class NewFile:
    """A file to be written: its bytes and permission bits."""

    data: bytes
    mode: int


@frozen
class _Journal:
    """What a swap does, as relative paths."""

    moved: list[str]
    """Old files, which move away: those to be removed and those to be replaced."""
    made: list[str]
    """Folders that are missing, the outer ones first."""
    arriving: list[str]
    """New files that replace none."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, so that two runs do not write at once; heal what a killed run left. Raises OutputError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{folder}: another oxconf is writing there") from None
        _refuse_foreign_staging(folder / STAGING)
        _heal(folder)
        yield
    finally:
        os.close(descriptor)


def swap(
    folder: Path, new: Mapping[str, NewFile], remove: tuple[str, ...], public: tuple[str, ...] = ()
) -> None:
    """Put `new` (relative path to file) into `folder` and remove other files; all of it or nothing.

    Call it under `locked`. A folder that is made right below the target is for its owner alone, unless it is a
    `public` one. Raises OutputError where a path leads through a link, and OSError.
    """
    for path in (*new, *remove):
        _refuse_link(folder, path)
    staging = folder / STAGING
    try:
        journal = _prepare(folder, new, remove)
        for path in journal.moved:
            (folder / path).rename(staging / "old" / path)
        for path in journal.made:
            _make(folder, path, public=path in public)
        for path in new:
            # Where a folder is in the way this fails, and all is undone.
            (staging / "new" / path).rename(folder / path)
        (staging / "journal").unlink()
    except BaseException:
        _heal(folder)
        raise
    # The new files are the valid ones now: what can not be cleaned up is no failure, and the next run tries again.
    with suppress(OSError):
        shutil.rmtree(staging)
        for path in remove:
            _remove_empty(folder, (folder / path).parent)


def inside(path: object) -> bool:
    """Whether a path that was read from a file is one that stays inside the folder, and is not our own staging."""
    if not isinstance(path, str) or "\0" in path:
        return False
    parts = path.split("/")
    return parts[0] != STAGING and not {"", ".", ".."} & {*parts}


def holds(folder: Path, path: str) -> bool:
    """Whether there is a file, or a link. A folder of that name is nobody's to move."""
    try:
        return not stat.S_ISDIR((folder / path).lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _prepare(folder: Path, new: Mapping[str, NewFile], remove: tuple[str, ...]) -> _Journal:
    staging = folder / STAGING
    moved = list(dict.fromkeys((*remove, *(path for path in new if holds(folder, path)))))
    journal = _Journal(moved, _missing(folder, list(new)), [path for path in new if path not in moved])
    staging.mkdir(mode=0o700)
    for path, file in new.items():
        _write(staging / "new" / path, file)
    for path in moved:
        (staging / "old" / path).parent.mkdir(parents=True, exist_ok=True)
    _write(staging / "journal.new", NewFile(json.dumps(asdict(journal)).encode(), 0o600))
    (staging / "journal.new").rename(staging / "journal")
    return journal


def _refuse_foreign_staging(staging: Path) -> None:
    if os.path.lexists(staging):
        status = staging.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise OutputError(
                f"{staging} is not a folder of the user who runs this; look at it and move it away"
            )


def _heal(folder: Path) -> None:
    """Undo an unfinished swap and remove the staging folder; do nothing when there is none."""
    staging = folder / STAGING
    if holds(staging, "journal"):
        _undo(folder, _read(folder))
        (staging / "journal").unlink()
    if staging.exists():
        shutil.rmtree(staging)


def _undo(folder: Path, journal: _Journal) -> None:
    old, new = folder / STAGING / "old", folder / STAGING / "new"
    for path in journal.arriving:
        if not holds(new, path) and holds(folder, path):
            (folder / path).rename(new / path)
    for path in reversed(journal.made):
        # It may not have been made yet, or hold a file of somebody else by now.
        with suppress(OSError):
            (folder / path).rmdir()
    for path in journal.moved:
        if holds(old, path):
            for missing in _missing(folder, [path]):
                _make(folder, missing)
            (old / path).rename(folder / path)


def _read(folder: Path) -> _Journal:
    """Return the journal. It may have come with a folder that somebody else packed, so it is not trusted."""
    file = folder / STAGING / "journal"
    try:
        if file.is_symlink():
            raise ValueError
        journal = _Journal(**json.loads(file.read_text("utf-8")))
        paths = [path for paths in (journal.moved, journal.made, journal.arriving) for path in paths]
        if not all(inside(path) for path in paths):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise OutputError(
            f"{file} is not a journal of this oxconf; look at {file.parent} and move it away"
        ) from None
    for path in paths:
        for place in (path, f"{STAGING}/old/{path}", f"{STAGING}/new/{path}"):
            _refuse_link(folder, place)
    return journal


def _refuse_link(folder: Path, path: str) -> None:
    """Raise OutputError where a path leads through a link: what is behind it is not ours."""
    for parent in PurePosixPath(path).parents[:-1]:
        if (folder / parent).is_symlink():
            raise OutputError(f"{folder / parent} is a link; oxconf writes into real folders only")


def _missing(folder: Path, paths: list[str]) -> list[str]:
    """Return the folders that some files need and that are not there, the outer ones first."""
    parents = {str(parent): None for path in paths for parent in reversed(PurePosixPath(path).parents[:-1])}
    return [parent for parent in parents if not (folder / parent).is_dir()]


def _make(folder: Path, path: str, *, public: bool = False) -> None:
    # Files of a host keep the modes that they have there, where a group may read; here only the owner shall.
    (folder / path).mkdir(mode=0o777 if public or "/" in path else 0o700)


def _write(path: Path, file: NewFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else may read it, not even for the moment before the mode is set.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(file.data)
        os.fchmod(descriptor, file.mode)


def _remove_empty(folder: Path, inner: Path) -> None:
    while inner != folder and inner.is_dir() and not any(inner.iterdir()):
        inner.rmdir()
        inner = inner.parent
