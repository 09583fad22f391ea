"""A backup that is made while users write is one state, and comes back on another server."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve
from judges.harness import need, need_root
from judges.server import WITH_DAEMONS, Server, server

from oxconf.artifacts.backup import ACCOUNT_FILE, Backup, BackupCnf, Restore
from oxconf.deployment.load import load_text

PASSWORD = 'it\'s_"one"_\\_of=those;#'
DEPLOYMENT = load_text(
    'tier = "1m"\n[backup]\nfolder = "/backup"\n[database]\nread_port = 3310\n', secrets={"backup": PASSWORD}
)
CONTEXT = "1_ctx_store"


class Site:
    """A server, a filestore, a folder for backups, and the scripts as they would be on the host."""

    def __init__(self, folder: Path, running: Server) -> None:
        self.folder, self.server = folder, running
        self.store, self.backups = folder / "store", folder / "backups"
        self.store.mkdir()
        self.backups.mkdir()
        host = DEPLOYMENT.host("filestore1")
        account = BackupCnf.from_deployment(DEPLOYMENT, host)
        backup = Backup.from_deployment(DEPLOYMENT, host)
        restore = Restore.from_deployment(DEPLOYMENT, host)
        assert account
        assert backup
        assert restore
        self._write("account.cnf", evolve(account, host=IPv4Address("127.0.0.1"), port=running.port).render())
        # The dump takes a while, as it does in life: what is deleted and written meanwhile is what matters.
        self._write("slow-dump", '#!/bin/sh\nsleep 0.7\nmariadb-dump "$@"\ncode=$?\nsleep 0.7\nexit $code\n')
        backup = evolve(
            backup, store=str(self.store), folder=str(self.backups), dump=str(folder / "slow-dump"), keep=3
        )
        self._write("backup", backup.render().replace(ACCOUNT_FILE, str(folder / "account.cnf")))
        self._write("restore", evolve(restore, folder=str(folder / "beside")).render())
        quoted = PASSWORD.replace("\\", "\\\\").replace("'", "''")
        running.sql(f"CREATE USER backup@'127.0.0.1' IDENTIFIED BY '{quoted}'")
        running.sql("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO backup@'127.0.0.1'")
        running.sql("CREATE DATABASE configdb; CREATE TABLE configdb.context (cid INT PRIMARY KEY)")
        running.sql("CREATE DATABASE oxdb_5; CREATE TABLE oxdb_5.infostore (file VARCHAR(128) PRIMARY KEY)")
        running.sql(
            "CREATE PROCEDURE oxdb_5.p() SELECT 1; CREATE VIEW oxdb_5.v AS SELECT file FROM oxdb_5.infostore"
        )

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o700)

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / name), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=WITH_DAEMONS,
        )

    def made(self) -> list[Path]:
        return sorted(path for path in self.backups.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    need_root()
    for program in ("rsync", "mariadb-dump"):
        need(program, program)
    with TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with server(folder / "s", "skip_name_resolve=ON") as running:
        yield Site(folder, running)


def random_name(source: random.Random) -> str:
    """A name as OX gives them: three short folders, and a UUID."""
    text = f"{source.getrandbits(128):032x}"
    return f"hashed/{text[0:2]}/{text[2:4]}/{text[4:6]}/{text}"


def put(store: Path, name: str) -> None:
    path = store / CONTEXT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"content of {name}")


class Users(threading.Thread):
    """Write a file, then its row; delete a row, then its file: as OX does, without an end."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site, self.stopped, self.count = site, threading.Event(), 0
        self.random = random.Random(1)

    def run(self) -> None:
        with subprocess.Popen(
            [
                "mariadb",
                "--no-defaults",
                f"--socket={self.site.server.socket}",
                "--user=root",
                "-BNn",
                "oxdb_5",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=WITH_DAEMONS,
        ) as client:
            assert client.stdin
            assert client.stdout
            names: list[str] = []
            while not self.stopped.is_set():
                name = random_name(self.random)
                put(self.site.store, name)
                names.append(name)
                statements = [f"INSERT INTO infostore VALUES ('{name}')"]
                # Each lives for some two seconds, which is longer than it takes to look at all.
                gone = names.pop(0) if len(names) > 100 else None
                if gone:
                    statements.append(f"DELETE FROM infostore WHERE file = '{gone}'")
                client.stdin.write("; ".join((*statements, "SELECT 'done'")) + ";\n")
                client.stdin.flush()
                assert client.stdout.readline() == "done\n"
                if gone:
                    (self.site.store / CONTEXT / gone).unlink()
                self.count += 1
                time.sleep(0.02)
            client.stdin.close()


@pytest.fixture(scope="module")
def backup(site: Site) -> Path:
    users = Users(site)
    users.start()
    try:
        time.sleep(3)
        before = users.count
        done = site.run("backup")
        assert users.count > before + 30, "nothing happened meanwhile"
    finally:
        users.stopped.set()
        users.join()
    assert done.returncode == 0, done.stderr
    (made,) = site.made()
    return made


def rows(running: Server) -> list[str]:
    return running.sql("SELECT file FROM oxdb_5.infostore").split()


def option_file(running: Server, folder: Path) -> str:
    (folder / "root.cnf").write_text(f"[client]\nuser=root\nsocket={running.socket}\n")
    return str(folder / "root.cnf")


def test_every_file_that_a_row_names_comes_back(site: Site, backup: Path, folder: Path) -> None:
    target = folder / "restored"
    target.mkdir()
    with server(folder / "r") as fresh:
        login = option_file(fresh, folder)
        done = site.run("restore", str(backup), "--server", login, "--files", str(target))
        assert done.returncode == 0, done.stderr
        named = rows(fresh)
        assert len(named) >= 100
        for name in named:
            assert (target / CONTEXT / name).read_text() == f"content of {name}"
        assert fresh.sql("CALL oxdb_5.p()") == "1\n"
        assert len(fresh.sql("SELECT * FROM oxdb_5.v").split()) == len(named)

        # A second time only for those who say so.
        again = site.run("restore", str(backup), "--server", login)
        assert (again.returncode, "--replace drops them first" in again.stderr) == (1, True)
        fresh.sql("CREATE TABLE oxdb_5.newer (i INT)")
        done = site.run("restore", str(backup), "--server", login, "--replace")
        assert (done.returncode, "nothing was done" in done.stderr) == (1, True), (
            "nobody was there to say yes"
        )
        assert "newer" in fresh.sql("SHOW TABLES IN oxdb_5")
        done = site.run("restore", str(backup), "--server", login, "--replace", "--yes")
        assert done.returncode == 0, done.stderr
        (kept,) = (folder / "beside").iterdir()
        assert "CREATE TABLE `newer`" in gzip.decompress((kept / "databases.sql.gz").read_bytes()).decode()
        assert sorted(fresh.sql("SHOW TABLES IN oxdb_5").split()) == ["infostore", "v"]
    files = site.run("restore", str(backup), "--files", str(target))
    assert (files.returncode, "is not empty" in files.stderr) == (1, True)
    changed = target / CONTEXT / named[0]
    changed.write_text("somebody wants this back")
    shutil.rmtree(kept)
    files = site.run("restore", str(backup), "--files", str(target), "--replace", "--yes")
    assert files.returncode == 0, files.stderr
    assert changed.read_text() == f"content of {named[0]}"
    (kept,) = (folder / "beside").iterdir()
    assert (kept / "filestore" / CONTEXT / named[0]).read_text() == "somebody wants this back"


def test_nothing_is_left_in_the_filestore_and_others_can_not_read_the_backup(
    site: Site, backup: Path
) -> None:
    assert [path.name for path in site.store.iterdir()] == ["1_ctx_store"]
    assert backup.stat().st_mode & 0o077 == 0
    assert (backup / "databases.list").read_text() == "configdb\noxdb_5\n"
    assert sorted(path.name for path in site.backups.iterdir()) == [".lock", backup.name]


def test_the_next_backup_shares_its_files_and_old_ones_go(site: Site, backup: Path) -> None:
    for old in ("20010101-000000", "20010102-000000", "notes"):
        (site.backups / old).mkdir()
    (site.backups / "20010101-000000" / "filestore").mkdir()
    done = site.run("backup")
    assert done.returncode == 0, done.stderr
    first, second, notes = site.made()
    assert (first, notes.name) == (backup, "notes")
    name = rows(site.server)[0]
    shared = [made / "filestore" / CONTEXT / name for made in (first, second)]
    if shared[0].exists():
        assert os.path.samefile(*shared)
    assert site.run("restore", str(second)).returncode == 0


def test_a_name_that_is_given_again_keeps_both_files(site: Site, backup: Path) -> None:
    """The older storage of OX counts, and gives the number of a deleted file to the next one."""
    counted = site.store / "1_ctx_store" / "00"
    counted.mkdir(exist_ok=True)
    (counted / "07").write_text("old")
    slow = (site.folder / "slow-dump").read_text()
    again = f"#!/bin/sh\nrm {counted}/07; printf new! >{counted}/07\n"
    try:
        site._write("slow-dump", again + slow)
        done = site.run("backup")
    finally:
        site._write("slow-dump", slow)
    assert (done.returncode, "are in replaced/" in done.stderr) == (0, True), done.stderr
    made = max(path for path in site.made() if path.name[0] == "2")
    assert (made / "filestore" / "1_ctx_store/00/07").read_text() == "new!"
    assert (made / "replaced" / "1_ctx_store/00/07").read_text() == "old"
    assert "older ones are in" in site.run("restore", str(made)).stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("REVOKE SELECT ON *.* FROM backup@'127.0.0.1'", "the dump did not work"),
        ("ALTER USER backup@'127.0.0.1' IDENTIFIED BY 'other'", "is not let in"),
        ("CREATE DATABASE `odd name`", "characters that this script does not know"),
        ("REVOKE SHOW VIEW ON *.* FROM backup@'127.0.0.1'", "the dump did not work"),
    ],
    ids=["reads nothing", "wrong password", "odd name", "half a dump"],
)
def test_what_can_not_be_whole_is_none(site: Site, backup: Path, spoil: str, said: str) -> None:
    before = site.made()
    site.server.sql(spoil)
    quoted = PASSWORD.replace("\\", "\\\\").replace("'", "''")
    try:
        done = site.run("backup")
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
        assert PASSWORD not in done.stderr
        assert site.made() == before
        assert [path.name for path in site.store.iterdir()] == ["1_ctx_store"]
    finally:
        site.server.sql("DROP DATABASE IF EXISTS `odd name`")
        site.server.sql(f"ALTER USER backup@'127.0.0.1' IDENTIFIED BY '{quoted}'")
        site.server.sql("GRANT SELECT, SHOW VIEW ON *.* TO backup@'127.0.0.1'")


