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
kill -s KILL 0
"""

POINTS = 100
HAPROXY = "/etc/haproxy/haproxy.cfg"
UPGRADE = {
    path: file
    for path, file in (
        FILES
        | {
            "/etc/hosts": replace(
                FILES["/etc/hosts"], text="# BEGIN oxconf\n10.20.30.219 db2\n# END oxconf\n"
            ),
            "/etc/mysql/ox.conf.d/ox.cnf": replace(FILES["/etc/mysql/ox.conf.d/ox.cnf"], text="[mysqld]\n"),
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
    assert done.returncode == (-9 if at else 0), done.stdout + done.stderr
    return names.read_text().split()


def points(calls: list[str]) -> list[tuple[int, str]]:
    """Where to kill: a few times while it looks, at each call while it writes, and at each copy half way."""
    torn = copies(calls)
    numbers = range(len(calls), 0, -1)
    dense = POINTS - len(torn) - 20
    looking = numbers[dense:]
    return [*torn, *((number, "after") for number in (*numbers[:dense], *looking[:: len(looking) // 19]))]


def copies(calls: list[str]) -> list[tuple[int, str]]:
    return [(number, "torn") for number, name in enumerate(calls, start=1) if name in ("cp", "install")]


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
    start.pack(UPGRADE, "both /etc/mysql/ox.conf.d/ox.cnf systemctl restart mariadb.service\n")
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
        begun = machine.at("/var/lib/oxconf/pending").exists()
        done = machine.at("/var/lib/oxconf/last").read_text() != start.at("/var/lib/oxconf/last").read_text()
        if number % 2:
            said = machine.install()
            assert ("systemctl restart mariadb.service" in said) is (begun or not done)
            assert machine.state() == new
            if number % 5 == 0:
                machine.run("--rollback", "--yes")
                assert machine.state() == old
        else:
            machine.run("--rollback", "--yes")
            # Killed before it began: the last install is the one before.
            back = old if begun or done else nothing
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
        done = machine.at("/var/lib/oxconf/last").read_text() != start.at("/var/lib/oxconf/last").read_text()
        if not done:
            machine.run("--rollback", "--yes")
        assert machine.state() == old
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
        done = machine.at("/var/lib/oxconf/last").read_text() != start.at("/var/lib/oxconf/last").read_text()
        hosts = replace(FILES["/etc/hosts"], text="# BEGIN oxconf\n# END oxconf\n")
        machine.pack({"/etc/hosts": hosts, "/etc/motd": FILES[HAPROXY]})
        machine.install()
        state = machine.state()
        for path in UPGRADE:
            assert (path in state) is (path in ("/etc/hosts", "/etc/mysql/my.cnf")), path
        assert state["/etc/motd"][0] == "listen reads\n"
        assert state["/etc/mysql/mariadb.cnf"][0] == "[client-server]\nport = 3306\n"
        machine.run("--rollback", "--yes")
        assert machine.state() == (upgraded if done else old)
        shutil.rmtree(machine.folder)


def test_an_edit_after_a_killed_run_is_seen(tmp_path: Path, wrapped: dict[str, str]) -> None:
    machine = Machine(tmp_path / "start").set_up()
    machine.pack()
    machine.install()
    machine.pack(UPGRADE)
    calls = run(copy(machine, "whole"), wrapped, 0, "")
    run(machine, wrapped, len(calls) * 8 // 10, "after")
    assert machine.at("/var/lib/oxconf/pending").exists()
    machine.write("/etc/mysql/ox.conf.d/ox.cnf", "mine\n")

    assert "ox.cnf was changed since" in machine.install(code=1)
    assert "ox.cnf was changed since" in machine.run("--rollback", "--yes", code=1)
    assert machine.text("/etc/mysql/ox.conf.d/ox.cnf") == "mine\n"
