"""Whatever interrupts a swap, and the undoing of it, the folder ends with the old files or the new ones, whole."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from oxconf.bundle import swap as module
from oxconf.bundle.swap import STAGING, NewFile, OutputError, locked, swap

OLD = {"a": "old a", "gone/c": "old c", "mine.txt": "mine", "turned": "a file", "ox1/mine.txt": "mine"}
NEW = {"a": "new a", "ox1/b": "new b", "ox2/etc/d": "new d", "turned/e": "new e"}
REMOVED = ("gone/c", "turned")
KEPT = {"mine.txt": "mine", "ox1/mine.txt": "mine"}


def fill(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def texts_of(folder: Path) -> dict[str, str | None]:
    """Return every file with its text, and every folder with None."""
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


BEFORE = {"gone": None, "ox1": None, **OLD}
AFTER = {"ox1": None, "ox2": None, "ox2/etc": None, "turned": None, **KEPT, **NEW}


def replace_all(folder: Path) -> None:
    with locked(folder):
        swap(folder, {path: NewFile(text.encode(), 0o640) for path, text in NEW.items()}, REMOVED)


def heal(folder: Path) -> None:
    with locked(folder):
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", OLD)
    return tmp_path / "out"


@contextmanager
def at_each_change(act: Callable[[int], None], *, after: bool = False) -> Iterator[None]:
    """Call `act` with 0, 1, ... before each change of the disk, or after it."""
    number = count()

    def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if original is originals["open"] and not args[1] & os.O_CREAT:
                return original(*args, **more)
            if not after:
                act(next(number))
            result = original(*args, **more)
            if after:
                act(next(number))
            return result

        return call

    originals = {
        name: getattr(os, name)
        for name in ("rename", "replace", "mkdir", "rmdir", "unlink", "remove", "open", "chmod", "fchmod")
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, original in originals.items():
            patch.setattr(os, name, wrapped(original))
        yield


class Interrupted(KeyboardInterrupt):
    """Only this one is ours; a real Ctrl-C still ends the tests."""


def interrupted(
    run: Callable[[Path], None], folder: Path, fails: Callable[[int], bool], *, after: bool = False
) -> int:
    """Run with an interrupt at some changes of the disk; return how many it came to."""
    seen = 0

    def act(number: int) -> None:
        nonlocal seen
        seen = number + 1
        if fails(number):
            raise Interrupted

    with suppress(Interrupted), at_each_change(act, after=after):
        run(folder)
    return seen


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder)
    fill(folder, OLD)
    return folder


def until_it_succeeds(attempt: Callable[[int], int]) -> int:
    """Call with 0, 1, ... until a run makes fewer changes than the number; return that number."""
    return next(number for number in count() if attempt(number) <= number)


def test_files_are_replaced_removed_and_added(folder: Path) -> None:
    replace_all(folder)

    assert texts_of(folder) == AFTER
    assert (folder / "a").stat().st_mode & 0o777 == 0o640


def test_nobody_else_can_look_at_what_is_made_at_any_time(folder: Path) -> None:
    seen: dict[str, set[int]] = {}

    def act(_: int) -> None:
        files = [
            path for path in (folder / STAGING).glob("**/*") if path.is_file() and "old" not in path.parts
        ]
        for path in (folder / STAGING, folder / "ox2", *files):
            if path.exists():
                name = "file" if path in files else path.name
                seen.setdefault(name, set()).add(path.stat().st_mode & 0o777)

    previous = os.umask(0)
    try:
        with at_each_change(act, after=True):
            replace_all(folder)
    finally:
        os.umask(previous)

    # A file gets its own mode, here 0640, once it is written.
    assert seen == {STAGING: {0o700}, "ox2": {0o700}, "file": {0o600, 0o640}}


def whole(folder: Path) -> bool:
    """Whether exactly the old or the new files are there. Of a removed file the empty folder may be left."""
    return texts_of(folder) in (BEFORE, AFTER, {"gone": None, **AFTER})


@pytest.mark.parametrize("after", [False, True])
def test_one_interrupt_at_any_change_is_dealt_with_at_once(folder: Path, after: bool) -> None:
    def attempt(number: int) -> int:
        seen = interrupted(replace_all, fresh(folder), lambda n: n == number, after=after)
        ends.append(texts_of(folder))
        # An interrupt of the last cleaning up leaves that to the next run.
        assert whole(folder) or ((folder / STAGING).exists() and not (folder / STAGING / "journal").exists())
        heal(folder)
        assert whole(folder), number
        return seen

    ends: list[dict[str, str | None]] = []

    assert until_it_succeeds(attempt) > 25
    assert BEFORE in ends
    assert ends[-1] == AFTER


def replace_few(folder: Path) -> None:
    with locked(folder):
        swap(folder, {path: NewFile(path.encode(), 0o600) for path in ("a", "ox2/d")}, ("c",))


def few(folder: Path) -> Path:
    """Return a folder with the least in it of which one is replaced, one removed, and one will be added."""
    shutil.rmtree(folder)
    fill(folder, {"a": "old a", "c": "old c"})
    return folder


def few_whole(folder: Path) -> bool:
    return texts_of(folder) in ({"a": "old a", "c": "old c"}, {"a": "a", "ox2": None, "ox2/d": "ox2/d"})


def test_a_second_interrupt_while_undoing_is_healed_by_the_next_run(folder: Path) -> None:
    undoing = 0

    def first(one: int) -> int:
        def second(two: int) -> int:
            nonlocal undoing
            seen = interrupted(replace_few, few(folder), lambda n: n in (one, one + 1 + two))
            undoing = max(undoing, two)
            heal(folder)
            assert few_whole(folder), (one, two)
            return max(seen - one - 1, 0)

        until_it_succeeds(second)
        return interrupted(replace_few, few(folder), lambda n: n == one)

    assert until_it_succeeds(first) > 20
    assert undoing >= 10


def test_a_kill_and_another_one_while_healing_are_healed_by_the_next_run(folder: Path) -> None:
    healing = 0

    def first(one: int) -> int:
        def second(two: int) -> int:
            nonlocal healing
            # A process that is dead changes nothing any more: so it is when every later change fails.
            interrupted(replace_few, few(folder), lambda n: n >= one)
            seen = interrupted(heal, folder, lambda n: n >= two)
            healing = max(healing, seen)
            heal(folder)
            assert few_whole(folder), (one, two)
            return seen

        until_it_succeeds(second)
        return interrupted(replace_few, few(folder), lambda n: n == one)

    assert until_it_succeeds(first) > 20
    assert healing >= 10


def test_healing_that_is_interrupted_again_and_again_ends(folder: Path) -> None:
    for one in range(0, 40, 3):
        interrupted(replace_all, fresh(folder), lambda n, one=one: n >= one)
        for two in (3, 0, 5, 1, 8, 2):
            interrupted(heal, folder, lambda n, two=two: n == two)
        heal(folder)
        assert whole(folder), one


def test_a_process_that_is_really_killed_is_healed_by_the_next_run(folder: Path) -> None:
    def kill(process: Callable[[Path], None], at: int) -> bool:
        child = os.fork()
        if child == 0:
            with at_each_change(lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == at else None):
                process(folder)
            os._exit(0)
        return os.waitpid(child, 0)[1] == signal.SIGKILL

    kills = 0
    for at in count():
        fresh(folder)
        if not kill(replace_all, at):
            break
        kill(heal, at % 7)
        heal(folder)
        assert whole(folder), at
        kills += 1

    assert kills > 25
    assert texts_of(folder) == AFTER


def test_an_interrupt_at_any_line_leaves_the_old_files_or_the_new_ones(folder: Path) -> None:
    def run(at: int) -> bool:
        """Whether the interrupt came."""
        lines = count()

        def trace(frame: Any, event: str, _: Any) -> Any:
            # In `locked` one between open and try would keep the lock, until the process ends.
            if frame.f_code.co_filename != module.__file__ or frame.f_code.co_name == "locked":
                return None
            if event == "line" and next(lines) == at:
                raise Interrupted
            return trace

        previous = sys.gettrace()
        sys.settrace(trace)
        try:
            replace_all(folder)
        except Interrupted:
            return True
        finally:
            sys.settrace(previous)
        return False

    for at in count():
        fresh(folder)
        came = run(at)
        heal(folder)
        assert whole(folder), at
        if not came:
            break

    assert at > 100


def test_what_can_not_be_cleaned_up_is_no_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse)
        replace_all(folder)
    assert (folder / STAGING / "old/a").read_text() == "old a"

    heal(folder)
    assert whole(folder)


def test_two_runs_do_not_write_at_once(folder: Path) -> None:
    with (
        locked(folder),
        pytest.raises(OutputError, match="another oxconf is writing there"),
        locked(folder),
    ):
        pass
    heal(folder)


def test_a_second_run_during_the_swap_is_refused_and_harms_nothing(folder: Path) -> None:
    def act(_: int) -> None:
        if not (folder / STAGING / "journal").exists():
            return
        with pytest.raises(OutputError, match="another oxconf is writing there"), locked(folder):
            pass

    with at_each_change(act):
        replace_all(folder)

    assert texts_of(folder) == AFTER


def test_a_folder_in_the_way_is_reported_and_nothing_changes(folder: Path) -> None:
    (folder / "ox2/etc/d").mkdir(parents=True)
    before = texts_of(folder)

    with pytest.raises(OSError, match="d"):
        replace_all(folder)

    assert texts_of(folder) == before


def test_a_link_on_the_way_is_refused_and_a_link_itself_is_replaced(folder: Path, tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere", {"c": "precious", "b": "precious"})
    (folder / "a").unlink()
    (folder / "a").symlink_to(tmp_path / "elsewhere/b")
    replace_all(folder)
    assert (folder / "a").read_text() == "new a"

    for linked in ("gone", "ox1"):
        fresh(folder)
        shutil.rmtree(folder / linked)
        (folder / linked).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(OutputError, match=f"out/{linked} is a link"):
            replace_all(folder)

    assert texts_of(tmp_path / "elsewhere") == {"b": "precious", "c": "precious"}


def test_what_was_removed_by_hand_after_a_kill_does_not_stop_the_healing(folder: Path) -> None:
    interrupted(replace_all, folder, lambda _: (folder / "ox1/b").exists())
    shutil.rmtree(folder / "gone")
    (folder / "ox1/b").unlink()

    heal(folder)

    assert texts_of(folder) == BEFORE


def test_a_file_that_somebody_put_there_after_a_kill_is_left_alone(folder: Path) -> None:
    interrupted(replace_all, folder, lambda _: (folder / STAGING / "journal").exists())
    assert not (folder / "ox1/b").exists()
    (folder / "ox1/b").write_text("mine")

    heal(folder)

    assert texts_of(folder) == {**BEFORE, "ox1/b": "mine"}


def test_the_journal_goes_before_anything_is_cleaned_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rmtree(path: Path) -> None:
        journals.append((path / "journal").exists())
        original(path)

    original = shutil.rmtree
    journals: list[bool] = []
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    interrupted(replace_all, folder, lambda _: (folder / "ox1/b").exists())
    heal(folder)
    replace_all(folder)

    assert journals == [False, False]


def journal(folder: Path, **paths: object) -> None:
    fill(folder, {f"{STAGING}/journal": json.dumps({"moved": [], "made": [], "arriving": []} | paths)})


@pytest.mark.parametrize("key", ["moved", "made", "arriving"])
@pytest.mark.parametrize(
    "path", ["../precious", "/etc/passwd", "ox1/../../precious", "", ".", STAGING, 5, None]
)
def test_a_journal_that_leads_elsewhere_is_refused(folder: Path, key: str, path: object) -> None:
    fill(folder.parent, {"precious": "precious", "precious.d/x": "precious"})
    journal(folder, **{key: [path]})
    fill(folder / STAGING, {"old/x": "x"})
    before = texts_of(folder.parent)

    with pytest.raises(OutputError, match="is not a journal of this oxconf"):
        heal(folder)

    assert texts_of(folder.parent) == before


@pytest.mark.parametrize(
    "text", ["", "[]", '["a"]', "{}", '{"moved": 5, "made": [], "arriving": []}', "[" * 9999]
)
def test_a_journal_of_another_form_is_refused(folder: Path, text: str) -> None:
    fill(folder, {f"{STAGING}/journal": text})

    with pytest.raises(OutputError, match="is not a journal of this oxconf"):
        heal(folder)


def test_a_staging_folder_that_leads_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    fill(
        elsewhere, {"a": "precious", "journal": '{"moved": ["a"], "made": [], "arriving": []}', "old/a": "x"}
    )
    before = texts_of(elsewhere)

    (folder / STAGING).symlink_to(elsewhere)
    with pytest.raises(OutputError, match="is not a folder of the user"):
        heal(folder)

    (folder / STAGING).unlink()
    journal(folder, moved=["a"])
    (folder / STAGING / "old").symlink_to(elsewhere)
    with pytest.raises(OutputError, match="old is a link"):
        heal(folder)

    (folder / STAGING / "old").unlink()
    (folder / "linked").symlink_to(elsewhere)
    journal(folder, arriving=["linked/a"])
    with pytest.raises(OutputError, match="linked is a link"):
        heal(folder)

    (folder / STAGING / "journal").unlink()
    (folder / STAGING / "journal").symlink_to(elsewhere / "journal")
    with pytest.raises(OutputError, match="is not a journal"):
        heal(folder)

    assert texts_of(elsewhere) == before


def test_a_staging_folder_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(folder, moved=["a"])
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with pytest.raises(OutputError, match="is not a folder of the user"):
        heal(folder)
