"""Replacing many files of a folder so that an interrupted run leaves the old ones whole.

Everything new is first written into a staging folder inside the target. Then each old file is moved into the staging
folder and the new one into its place. Whatever interrupts this is rolled back: an exception at once, a killed
process by the next call.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

STAGING = ".oxconf-staging"


class OutputError(Exception):
    """The output folder can not be used; the message is one sentence."""


@frozen
class NewFile:
    """A file to be written: its bytes and permission bits."""

    data: bytes
    mode: int


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, so that two runs do not write at once; heal what a killed run left. Raises OutputError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{folder}: another oxconf is writing there") from None
        _roll_back(folder)
        yield
    finally:
        os.close(descriptor)


def swap(folder: Path, new: Mapping[str, NewFile], remove: tuple[str, ...]) -> None:
    """Put `new` (relative path to file) into `folder` and remove other files; all of it or nothing.

    Call it under `locked`.
    """
    staging = folder / STAGING
    try:
        staging.mkdir(mode=0o700)
        for path, file in new.items():
            _write(staging / "new" / path, file)
        _write(staging / "journal", NewFile(json.dumps(sorted(new)).encode(), 0o600))
        for path in remove:
            _move(folder / path, staging / "old" / path)
        for path in new:
            # A folder of that name is nobody's to move; renaming onto it fails, and all is rolled back.
            if (folder / path).is_file() or (folder / path).is_symlink():
                _move(folder / path, staging / "old" / path)
            _move(staging / "new" / path, folder / path)
        # From here on the new files are the valid ones, whatever happens.
        (staging / "journal").unlink()
    except BaseException:
        _roll_back(folder)
        raise
    shutil.rmtree(staging)
    for path in remove:
        _remove_empty(folder, (folder / path).parent)


def _roll_back(folder: Path) -> None:
    """Undo an unfinished swap; do nothing when there is none."""
    staging = folder / STAGING
    if not staging.is_dir():
        return
    journal = staging / "journal"
    if journal.exists():
        for path in json.loads(journal.read_text("utf-8")):
            arrived = not (staging / "new" / path).exists()
            if arrived and not (staging / "old" / path).exists():
                (folder / path).unlink(missing_ok=True)
                _remove_empty(folder, (folder / path).parent)
        old = staging / "old"
        for file in sorted(old.rglob("*")):
            if not file.is_dir():
                _move(file, folder / file.relative_to(old))
    shutil.rmtree(staging)


def _write(path: Path, file: NewFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else may read it, not even for the moment before the mode is set.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(file.data)
        os.fchmod(descriptor, file.mode)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _remove_empty(folder: Path, inner: Path) -> None:
    while inner != folder and inner.is_dir() and not any(inner.iterdir()):
        inner.rmdir()
        inner = inner.parent
