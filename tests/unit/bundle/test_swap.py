"""Whatever interrupts a swap, the folder holds the old files or the new ones, whole."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oxconf.bundle import swap as module
from oxconf.bundle.swap import STAGING, NewFile, OutputError, locked, swap

OLD = {"a": "old a", "ox1/b": "old b", "gone/c": "old c"}
NEW = {"a": "new a", "ox1/b": "new b", "ox2/d": "new d"}


def fill(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def texts_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def new_files() -> dict[str, NewFile]:
    return {path: NewFile(text.encode(), 0o640) for path, text in NEW.items()}


def test_files_are_replaced_removed_and_added(tmp_path: Path) -> None:
    fill(tmp_path, OLD | {"mine.txt": "kept"})

    with locked(tmp_path):
        swap(tmp_path, new_files(), ("gone/c",))

    assert texts_of(tmp_path) == NEW | {"mine.txt": "kept"}
    assert not (tmp_path / "gone").exists()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("at", range(8))
def test_an_exception_at_any_step_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    fill(tmp_path, OLD)
    calls = 0

    def breaking(original: Callable[..., None]) -> Callable[..., None]:
        def call(*args: object) -> None:
            nonlocal calls
            calls += 1
            if calls == at + 1:
                raise KeyboardInterrupt
            original(*args)

        return call

    with locked(tmp_path), monkeypatch.context() as patch:
        patch.setattr(module, "_write", breaking(module._write))
        patch.setattr(module, "_move", breaking(module._move))
        with pytest.raises(KeyboardInterrupt):
            swap(tmp_path, new_files(), ("gone/c",))

    assert texts_of(tmp_path) == OLD
    assert not (tmp_path / "ox2").exists()


KILLER = """
import os, signal, sys
from pathlib import Path
from oxconf.bundle import swap as module
folder, at = Path(sys.argv[1]), int(sys.argv[2])
original, calls = Path.rename, 0
def rename(self, target):
    global calls
    calls += 1
    if calls == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(self, target)
Path.rename = rename
new = {p: module.NewFile(t.encode(), 0o640) for p, t in (("a", "new a"), ("ox1/b", "new b"), ("ox2/d", "new d"))}
with module.locked(folder):
    module.swap(folder, new, ("gone/c",))
"""


@pytest.mark.parametrize("at", range(1, 7))
def test_a_killed_run_is_healed_by_the_next_one(tmp_path: Path, at: int) -> None:
    fill(tmp_path, OLD)
    killed = subprocess.run([sys.executable, "-c", KILLER, tmp_path, str(at)], cwd=Path(__file__).parents[3])
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / STAGING).exists()

    with locked(tmp_path):
        healed = texts_of(tmp_path)

    assert healed == OLD


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(OutputError, match="another oxconf is writing there"),
        locked(tmp_path),
    ):
        pass


def test_a_folder_in_the_way_is_reported_and_nothing_changes(tmp_path: Path) -> None:
    fill(tmp_path, OLD)
    (tmp_path / "ox2" / "d").mkdir(parents=True)

    with pytest.raises(OSError, match="d"), locked(tmp_path):
        swap(tmp_path, new_files(), ("gone/c",))

    assert texts_of(tmp_path) == OLD
    assert os.path.isdir(tmp_path / "ox2" / "d")
