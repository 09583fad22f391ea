"""The installer where the machine, the archive or the call is not as it should be."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from installing import FILES, ROOT_USER, SERVICES, File, Machine, block

HOSTS = "/etc/hosts"
OX_CNF = "/etc/mysql/ox.conf.d/ox.cnf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
CHECK = "/usr/local/bin/clustercheck"
STATE = "/var/lib/oxconf"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path).set_up()
    made.pack()
    return made


def stub(machine: Machine, name: str, script: str) -> None:
    """Put a command in front of the real one."""
    folder = machine.folder / "stubs"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}")
    (folder / name).chmod(0o755)
    machine.environment["PATH"] = f"{folder}:{os.environ['PATH']}"


# --- who runs it, and how ----------------------------------------------------------------------------------------


def unheard(machine: Machine) -> int:
    """Install while nobody reads what is said any more; return the exit code."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        machine.command("--yes"), stdin=subprocess.DEVNULL, stdout=writer, stderr=writer, check=False
    )
    os.close(writer)
    return done.returncode


def test_a_failure_that_nobody_reads_is_undone_as_well(machine: Machine) -> None:
    machine.at("/usr/local/bin/.clustercheck.oxconf-new/in-the-way").mkdir(parents=True)
    before = machine.state()

    assert unheard(machine) == 1

    assert machine.state() == before
    assert not machine.at(f"{STATE}/pending").exists()


def test_services_that_nobody_read_are_said_again(machine: Machine) -> None:
    assert unheard(machine) == 1
    assert machine.text(OX_CNF) == FILES[OX_CNF].text

    assert "systemctl restart mariadb.service" in machine.install()
    assert "Nothing to do" in machine.install()


@pytest.mark.parametrize("environment", [{"POSIXLY_CORRECT": "1"}, {"PATH": ""}])
@pytest.mark.parametrize("shell", ["/bin/dash", "/bin/bash", "/bin/sh"])
def test_the_environment_does_not_matter(machine: Machine, environment: dict[str, str], shell: str) -> None:
    machine.environment, machine.shell = environment, (shell,)

    machine.install()

    assert machine.text(OX_CNF) == FILES[OX_CNF].text


