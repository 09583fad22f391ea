"""A MariaDB of a test's own: a fresh datadir, a socket, and a port of the loopback interface."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from judges.harness import need

WITH_DAEMONS = {**os.environ, "LC_ALL": "C", "PATH": os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin"}


class Server:
    """A running server; `sql` logs in as root, who has no password until somebody gives one."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.socket = str(folder / "socket")

    def client(
        self, *options: str, user: str = "root", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.socket}", f"--user={user}", "-BN", *options],
            capture_output=True,
            text=True,
            env=WITH_DAEMONS,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def sql(self, statement: str) -> str:
        return self.client("--execute", statement).stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def server(folder: Path, *options: str) -> Iterator[Server]:
    """Run a server in `folder`, which has to have a short name: sockets have."""
    need("mariadbd", "mariadb-server-core")
    need("mariadb-install-db", "mariadb-server-core")
    need("mariadb", "mariadb-client-core")
    folder.mkdir(exist_ok=True)
    made = Server(folder, free_port())
    (folder / "my.cnf").write_text(
        "\n".join(
            (
                "[mysqld]",
                f"datadir={folder}/data",
                f"socket={made.socket}",
                f"pid_file={folder}/pid",
                f"port={made.port}",
                "bind_address=127.0.0.1",
                "innodb_buffer_pool_size=32M",
                "innodb_log_file_size=8M",
                "innodb_flush_log_at_trx_commit=2",
                "performance_schema=OFF",
                "table_open_cache=64",
                "open_files_limit=1024",
                f"user={getpass.getuser()}",
                *options,
                "",
            )
        )
    )
    subprocess.run(
        [
            "mariadb-install-db",
            f"--defaults-file={folder / 'my.cnf'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
        env=WITH_DAEMONS,
    )
    with (folder / "log").open("wb") as log:
        program = shutil.which("mariadbd", path=WITH_DAEMONS["PATH"])
        assert program
        process = subprocess.Popen(
            [program, f"--defaults-file={folder / 'my.cnf'}"], stdout=log, stderr=log, env=WITH_DAEMONS
        )
    try:
        for _ in range(600):
            if (
                process.poll() is not None
                or made.client("--execute", "SELECT 1", check=False).returncode == 0
            ):
                break
            time.sleep(0.1)
        if process.poll() is not None:
            pytest.fail("the server did not come up:\n" + (folder / "log").read_text()[-4000:])
        yield made
    finally:
        process.terminate()
        process.wait()