def test_a_schema_that_comes_during_the_dump_is_not_missed(site: Site, backup: Path) -> None:
    slow = (site.folder / "slow-dump").read_text()
    login = f"mariadb --no-defaults --socket={site.server.socket} --user=root"
    late = f"{login} -e 'CREATE DATABASE IF NOT EXISTS oxdb_6'\n"
    try:
        site._write("slow-dump", slow.replace("exit", late + "exit"))
        done = site.run("backup")
        assert done.returncode == 0, done.stderr
        made = max(path for path in site.made() if path.name[0] == "2")
        assert "oxdb_6" in (made / "databases.list").read_text()
    finally:
        site._write("slow-dump", slow)
        site.server.sql("DROP DATABASE IF EXISTS oxdb_6")


def test_a_file_that_lives_through_the_snapshot_alone_is_seen_to_be_missing(site: Site, backup: Path) -> None:
    """It comes after the first note and goes before the second; the next dump does not name it any more."""
    slow = (site.folder / "slow-dump").read_text()
    login = f"mariadb --no-defaults --socket={site.server.socket} --user=root oxdb_5"
    name = random_name(random.Random(2))
    short = f"""#!/bin/sh
if [ ! -e {site.folder}/once ]; then
    : >{site.folder}/once
    {login} -e "INSERT INTO infostore VALUES ('{name}')"
    mariadb-dump "$@" >{site.folder}/dumped
    {login} -e "DELETE FROM infostore WHERE file = '{name}'"
    exec cat {site.folder}/dumped
fi
exec mariadb-dump "$@"
"""
    try:
        site._write("slow-dump", short)
        done = site.run("backup")
    finally:
        site._write("slow-dump", slow)
    assert done.returncode == 0, done.stderr
    made = max(path for path in site.made() if path.name[0] == "2")
    dumped = subprocess.run(
        ["gzip", "-dc", str(made / "databases.sql.gz")], capture_output=True, text=True, check=True
    ).stdout
    assert (site.folder / "once").exists()
    assert name not in dumped
    assert not (made / "lost.list").exists()


