"""A real server lets in whom the rendered option files name."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve
from judges.harness import need, need_root
from judges.server import WITH_DAEMONS, server

from oxconf.artifacts.database_accounts import DebianCnf, RootCnf
from oxconf.deployment.load import load_text

PASSWORD = 'is_"one"_\\_of=those;#'


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users get into, which pytest's own are not."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_root_gets_in_with_the_password_and_by_the_socket(folder: Path) -> None:
    need_root()
    need("setpriv", "util-linux")
    deployment = load_text("", tier="1m", secrets={"root": PASSWORD})
    file = RootCnf.from_deployment(deployment, deployment.host("db1"))
    assert file is not None
    with server(folder / "s") as running:
        quoted = PASSWORD.replace("\\", "\\\\")
        running.sql(
            "ALTER USER root@localhost IDENTIFIED VIA unix_socket "
            f"OR mysql_native_password USING PASSWORD('{quoted}')"
        )
        (folder / "my.cnf").write_text(evolve(file, socket=running.socket).render())
        (folder / "wrong.cnf").write_text(
            evolve(file, socket=running.socket, password=deployment.password("sst")).render()
        )

        assert _ask(folder / "my.cnf") == 0
        # The scripts of Debian's packages name another file, without a password: the socket lets root in.
        assert running.client("--execute", "SELECT 1", check=False).returncode == 0
        # Whoever is not root has only the password.
        assert _ask(folder / "my.cnf", "nobody") == 0
        assert _ask(folder / "wrong.cnf", "nobody") != 0


def test_the_start_scripts_of_an_old_package_get_in(folder: Path) -> None:
    old = 'tier = "1m"\n[database]\nversion = "10.1"\n'
    deployment = load_text(old, secrets={"maintenance": PASSWORD})
    file = DebianCnf.from_deployment(deployment, deployment.host("db1"))
    assert file is not None
    with server(folder / "s") as running:
        quoted = PASSWORD.replace("\\", "\\\\")
        running.sql(f"CREATE USER 'debian-sys-maint'@localhost IDENTIFIED BY '{quoted}'")
        running.sql("GRANT ALL PRIVILEGES ON *.* TO 'debian-sys-maint'@localhost")
        (folder / "debian.cnf").write_text(evolve(file, socket=running.socket).render())
        for program, *words in (
            ("mariadb-admin", "refresh"),
            ("mariadb-upgrade", "--version-check", "--silent"),
        ):
            done = subprocess.run(
                [program, f"--defaults-extra-file={folder / 'debian.cnf'}", *words],
                capture_output=True,
                text=True,
                env=WITH_DAEMONS,
            )
            assert (program, done.returncode, done.stdout + done.stderr) == (program, 0, "")


def _ask(file: Path, user: str | None = None) -> int:
    program = shutil.which("mariadb")
    assert program
    as_user = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
    return subprocess.run(
        [*as_user, program, f"--defaults-file={file}", "--execute=SELECT 1"],
        capture_output=True,
        env=WITH_DAEMONS,
    ).returncode
