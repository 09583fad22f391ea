"""The installer on a machine of its own, where the real daemons judge what it installs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from installing import FILES, INSTALLER, File, Machine
from judges.harness import need, need_root
from judges.sandbox import Sandbox

HAPROXY = "/etc/haproxy/haproxy.cfg"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
APACHE = "/etc/apache2/conf-available/proxy_ajp.conf"
OX_CNF = "/etc/mysql/ox.conf.d/ox.cnf"
MY_CNF = "/etc/mysql/my.cnf"
SERVER = "mariadb-server"

GOOD = {
    HAPROXY: File("defaults\n  mode tcp\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nlisten a\n"
                  "  bind 127.0.0.1:3306\n  server db1 10.20.30.217:3306\n"),
    KEEPALIVED: File("global_defs {\n  router_id web1\n}\n", mode="0640"),
    APACHE: File("<IfModule mod_proxy_ajp.c>\n</IfModule>\n"),
    MY_CNF: FILES[MY_CNF],
    OX_CNF: FILES[OX_CNF],
}  # fmt: skip

BAD = {
    HAPROXY: ("listen a\n  bond 127.0.0.1:3306\n", "HAProxy", "unknown keyword 'bond'", ("haproxy", "haproxy")),
    KEEPALIVED: ("vrrp_instance x {\n  virtual_router_id 0\n}\n", "keepalived", "", ("keepalived", "keepalived")),
    APACHE: ("ProxyPas /ajax ajp://x\n", "Apache", "Invalid command 'ProxyPas'", ("apache2ctl", "apache2")),
    OX_CNF: ("[mysqld]\nmax_connection_s = 1\n", "the database server", "unknown variable", ("mariadbd", SERVER)),
}  # fmt: skip


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Sandbox]:
    """A machine whose /etc, /usr, /opt and /var are its own to write to."""
    need_root()
    with Sandbox() as sandbox:
        sandbox.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/mnt")
        for top in ("etc", "opt", "usr", "var"):
            sandbox.run("mkdir", f"/mnt/{top}.upper", f"/mnt/{top}.work")
            layers = f"lowerdir=/{top},upperdir=/mnt/{top}.upper,workdir=/mnt/{top}.work"
            sandbox.run("mount", "-t", "overlay", "-o", layers, "overlay", f"/{top}")
        sandbox.run("mkdir", "-p", "/etc/apache2/conf-enabled")
        sandbox.run("ln", "-sf", "../conf-available/proxy_ajp.conf", "/etc/apache2/conf-enabled/")
        yield sandbox


def pack(folder: Path, files: dict[str, File]) -> str:
    machine = Machine(folder)
    machine.pack(files, "")
    return str(machine.bundle / INSTALLER.name)


def text(host: Sandbox, path: str) -> str:
    return host.run("cat", path, check=False).stdout


def stub(tmp_path: Path, name: str, script: str) -> dict[str, str]:
    """Write a command; return the environment in which it stands in front of the real one."""
    file = tmp_path / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}")
    file.chmod(0o755)
    return {"PATH": f"{file.parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize("path", BAD)
def test_a_daemon_that_refuses_has_everything_put_back(host: Sandbox, tmp_path: Path, path: str) -> None:
    wrong, judge, said, needed = BAD[path]
    need(*needed)
    host.run("sh", pack(tmp_path, GOOD), "--yes")
    before = {name: text(host, name) for name in GOOD}
    changed = {
        name: replace(file, text=f"# changed\n{file.text}") for name, file in GOOD.items() if name != MY_CNF
    }
    files = changed | {MY_CNF: GOOD[MY_CNF], path: replace(GOOD[path], text=wrong)}

    done = host.run("sh", pack(tmp_path, files), "--yes", check=False)

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{judge} refuses its configuration" in done.stderr
    assert said in done.stderr
    assert {name: text(host, name) for name in GOOD} == before
    # HAProxy's file was judged before anything was written.
    assert ("everything is as it was before" in done.stderr) is (path != HAPROXY)
    assert "Nothing to do" in host.run("sh", pack(tmp_path, GOOD), "--yes").stdout


def test_a_daemon_that_always_refuses(host: Sandbox, tmp_path: Path) -> None:
    refusing = stub(tmp_path, "haproxy", "echo no, said the judge\nexit 1\n")
    before = text(host, HAPROXY)

    done = host.run("sh", pack(tmp_path, GOOD), "--yes", check=False, env=refusing)

    assert done.returncode == 1
    assert "no, said the judge" in done.stderr
    assert text(host, HAPROXY) == before
    assert host.run("test", "-e", OX_CNF, check=False).returncode == 1


@pytest.mark.parametrize("path", [HAPROXY, APACHE])
def test_what_a_killed_run_installed_is_judged_by_the_next_one(
    host: Sandbox, tmp_path: Path, path: str
) -> None:
    wrong, _, said, needed = BAD[path]
    need(*needed)
    host.run("sh", pack(tmp_path, GOOD), "--yes")
    before = {name: text(host, name) for name in GOOD}
    changed = {APACHE: replace(GOOD[APACHE], text="# changed\n")}
    script = pack(tmp_path, GOOD | changed | {path: replace(GOOD[path], text=wrong)})
    stub(tmp_path, "haproxy", "")
    killing = stub(tmp_path, "apache2ctl", "kill -s KILL $PPID\n")
    host.run("sh", script, "--yes", check=False, env=killing)
    assert text(host, path) == wrong

    done = host.run("sh", script, "--yes", check=False)

    assert done.returncode == 1, done.stdout
    assert said in done.stderr
    assert {name: text(host, name) for name in GOOD} == before


def test_a_check_may_make_folders_for_its_daemon(host: Sandbox, tmp_path: Path) -> None:
    making = stub(tmp_path, "apache2ctl", "mkdir /mnt/made\n")

    host.run("sh", pack(tmp_path, GOOD), "--yes", env=making)

    assert host.run("stat", "-c", "%a", "/mnt/made").stdout == "755\n"


def test_the_server_reads_what_was_installed(host: Sandbox, tmp_path: Path) -> None:
    need("mariadbd", "mariadb-server")
    host.run("sh", pack(tmp_path, GOOD), "--yes")
    assert text(host, MY_CNF).endswith(GOOD[MY_CNF].text)
    assert host.run("test", "-L", MY_CNF).returncode == 0

    options = host.run("my_print_defaults", "--mysqld").stdout.splitlines()
    assert options[-1] == "--max_connections=400"

    host.run("sh", pack(tmp_path, GOOD), "--rollback", "--yes")
    assert "oxconf" not in text(host, MY_CNF)


def test_a_user_who_is_not_root_can_not_install(host: Sandbox, tmp_path: Path) -> None:
    script = pack(tmp_path, GOOD)
    shared = host.run("mktemp", "-d").stdout.strip()
    shutil.copytree(Path(script).parent, shared, dirs_exist_ok=True)
    host.run("chmod", "-R", "a+rX", shared)

    done = host.run(
        "setpriv", "--reuid=65534", "--clear-groups", "sh", f"{shared}/install.sh", "--yes", check=False
    )

    shutil.rmtree(shared)
    assert "only root can install" in done.stderr
