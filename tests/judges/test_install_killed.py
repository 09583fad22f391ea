"""The installer is killed at many points: each file is old or new, and a rerun or a rollback works.

Wrappers in front of the commands that it calls count the calls and kill the whole process group after one of them, or
after one that copies has left a torn file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from installing import FILES, Machine

WRAPPED = (
    *("cat", "chmod", "cp", "grep", "head", "install", "mkdir", "mv", "readlink", "rm", "rmdir", "sha256sum"),
    *("stat", "sync", "tail"),
)

WRAPPER = """\
#!/bin/sh
read -r calls <"$CALLS"
calls=$((calls + 1))
echo "$calls" >"$CALLS"
echo {name} >>"$CALLS.names"
if [ "$calls" != "$KILL_AT" ]; then
    exec {real} "$@"
fi
{real} "$@"
if [ "$KILL_HOW" = torn ]; then
    for last in "$@"; do :; done
    truncate -s 3 "$last"
fi
if [ "$KILL_HOW" = stop ]; then
    kill -s TERM 0
    exit 0
fi
kill -s KILL 0
"""

POINTS = 100
HAPROXY = "/etc/haproxy/haproxy.cfg"
OX_CNF = "/etc/mysql/ox.conf.d/ox.cnf"
CHECK = "/usr/local/bin/clustercheck"
UPGRADE = {
    path: file
    for path, file in (
        FILES
        | {
            "/etc/hosts": replace(
                FILES["/etc/hosts"], text="# BEGIN oxconf\n10.20.30.219 db2\n# END oxconf\n"
            ),
            OX_CNF: replace(FILES[OX_CNF], text="[mysqld]\n"),
            "/opt/open-xchange/etc/groupware/ajp.properties": FILES[HAPROXY],
        }
    ).items()
    if path != HAPROXY
}


@pytest.fixture(scope="module")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("wrappers")
    for name in WRAPPED:
        real = shutil.which(name)
        assert real
        (folder / name).write_text(WRAPPER.format(name=name, real=real))
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(folder / "calls")}


def run(machine: Machine, wrapped: dict[str, str], at: int, how: str, *options: str) -> list[str]:
    """Run the installer until it is killed; return the commands that it called."""
    calls = Path(wrapped["CALLS"])
    calls.write_text("0\n")
    names = calls.with_suffix(".names")
    names.write_text("")
    done = subprocess.run(
        machine.command("--yes", *options),
        env=os.environ | wrapped | {"KILL_AT": str(at), "KILL_HOW": how},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    codes = (0, 143) if how == "stop" else (-9 if at else 0,)
    assert done.returncode in codes, done.stdout + done.stderr
    said(machine).write_text(done.stdout)
    return names.read_text().split()


def said(machine: Machine) -> Path:
    return machine.folder / "said"


def begun(machine: Machine) -> bool:
    return machine.at("/var/lib/oxconf/pending").exists()


def done(machine: Machine, start: Machine) -> bool:
    """Whether the run came to its end: another install is the last one."""
    return not begun(machine) and last(machine) != last(start)


def last(machine: Machine) -> str:
    return machine.text("/var/lib/oxconf/last")


def numbered(calls: list[str], name: str) -> list[int]:
    """The numbers of the calls of one command."""
    return [number for number, called in enumerate(calls, start=1) if called == name]


def points(calls: list[str]) -> list[tuple[int, str]]:
    """Where to kill: a few times while it looks, at each call while it writes, and at each copy half way."""
    torn = copies(calls)
    numbers = range(len(calls), 0, -1)
    dense = POINTS - len(torn) - 20
    looking = numbers[dense:]
    return [*torn, *((number, "after") for number in (*numbers[:dense], *looking[:: len(looking) // 19]))]


def copies(calls: list[str]) -> list[tuple[int, str]]:
    return [(number, "torn") for name in ("cp", "install") for number in numbered(calls, name)]


def copy(machine: Machine, name: str) -> Machine:
    made = Machine(machine.folder.parent / name)
    subprocess.run(["cp", "-a", str(machine.folder), str(made.folder)], check=True)
    return made


def old_or_new(machine: Machine, old: dict[str, object], new: dict[str, object]) -> None:
    state = machine.state()
    for path in {*old, *new, *state}:
        if not path.endswith(".oxconf-new"):
            assert state.get(path) in (old.get(path), new.get(path)), path


def test_killed_at_a_hundred_points(tmp_path: Path, wrapped: dict[str, str]) -> None:
    start = Machine(tmp_path / "start").set_up()
    nothing = start.state()
    start.pack()
    start.install()
    start.pack(UPGRADE, f"both {OX_CNF} systemctl restart mariadb.service\n")
    old = start.state()
    whole = copy(start, "whole")
    calls = run(whole, wrapped, 0, "")
    new = whole.state()
    assert len(points(calls)) >= POINTS
    assert old != new

    halves = 0
    for number, (at, how) in enumerate(points(calls)):
        machine = copy(start, f"killed-{number}")
        run(machine, wrapped, at, how)
        old_or_new(machine, old, new)
        killed = machine.state()
        halves += killed not in (old, new)
        under_way, ended = begun(machine), done(machine, start)
        # What has to be restarted is said by this run or by the next one.
        restart = "systemctl restart mariadb.service"
        assert restart in said(machine).read_text() or not ended
        if number % 2:
            assert (restart in machine.install()) is not ended
            assert machine.state() == new
            if number % 5 == 0:
                machine.run("--rollback", "--yes")
                assert machine.state() == old
        else:
            machine.run("--rollback", "--yes")
            # Killed before it began: the last install is the one before.
            back = old if under_way or ended else nothing
            assert machine.state() == back
            if number % 5 == 0 and back is old:
                machine.install()
                assert machine.state() == new
        shutil.rmtree(machine.folder)
    # The points are worth something: some are in the middle.
    assert halves > 10


def test_a_rollback_is_killed_as_well(tmp_path: Path, wrapped: dict[str, str]) -> None:
    start = Machine(tmp_path / "start").set_up()
    start.pack()
    start.install()
    old = start.state()
    start.pack(UPGRADE)
    start.install()
    new = start.state()
    calls = run(copy(start, "whole"), wrapped, 0, "", "--rollback")

    for number, (at, how) in enumerate(
        [*copies(calls), *((at, "after") for at in range(1, len(calls) + 1, 4))]
    ):
        machine = copy(start, f"killed-{number}")
        run(machine, wrapped, at, how, "--rollback")
        old_or_new(machine, old, new)
        if number % 2:
            if begun(machine) or not done(machine, start):
                machine.run("--rollback", "--yes")
            assert machine.state() == old
        # What is back already is nobody's edit.
        machine.install()
        assert machine.state() == new
        shutil.rmtree(machine.folder)


def test_another_bundle_may_follow_a_killed_run(tmp_path: Path, wrapped: dict[str, str]) -> None:
    start = Machine(tmp_path / "start").set_up()
    start.pack()
    start.install()
    old = start.state()
    start.pack(UPGRADE)
    calls = run(copy(start, "whole"), wrapped, 0, "")

    for number, (at, how) in enumerate(points(calls)[:-20:6]):
        machine = copy(start, f"killed-{number}")
        run(machine, wrapped, at, how)
        upgraded = machine.state()
        ended = done(machine, start)
        hosts = replace(FILES["/etc/hosts"], text="# BEGIN oxconf\n# END oxconf\n")
        machine.pack({"/etc/hosts": hosts, "/etc/motd": FILES[HAPROXY]})
        machine.install()
        state = machine.state()
        for path in UPGRADE:
            assert (path in state) is (path in ("/etc/hosts", "/etc/mysql/my.cnf")), path
        assert state["/etc/motd"][0] == "listen reads\n"
        assert state["/etc/mysql/mariadb.cnf"][0] == "[client-server]\nport = 3306\n"
        machine.run("--rollback", "--yes")
        assert machine.state() == (upgraded if ended else old)
        shutil.rmtree(machine.folder)


def test_an_edit_after_a_killed_run_is_seen(tmp_path: Path, wrapped: dict[str, str]) -> None:
    machine = Machine(tmp_path / "start").set_up()
    machine.pack()
    machine.install()
    machine.pack(UPGRADE)
    calls = run(copy(machine, "whole"), wrapped, 0, "")
    run(machine, wrapped, len(calls) * 8 // 10, "after")
    assert begun(machine)
    machine.write(OX_CNF, "mine\n")

    assert "ox.cnf was changed since" in machine.install(code=1)
    assert "ox.cnf was changed since" in machine.run("--rollback", "--yes", code=1)
    assert machine.text(OX_CNF) == "mine\n"

    machine.install("--replace", OX_CNF)
    assert machine.text(OX_CNF) == "[mysqld]\n"
    assert (machine.backups()[-1] / f"after{OX_CNF}").read_text() == "mine\n"


@pytest.mark.parametrize("what", ["replaced", "left"])
def test_an_edit_after_a_killed_run_is_kept_when_the_next_one_fails(
    tmp_path: Path, wrapped: dict[str, str], what: str
) -> None:
    machine = Machine(tmp_path / "start").set_up()
    machine.pack()
    machine.install()
    old = machine.state()
    machine.pack(UPGRADE)
    calls = run(copy(machine, "whole"), wrapped, 0, "")
    run(machine, wrapped, numbered(calls, "mv")[-3], "after")
    machine.write(OX_CNF, "mine\n")
    in_the_way = machine.at("/usr/local/bin/.clustercheck.oxconf-new/in-the-way")
    in_the_way.mkdir(parents=True)
    files = UPGRADE | {CHECK: replace(FILES[CHECK], text="#!/bin/bash\n")}
    options = ["--replace", OX_CNF]
    if what == "left":
        del files[OX_CNF]
        options = []
    machine.pack(files)

    said = machine.install(*options, code=1)

    assert "everything is as it was before" in said
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    assert machine.state() == old
    assert (machine.backups()[-1] / f"after{OX_CNF}").read_text() == "mine\n"
    assert f"is in {machine.backups()[-1]}/after" in said
    # What was known before is known again.
    machine.pack()
    assert "Nothing to do" in machine.install()
    machine.run("--rollback", "--yes")
    assert machine.text(HAPROXY) == "# of the package\n"


def test_a_run_that_is_told_to_stop_undoes_all_or_ends_it(tmp_path: Path, wrapped: dict[str, str]) -> None:
    start = Machine(tmp_path / "start").set_up()
    start.pack()
    start.install()
    old = start.state()
    start.pack(UPGRADE)
    whole = copy(start, "whole")
    calls = run(whole, wrapped, 0, "")
    new = whole.state()

    ends = set()
    for at in [*numbered(calls, "mv")[::2], *numbered(calls, "sync")[-2:]]:
        machine = copy(start, f"stopped-{at}")
        run(machine, wrapped, at, "stop")
        assert not begun(machine)
        ended = done(machine, start)
        ends.add(ended)
        assert machine.state() == (new if ended else old)
        machine.install()
        assert machine.state() == new
        machine.run("--rollback", "--yes")
        assert machine.state() == old
        shutil.rmtree(machine.folder)
    assert ends == {True, False}


def test_nothing_stays_of_a_killed_run_whose_files_the_next_bundle_does_not_have(
    tmp_path: Path, wrapped: dict[str, str]
) -> None:
    machine = Machine(tmp_path / "start").set_up()
    machine.pack()
    calls = run(copy(machine, "whole"), wrapped, 0, "")
    run(machine, wrapped, numbered(calls, "install")[-1], "after")
    assert list(machine.root.rglob("*.oxconf-new"))
    machine.pack({"/etc/motd": FILES[HAPROXY]})

    machine.install()

    assert not list(machine.root.rglob("*.oxconf-new"))


def test_after_a_killed_rollback_a_file_that_is_back_is_ours_still(
    tmp_path: Path, wrapped: dict[str, str]
) -> None:
    machine = Machine(tmp_path / "start").set_up()
    machine.pack()
    machine.install()
    machine.pack(UPGRADE)
    machine.install()
    calls = run(copy(machine, "whole"), wrapped, 0, "", "--rollback")
    # All files are back, and nothing is noted yet.
    run(machine, wrapped, numbered(calls, "rmdir")[-1], "after", "--rollback")
    assert machine.text(OX_CNF) == FILES[OX_CNF].text
    machine.pack({"/etc/motd": FILES[HAPROXY]})

    machine.install()

    assert not machine.at(OX_CNF).exists()