def test_a_file_that_ox_has_lost_is_named_and_does_not_stop_the_backup(site: Site, backup: Path) -> None:
    name = random_name(random.Random(3))
    site.server.sql(f"INSERT INTO oxdb_5.infostore VALUES ('{name}')")
    try:
        done = site.run("backup")
    finally:
        site.server.sql(f"DELETE FROM oxdb_5.infostore WHERE file = '{name}'")
    assert (done.returncode, "OX has lost files" in done.stderr) == (0, True), done.stderr
    made = max(path for path in site.made() if path.name[0] == "2")
    assert (made / "lost.list").read_text() == f"{name}\n"


def test_two_at_a_time_are_refused(site: Site, backup: Path) -> None:
    with ExitStack() as stack:
        stack.enter_context(subprocess.Popen(["flock", str(site.backups / ".lock"), "sleep", "1"]))
        subprocess.run(["sleep", "0.3"], check=True)
        done = site.run("backup")
    assert (done.returncode, "another backup is running" in done.stderr) == (1, True)


@pytest.mark.parametrize("change", ["databases.sql.gz", "filestore", "databases.list"])
def test_a_damaged_backup_is_not_restored(site: Site, backup: Path, change: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(backup), str(copy)], check=True)
    if change == "filestore":
        next(path for path in (copy / change).rglob("*") if path.is_file()).unlink()
    else:
        (copy / change).write_bytes(b"x")
    (tmp_path / "into").mkdir()
    done = site.run("restore", str(copy), "--files", str(tmp_path / "into"))
    assert (done.returncode, "is damaged" in done.stderr) == (1, True)
    assert list((tmp_path / "into").iterdir()) == []