def test_folders_may_have_the_name_of_the_last_one(machine: Machine) -> None:
    root = machine.root.rename(machine.folder / "-")
    elsewhere = machine.folder / "elsewhere/-"
    elsewhere.parent.mkdir()
    machine.bundle.rename(elsewhere)
    environment = os.environ | {"OLDPWD": "/usr"}

    for place, command in (
        (root.parent, ["sh", str(elsewhere / "install.sh"), "--root", "-", "--yes"]),
        (elsewhere.parent, ["sh", "--", "-/install.sh", "--root", str(root), "--yes"]),
    ):
        done = subprocess.run(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    assert (root / OX_CNF.lstrip("/")).read_text() == FILES[OX_CNF].text


def test_two_may_make_the_folders_at_the_same_time(machine: Machine) -> None:
    # Another run is always a little faster.
    real = shutil.which("mkdir")
    script = f'for last; do :; done\ncase $last in\n*/var/*/oxconf) {real} -p "$last" ;;\nesac\n'
    stub(machine, "mkdir", f'{script}exec {real} "$@"\n')

    machine.install()


def test_a_lock_that_can_not_be_had_is_not_called_another_run(machine: Machine) -> None:
    stub(machine, "flock", "exit 127\n")

    said = machine.install(code=1)

    assert "can not be locked" in said
    assert "another" not in said


# --- what is in the archive --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["files.txt", "services.txt"])
def test_a_list_that_ends_in_the_middle_of_a_line_is_refused(machine: Machine, name: str) -> None:
    machine.install()
    before = machine.state()
    machine.amend(name, (machine.bundle / name).read_text().removesuffix("\n"))

    assert f"{name} ends in the middle of a line" in machine.install(code=1)
    assert machine.state() == before


@pytest.mark.parametrize(
    "path", [f"{STATE}/installed", f"{STATE}/x/y", "/var/backups/oxconf/x", STATE, "/etc/known/installed"]
)
def test_what_the_script_keeps_is_no_file_of_an_archive(machine: Machine, path: str) -> None:
    machine.at("/etc/known").symlink_to(STATE)
    machine.pack({path: File("")})

    assert "where this script keeps what it knows" in machine.install(code=1)


def test_links_that_lead_two_files_to_one_are_refused_from_the_first_install_on(machine: Machine) -> None:
    machine.at("/etc/a").mkdir()
    machine.at("/etc/b").symlink_to("a")
    machine.pack({"/etc/a/f": File("one\n"), "/etc/b/f": File("two\n")})

    assert "links lead two files of files.txt to /etc/a/f" in machine.install(code=1)
    assert not machine.at("/etc/a/f").exists()


def test_a_file_may_become_a_block_and_a_block_a_file(machine: Machine) -> None:
    whole, part = {HAPROXY: FILES[HAPROXY]}, {HAPROXY: File(block("listen writes"), how="block")}
    machine.pack(whole)
    machine.install()

    machine.pack(part)
    machine.install()
    assert machine.text(HAPROXY) == part[HAPROXY].text
    machine.write(HAPROXY, "# mine\n" + part[HAPROXY].text)
    machine.pack(whole)
    machine.install()
    assert machine.text(HAPROXY) == "listen reads\n"
    machine.run("--rollback", "--yes")
    assert machine.text(HAPROXY) == "# mine\n" + part[HAPROXY].text

    machine.write(HAPROXY, block("listen all"))
    assert f"{HAPROXY} was changed since" in machine.install(code=1)


# --- what is on the machine --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["pending.new", "installed.new", "services.new", "last.new", "pending", "last"]
)
def test_a_link_in_the_place_of_what_it_knows_is_refused(machine: Machine, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious\n")
    machine.at(STATE).mkdir(parents=True)
    machine.at(f"{STATE}/{name}").symlink_to(outside)
    before = machine.state()

    assert "is a link, which this script did not make" in machine.install(code=1)
    assert outside.read_text() == "precious\n"
    assert machine.state() == before


@pytest.mark.parametrize("name", ["../../../../evil", "..", "", "link"])
def test_the_last_backup_is_one_of_its_own(machine: Machine, tmp_path: Path, name: str) -> None:
    machine.install()
    (backup,) = machine.backups()
    shutil.copytree(backup, tmp_path / "evil")
    machine.at("/var/backups/oxconf/link").symlink_to(tmp_path / "evil")
    machine.at(f"{STATE}/last").write_text(f"{name}\n")
    before = machine.state()

    assert "is not there any more" in machine.run("--rollback", "--yes", code=1)
    assert machine.state() == before


@pytest.mark.parametrize("leads", ["outside", "nowhere"])
def test_what_a_link_led_to_is_not_shown(machine: Machine, tmp_path: Path, leads: str) -> None:
    (tmp_path / "outside").write_text("Hush\n")
    (tmp_path / "outside").chmod(0o600)
    machine.at(HAPROXY).unlink()
    machine.at(HAPROXY).symlink_to(tmp_path / leads)
    machine.install()

    said = machine.run("--rollback", "--dry-run")

    assert f"put back {HAPROXY}, a link to {tmp_path / leads}\n" in said
    assert "Hush" not in said
    assert "No such file" not in said


@pytest.mark.parametrize("mode", ["0641", "0642", "0643"])
def test_a_file_that_not_everybody_may_read_is_not_shown(machine: Machine, mode: str) -> None:
    machine.pack({"/etc/x": File("Hush\n", mode=mode)})

    assert "Hush" not in machine.run("--dry-run")


def test_a_block_does_not_go_between_lines_with_carriage_returns(machine: Machine) -> None:
    machine.write(HOSTS, "127.0.0.1 localhost\r\n10.0.0.9 printer\r\n")

    said = machine.install(code=1)

    assert f"{HOSTS} has carriage returns, in line 1 2" in said
    command = said.partition("take them out first: ")[2]
    subprocess.run(["sh", "-c", command], check=True)
    machine.install()
    assert machine.text(HOSTS) == "127.0.0.1 localhost\n10.0.0.9 printer\n" + FILES[HOSTS].text


# --- what it knows -----------------------------------------------------------------------------------------------


def test_what_can_not_be_noted_is_noted_by_the_next_run(machine: Machine) -> None:
    machine.install()
    old = machine.state()
    upgrade = FILES | {OX_CNF: replace(FILES[OX_CNF], text="[mysqld]\n")}
    machine.pack(upgrade, SERVICES + f"both {OX_CNF} systemctl restart x.service\n")
    in_the_way = machine.at(f"{STATE}/services.new")
    in_the_way.mkdir()

    assert "the files are in place, but not all is done" in machine.install(code=1)
    assert machine.text(OX_CNF) == "[mysqld]\n"
    in_the_way.rmdir()
    assert "systemctl restart mariadb.service" in machine.install()
    assert "Nothing to do" in machine.install()
    machine.run("--rollback", "--yes")
    assert machine.state() == old


def test_after_a_rollback_the_commands_of_the_bundle_before_are_known(machine: Machine) -> None:
    machine.install()
    machine.pack(FILES | {OX_CNF: replace(FILES[OX_CNF], text="[mysqld]\n")}, "")
    machine.install()
    machine.run("--rollback", "--yes")
    machine.pack({path: file for path, file in FILES.items() if path != HAPROXY}, "")

    assert "systemctl disable --now haproxy.service" in machine.install()


@pytest.mark.skipif(not ROOT_USER, reason="needs root to mount a small file system")
def test_without_inodes_files_are_all_old_or_all_new(machine: Machine) -> None:
    machine.install()
    machine.pack(FILES | {OX_CNF: replace(FILES[OX_CNF], text="[mysqld]\n")})
    # The file system takes so many files more.
    script = """\
mount -t tmpfs -o nr_inodes=500,mode=0755 tmpfs /mnt && cp -a "$1/." /mnt || exit
left=$(($(stat -f -c %d /mnt) - $2 - 1))
mkdir /mnt/fill && (cd /mnt/fill && seq "$left" | xargs touch) || exit
sh "$3" --root /mnt --yes
echo "code $?, pending $(cat /mnt/var/lib/oxconf/pending 2>/dev/null)"
cat "/mnt$4"
"""
    ends = set()
    for free in range(1, 50, 4):
        done = subprocess.run(
            [
                *("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"),
                *(str(machine.root), str(free), str(machine.bundle / "install.sh"), OX_CNF),
            ],
            capture_output=True,
            text=True,
        )
        said = done.stdout + done.stderr
        if "code 0" in said:
            ends.add("installed")
        elif "not all is done" in said:
            ends.add("in place")
            assert "code 1, pending 2" in done.stdout, said
            assert done.stdout.endswith("[mysqld]\n"), said
        else:
            ends.add("as before")
            assert "code 1, pending \n" in done.stdout, said
            assert done.stdout.endswith(FILES[OX_CNF].text), said
    assert ends == {"as before", "in place", "installed"}
