"""The installer in a root of its own: what it writes, what it refuses, what it takes back."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from installing import FILES, INSTALLER, ROOT_USER, File, Machine, block, number

from oxconf.artifacts._artifact import Install
from oxconf.bundle.contents import contents
from oxconf.deployment.load import load_text
from oxconf.deployment.secrets import PURPOSES
from oxconf.plan import make_plan

OX_CNF = "/etc/mysql/ox.conf.d/ox.cnf"
WSREP = "/etc/mysql/ox.conf.d/wsrep.cnf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
SHELLS = [("sh",), ("dash",), ("bash",), ("bash", "--posix"), ("busybox", "sh")]
DEPLOYMENTS = Path(__file__).parents[2] / "clusters/deployments"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path).set_up()
    made.pack()
    return made


def changed(path: str, text: str) -> dict[str, File]:
    return FILES | {path: replace(FILES[path], text=text)}


def use(machine: Machine, shell: tuple[str, ...]) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"needs {shell[0]}")
    machine.shell = shell


@pytest.mark.parametrize("shell", SHELLS)
def test_files_arrive_with_mode_and_owner(machine: Machine, shell: tuple[str, ...]) -> None:
    use(machine, shell)

    machine.install()

    after = machine.state()
    assert after[OX_CNF] == ("[mysqld]\nmax_connections = 400\n", "100644", *number("root"))
    uid, gid = number("root")[0], number("mysql")[1]
    assert after[WSREP] == (FILES[WSREP].text, "100640", uid, gid)
    assert after["/usr/local/bin/clustercheck"][1] == "100755"
    assert after[HAPROXY] == ("listen reads\n", "100644", *number("root"))
    assert after["/etc/mysql/ox.conf.d"][1] == "40755"
    assert after["/etc/hosts"][0] == "127.0.0.1 localhost\n" + FILES["/etc/hosts"].text


def test_a_block_goes_to_the_target_of_a_link_and_the_rest_stays(machine: Machine) -> None:
    machine.install()

    after = machine.state()
    assert after["/etc/mysql/my.cnf"][0] == "link to /etc/alternatives/my.cnf"
    # The last line had no end.
    text = "[client-server]\nport = 3306\n" + FILES["/etc/mysql/my.cnf"].text
    assert after["/etc/mysql/mariadb.cnf"] == (text, "100640", *number("root"))

    machine.write("/etc/hosts", "# mine\n" + machine.text("/etc/hosts") + "10.0.0.9 printer\n")
    machine.pack(changed("/etc/hosts", block("10.20.30.217 db1\n10.20.30.219 db2")))
    machine.install()

    assert machine.text("/etc/hosts") == (
        "# mine\n127.0.0.1 localhost\n# BEGIN oxconf\n10.20.30.217 db1\n10.20.30.219 db2\n# END oxconf\n"
        "10.0.0.9 printer\n"
    )


def test_twice_changes_nothing(machine: Machine) -> None:
    assert "Installed" in machine.install()
    before = {path: path.lstat() for path in machine.root.rglob("*") if path.name != "work"}
    mtimes = {path: status.st_mtime_ns for path, status in before.items() if path.is_file()}

    said = machine.install()

    assert said == "Nothing to do: every file is as this archive has it.\n"
    assert {path: path.lstat().st_mtime_ns for path in mtimes} == mtimes
    assert len(machine.backups()) == 1


def test_a_dry_run_shows_and_changes_nothing(machine: Machine) -> None:
    machine.at(HAPROXY).chmod(0o644)
    before = machine.state()

    said = machine.run("--dry-run")

    assert "-# of the package\n+listen reads" in said
    assert "+max_connections = 400" in said
    assert machine.state() == before
    assert not machine.at("/var").exists()


def test_no_text_of_a_file_that_may_hold_secrets_is_shown(machine: Machine) -> None:
    assert f"{WSREP} differs; it may hold secrets" in machine.run("--dry-run")
    machine.install()
    machine.write(WSREP, "[mysqld]\nwsrep_sst_auth = sst:Hush2\n", 0o640)

    for said in (
        machine.run("--dry-run", code=1),
        machine.install(code=1),
        machine.run("--rollback", "--dry-run", code=1),
    ):
        assert "Hush" not in said
        assert f"{WSREP} was changed since" in said


def test_rollback_puts_everything_back(machine: Machine) -> None:
    original = machine.state()
    machine.install()
    first = machine.state()
    machine.pack({path: file for path, file in changed(OX_CNF, "[mysqld]\n").items() if path != HAPROXY})
    machine.install()
    assert not machine.at(HAPROXY).exists()

    machine.run("--rollback", "--dry-run")
    assert not machine.at(HAPROXY).exists()
    machine.run("--rollback", "--yes")
    assert machine.state() == first
    machine.run("--rollback", "--yes")
    assert machine.state() == original
    assert "there is no install to take back" in machine.run("--rollback", "--yes", code=1)
    machine.install()


def test_rollback_keeps_what_the_machine_added_beside_a_block(machine: Machine) -> None:
    machine.install()
    machine.write("/etc/hosts", machine.text("/etc/hosts") + "10.0.0.9 printer\n")

    machine.run("--rollback", "--yes")

    assert machine.text("/etc/hosts") == "127.0.0.1 localhost\n10.0.0.9 printer\n"


def test_rollback_stops_at_an_edit_and_keeps_it_when_told_to_go_on(machine: Machine) -> None:
    machine.install()
    machine.write(OX_CNF, "[mysqld]\nmax_connections = 900\n")

    said = machine.run("--rollback", "--yes", code=1)
    assert "-max_connections = 900" in said
    assert f"--rollback --replace {OX_CNF}" in said
    machine.run("--rollback", "--yes", "--replace", OX_CNF)

    assert not machine.at(OX_CNF).exists()
    (backup,) = machine.backups()
    assert (backup / f"after{OX_CNF}").read_text() == "[mysqld]\nmax_connections = 900\n"


def test_a_foreign_edit_stops_everything_until_it_is_named(machine: Machine) -> None:
    machine.install()
    machine.write(OX_CNF, "[mysqld]\nmax_connections = 900\n")
    machine.pack(changed(HAPROXY, "listen writes\n"))
    before = machine.state()

    said = machine.install(code=1)

    assert "-max_connections = 900\n+max_connections = 400" in said
    assert f"--replace {OX_CNF}" in said
    assert machine.state() == before
    machine.install("--replace", OX_CNF)
    assert machine.text(OX_CNF) == "[mysqld]\nmax_connections = 400\n"
    assert machine.text(HAPROXY) == "listen writes\n"
    assert (machine.backups()[-1] / f"before{OX_CNF}").read_text().endswith("900\n")


@pytest.mark.parametrize("path", [OX_CNF, "/etc/hosts"])
def test_what_somebody_took_away_is_an_edit(machine: Machine, path: str) -> None:
    machine.install()
    if path == OX_CNF:
        machine.at(path).unlink()
    else:
        machine.write(path, "127.0.0.1 localhost\n")

    assert f"{path} was changed since the last install" in machine.install(code=1)
    machine.install("--replace", path)
    assert FILES[path].text in machine.text(path)


def test_an_edit_that_the_new_bundle_has_as_well_is_none(machine: Machine) -> None:
    machine.install()
    machine.write(OX_CNF, "[mysqld]\nmax_connections = 900\n")
    machine.pack(changed(OX_CNF, "[mysqld]\nmax_connections = 900\n"))

    assert "Nothing to do" in machine.install()
    machine.pack()
    machine.install()


def test_files_that_were_there_already_are_guarded_from_then_on(machine: Machine) -> None:
    for path in (OX_CNF, HAPROXY):
        machine.write(path, FILES[path].text)
        os.chown(machine.at(path), *number("root"))
    machine.pack({path: FILES[path] for path in (OX_CNF, HAPROXY)})
    assert "Nothing to do" in machine.install()
    machine.write(OX_CNF, "mine\n")

    assert f"{OX_CNF} was changed" in machine.install(code=1)


def test_wrong_mode_or_owner_is_mended(machine: Machine) -> None:
    machine.install()
    machine.at(WSREP).chmod(0o666)
    (root, _), (_, group) = number("root"), number("mysql")

    said = machine.install()

    assert f"mode and owner 0666 {root}:{group} become 0640 {root}:{group}" in said
    assert machine.state()[WSREP][1] == "100640"


def test_a_file_that_the_archive_lost_is_removed_only_when_nobody_changed_it(machine: Machine) -> None:
    machine.install()
    machine.write(OX_CNF, "mine\n")
    machine.pack({"/usr/local/bin/clustercheck": FILES["/usr/local/bin/clustercheck"]})

    said = machine.install()

    assert f"remove {HAPROXY}" in said
    assert "systemctl disable --now haproxy.service" in said
    assert not machine.at(HAPROXY).exists()
    assert machine.text("/etc/hosts") == "127.0.0.1 localhost\n"
    assert machine.text("/etc/mysql/mariadb.cnf") == "[client-server]\nport = 3306\n"
    assert (machine.backups()[-1] / f"before{HAPROXY}").exists()
    assert machine.text(OX_CNF) == "mine\n"
    left = f"{OX_CNF} is not in this archive any more, and somebody changed it"
    assert left in said
    assert left in machine.install()
    machine.at(OX_CNF).unlink()
    assert "Nothing to do" in machine.install()


def test_only_what_changed_is_named_for_a_restart(machine: Machine) -> None:
    restart = "    systemctl restart mariadb.service  # one node at a time\n"
    reload = "    systemctl reload haproxy.service\n"
    assert restart + reload in machine.install()

    machine.pack(changed(HAPROXY, "listen writes\n"))
    said = machine.install()

    assert reload in said
    assert restart not in said


def test_what_is_due_is_kept_until_somebody_has_done_it(machine: Machine) -> None:
    def due() -> list[str]:
        return machine.text("/var/lib/oxconf/due").splitlines()

    restart, reload = (
        "systemctl restart mariadb.service  # one node at a time",
        "systemctl reload haproxy.service",
    )
    machine.install()
    assert due() == [restart, reload]
    machine.install()
    assert due() == [restart, reload]

    machine.pack(changed(HAPROXY, "listen writes\n"))
    machine.install("--dry-run")
    assert due() == [restart, reload]
    machine.install()
    assert due() == [reload]
    machine.install("--rollback")
    assert due() == [reload]


def test_a_missing_user_is_named_before_anything_is_written(machine: Machine) -> None:
    files = FILES | {"/opt/x": File("", owner="nobody-here", group="none-here")}
    machine.pack(files)
    before = machine.state()

    said = machine.install(code=1)

    assert "user nobody-here is missing, to whom /opt/x belongs" in said
    assert "group none-here is missing" in said
    assert machine.state() == before


def test_the_users_are_those_of_the_root(machine: Machine) -> None:
    # There is a user of this name here, and none in the other root.
    machine.write("/etc/passwd", "mysql:x:1:1::/:/bin/sh\n")

    assert "user root is missing" in machine.install(code=1)


def test_a_dot_in_a_user_is_a_dot(machine: Machine) -> None:
    machine.pack({"/etc/x": File("", owner="ro.t")})

    assert "user ro.t is missing" in machine.install(code=1)


def test_the_last_line_of_the_list_of_users_may_have_no_end(machine: Machine) -> None:
    machine.write("/etc/passwd", machine.text("/etc/passwd").removesuffix("\n"))

    machine.install()


def test_a_placeholder_is_refused(machine: Machine) -> None:
    machine.pack(changed(WSREP, "[mysqld]\nwsrep_sst_auth = sst:REPLACE_sst\n"))
    before = machine.state()

    said = machine.install(code=1)

    assert f"{WSREP} holds a placeholder instead of a password, in line 2 (sst)" in said
    assert machine.state() == before


@pytest.mark.parametrize("name", ["files.txt", "services.txt", f"rootfs{OX_CNF}"])
def test_a_damaged_bundle_is_refused(machine: Machine, name: str) -> None:
    before = machine.state()
    path = machine.bundle / name
    path.write_text(path.read_text().replace("4", "5"))
    if name == "services.txt":
        path.write_text("")

    assert "the sums do not hold" in machine.install(code=1)
    path.unlink()
    machine.install(code=1)
    assert machine.state() == before


@pytest.mark.parametrize(
    "path",
    ["etc/x", "/etc/../../x", "/etc/./x", "/etc//x", "/etc/x/", "/etc/a b", "/etc/$(id)", "/etc/*", "/etc/'"],
)
def test_an_odd_path_is_refused(machine: Machine, path: str) -> None:
    machine.pack({"/etc/x": File("x\n", path=path)})

    assert "is no path that this script installs" in machine.install(code=1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (File("", mode="644"), "has the mode '644'"),
        (File("", mode="4755"), "has the mode '4755'"),
        (File("", how="append"), "shall be installed by 'append'"),
        (File("", owner="ro$ot"), "belongs to 'ro$ot:root'"),
        (File("", path="/etc/y"), "files.txt and SHA256SUMS disagree on /etc/y"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(machine: Machine, wrong: File, message: str) -> None:
    machine.pack({"/etc/x": wrong})

    assert message in machine.install(code=1)


def test_folders_may_have_odd_names(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "a b'c\"$(d)*;").set_up()
    machine.pack()
    before = machine.state()

    machine.install()
    assert machine.text(OX_CNF) == FILES[OX_CNF].text
    assert "Nothing to do" in machine.install()
    machine.run("--rollback", "--yes")

    assert machine.state() == before


@pytest.mark.parametrize("link", ["../../../../outside", "../../outside/etc"])
@pytest.mark.parametrize("path", ["/etc/mysql/my.cnf", "/etc/haproxy", "/var/lib/oxconf"])
def test_a_link_out_of_the_root_is_refused(machine: Machine, path: str, link: str) -> None:
    at = machine.at(path)
    if at.is_dir():
        shutil.rmtree(at)
    at.unlink(missing_ok=True)
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to("../" * len(at.parts) + link)
    before = machine.state()

    assert "leads out of" in machine.install(code=1)
    assert machine.state() == before


def test_an_absolute_link_is_read_as_the_root_reads_it(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    machine.at("/usr/share").mkdir(parents=True)
    shutil.rmtree(machine.at("/etc/haproxy"))
    machine.at("/etc/haproxy").symlink_to("/usr/share")

    machine.install()

    assert machine.text("/usr/share/haproxy.cfg") == "listen reads\n"
    assert machine.at("/etc/haproxy").is_symlink()


@pytest.mark.parametrize("target", ["/nowhere", "my.cnf"])
def test_a_link_that_leads_nowhere_is_refused(machine: Machine, target: str) -> None:
    machine.at("/etc/mysql/my.cnf").unlink()
    machine.at("/etc/mysql/my.cnf").symlink_to(target)

    said = machine.install(code=1)

    assert "which is not there" in said or "in a circle" in said


def test_a_folder_in_the_way_is_refused(machine: Machine) -> None:
    machine.at(OX_CNF).mkdir(parents=True)

    assert "is there and no file" in machine.install(code=1)


def test_a_link_in_the_place_of_a_file_is_replaced_and_put_back(machine: Machine) -> None:
    machine.at(HAPROXY).rename(machine.at("/etc/haproxy/mine"))
    machine.at(HAPROXY).symlink_to("mine")
    before = machine.state()

    machine.install()
    assert machine.text("/etc/haproxy/mine") == "# of the package\n"
    assert not machine.at(HAPROXY).is_symlink()
    machine.run("--rollback", "--yes")

    assert machine.state() == before


@pytest.mark.parametrize(
    "text",
    [
        "# BEGIN oxconf\n",
        "# END oxconf\n",
        "# END oxconf\n# BEGIN oxconf\n",
        "# BEGIN oxconf\n" * 2 + "# END oxconf\n",
    ],
)
def test_markers_that_somebody_broke_are_refused(machine: Machine, text: str) -> None:
    machine.write("/etc/hosts", text)

    assert "mend it by hand" in machine.install(code=1)


def test_markers_with_trailing_blanks_and_carriage_returns_are_markers(machine: Machine) -> None:
    machine.write("/etc/hosts", "a\n# BEGIN oxconf \t\r\nold\n# END oxconf\t\nb\n")

    machine.install()

    assert machine.text("/etc/hosts") == "a\n" + FILES["/etc/hosts"].text + "b\n"


def test_a_second_run_at_the_same_time_is_refused(machine: Machine) -> None:
    machine.install()
    state = machine.at("/var/lib/oxconf")
    with subprocess.Popen(
        ["flock", str(state), "sh", "-c", "echo held; read -r _"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "held\n"
        said = machine.install(code=1)
        other.stdin.close()

    assert "another install.sh is running" in said
    machine.install()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_target_that_can_not_be_written_leaves_everything_as_it_was(
    machine: Machine, shell: tuple[str, ...]
) -> None:
    use(machine, shell)
    # A temporary file can not replace a folder, whoever runs this.
    machine.at("/usr/local/bin/.clustercheck.oxconf-new/in-the-way").mkdir(parents=True)
    before = machine.state()

    said = machine.install(code=1)

    assert "everything is as it was before" in said
    assert machine.state() == before
    assert machine.backups() == []


@pytest.mark.skipif(not ROOT_USER, reason="needs root to mount a small file system")
@pytest.mark.parametrize("where", ["/etc/mysql/ox.conf.d", "/var/backups/oxconf"])
def test_a_full_file_system_leaves_everything_as_it_was(machine: Machine, where: str) -> None:
    machine.write(HAPROXY, "old\n" * 20_000)
    machine.pack(FILES | {OX_CNF: replace(FILES[OX_CNF], text="[mysqld]\n" * 20_000)})
    machine.at(where).mkdir(parents=True)
    before = machine.state()
    mount = f'mount -t tmpfs -o size=16k,mode=0755 tmpfs "{machine.at(where)}" && exec "$@"'

    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            mount,
            "sh",
            *machine.command("--yes"),
        ],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert machine.state() == before
    assert not machine.at("/var/lib/oxconf/pending").exists()
    machine.install()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--root"], "--root needs a folder"),
        # A variable of somebody's script that is not set.
        (["--root", ""], "--root needs a folder"),
        (["--root", "/nowhere"], "/nowhere is no folder"),
        (["--replace"], "--replace needs a path"),
        (["--replace", "hosts"], "say the path as files.txt has it"),
        (["--force"], "'--force' is no option"),
    ],
)
def test_wrong_usage(machine: Machine, options: list[str], message: str) -> None:
    assert message in machine.run(*options, code=2)


def test_a_file_that_the_archive_does_not_have_can_not_be_taken_back(machine: Machine) -> None:
    assert "this archive has no such file" in machine.install("--replace", "/etc/motd", code=2)


def test_it_asks_and_without_somebody_to_ask_it_does_nothing(machine: Machine) -> None:
    before = machine.state()

    assert "nobody is there to be asked" in machine.run(code=1)
    assert machine.state() == before


def test_help_names_every_option() -> None:
    said = subprocess.run(["sh", str(INSTALLER), "--help"], check=True, capture_output=True, text=True).stdout

    for option in ("--root", "--dry-run", "--yes", "--replace", "--rollback", "--help"):
        assert f"  {option}" in said


def test_shellcheck_has_nothing_to_say() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("needs shellcheck")
    done = subprocess.run(["shellcheck", "-s", "sh", str(INSTALLER)], capture_output=True, text=True)

    assert done.stdout == ""


@pytest.mark.parametrize("name", ["1m-beside", "1m-lvs"])
def test_every_host_of_a_cluster_can_be_installed(tmp_path: Path, name: str) -> None:
    secrets = {
        f"OXCONF_SECRET_{purpose.name.upper()}": f"Hush-{number}" for number, purpose in enumerate(PURPOSES)
    }
    text = (DEPLOYMENTS / f"{name}.toml").read_text()
    plan = make_plan(load_text(text, environment=secrets))
    for host in plan.hosts:
        machine = Machine(tmp_path / host.host.name).set_up()
        for entry in contents(plan, host).entries:
            path = machine.bundle / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.data)

        machine.install()

        for artifact, text in zip(host.artifacts, host.texts, strict=True):
            # The link is one for the machine in the root, not for us.
            path = artifact.path.replace("/etc/mysql/my.cnf", "/etc/mysql/mariadb.cnf")
            assert machine.text(path).endswith(text)
            if artifact.install is Install.REPLACE:
                assert machine.at(path).stat().st_mode & 0o7777 == artifact.mode
        assert "Nothing to do" in machine.install()


def test_a_database_server_that_is_asked_joins_no_cluster() -> None:
    # Percona XtraDB Cluster 5.6 and 5.7 open the cluster before they print their help; tests/judges/test_releases.py.
    (line,) = [line for line in INSTALLER.read_text().splitlines() if line.endswith("--help --verbose")]
    assert "--loose-wsrep-provider=none" in line