def test_a_slave_that_is_behind_is_waited_for_and_given_up(folder: Path) -> None:
    text = 'tier = "1m"\n[backup]\nfolder = "/backup"\n[database]\nmode = "replication"\n'
    deployment = load_text(text, secrets={"backup": "open-sesame"})
    host = deployment.host("filestore1")
    script = Backup.from_deployment(deployment, host)
    account = BackupCnf.from_deployment(deployment, host)
    assert script is not None
    assert account is not None
    here = folder / "replication"
    for name in ("store", "backups"):
        (here / name).mkdir(parents=True)
    binlog = ("log_bin=mysql-bin", "log_slave_updates=ON", "skip_name_resolve=ON")
    with (
        server(here / "m", "server_id=1", *binlog) as master,
        server(here / "s", "server_id=2", *binlog) as slave,
    ):
        master.sql("RESET MASTER")
        master.sql("CREATE USER backup@'127.0.0.1' IDENTIFIED BY 'open-sesame'")
        master.sql(
            "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, RELOAD, REPLICATION CLIENT, REPLICATION SLAVE "
            "ON *.* TO backup@'127.0.0.1'"
        )
        master.sql("CREATE DATABASE configdb; CREATE TABLE configdb.context (cid INT PRIMARY KEY)")
        slave.sql("RESET MASTER")
        slave.sql(
            f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={master.port}, MASTER_USER='backup', "
            "MASTER_PASSWORD='open-sesame', MASTER_USE_GTID=slave_pos; START SLAVE"
        )
        at_home = evolve(account, host=IPv4Address("127.0.0.1"), port=slave.port)
        (here / "account.cnf").write_text(at_home.render())
        rendered = evolve(script, store=f"{here}/store", folder=f"{here}/backups").render()
        program = here / "backup"
        program.write_text(
            rendered.replace(ACCOUNT_FILE, f"{here}/account.cnf")
            .replace("--host=10.20.30.218", f"--port={master.port}")
            .replace("600", "2")
        )
        program.chmod(0o700)

        def run() -> subprocess.CompletedProcess[str]:
            return subprocess.run([str(program)], capture_output=True, text=True, env=WITH_DAEMONS)

        for _ in range(100):
            if "configdb" in slave.sql("SHOW DATABASES"):
                break
            time.sleep(0.1)
        slave.sql("STOP SLAVE SQL_THREAD")
        master.sql("INSERT INTO configdb.context VALUES (4711)")
        behind = run()
        assert (behind.returncode, "did not reach the master's position" in behind.stderr) == (1, True)
        slave.sql("START SLAVE SQL_THREAD")
        done = run()
        assert done.returncode == 0, done.stderr
    (made,) = (path for path in (here / "backups").iterdir() if path.is_dir())
    dumped = subprocess.run(
        ["gzip", "-dc", str(made / "databases.sql.gz")], capture_output=True, text=True, check=True
    ).stdout
    assert "(4711)" in dumped
    assert "-- CHANGE MASTER TO MASTER_LOG_FILE" in dumped
