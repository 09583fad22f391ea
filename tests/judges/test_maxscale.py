"""maxscale.cnf is an ini file. MaxScale itself is not asked: Debian has none, so what it says is documentation."""

from __future__ import annotations

import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
from judges.daemons import VRRP
from judges.harness import need, need_root, render_text
from judges.machine import machine
from judges.sandbox import Sandbox

from oxconf.artifacts._keyvalue import settings
from oxconf.artifacts.check_maxscale import CheckMaxscale
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.maxscale_cnf import MaxscaleCnf
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan

CLUSTERS = Path(__file__).parents[1] / "clusters" / "deployments"
ODD = "=:%b[c]{d}!@&*()-_+|<>?,./\\^~`aZ9"
"""A password of every sign that is not refused."""


def read(text: str) -> dict[str, dict[str, str]]:
    """What an independent reader of ini files makes of it: comments only with #, nothing is replaced."""
    parser = RawConfigParser(
        delimiters=("=",), comment_prefixes=("#",), strict=True, empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


@pytest.mark.parametrize("name", ["1m-maxscale", "1m-maxscale-hosts"])
def test_another_reader_of_ini_files_finds_the_same_values(name: str) -> None:
    text = (CLUSTERS / f"{name}.toml").read_text()
    plan = make_plan(load_text(text, secrets={"maxscale": ODD}))
    files = [
        artifact for host in plan.hosts for artifact in host.artifacts if isinstance(artifact, MaxscaleCnf)
    ]
    assert files
    for artifact in files:
        expected = {}
        for section in artifact.sections:
            values = {
                data.key: data.codec.write(getattr(section, attribute.name))
                for attribute, data in settings(type(section))
                if getattr(section, attribute.name) is not None
            }
            expected[section.name] = (
                values if section.kind == "maxscale" else {"type": section.kind, **values}
            )
        found = read(artifact.render())
        assert found == expected
        assert found["galera_monitor"]["password"] == ODD


ANSWERS = """\
import socket, sys, time
with socket.create_server(("127.0.0.1", 8989)) as server:
    while True:
        caller, _ = server.accept()
        with caller:
            caller.recv(999)
            if sys.argv[1] == "answer":
                caller.sendall(b"HTTP/1.1 401 Unauthorized\\r\\n\\r\\n")
            else:
                time.sleep(30)
"""


def test_the_check_of_keepalived_takes_any_answer_and_nothing_else(tmp_path: Path) -> None:
    need_root()
    script = tmp_path / "check"
    script.write_text(CheckMaxscale().render())
    script.chmod(CheckMaxscale.mode)
    (tmp_path / "server.py").write_text(ANSWERS)

    def checked(kind: str) -> int:
        with Sandbox() as sandbox:
            if kind != "nobody":
                sandbox.start("python3", str(tmp_path / "server.py"), kind, log=tmp_path / "log")
                sandbox.run("timeout", "5", "bash", "-c", "until exec 3<>/dev/tcp/127.0.0.1/8989; do :; done")
            return sandbox.run(str(script), check=False).returncode

    assert checked("answer") == 0
    assert checked("nobody") != 0
    assert checked("silence") != 0


def test_the_check_and_the_address_of_two_hosts_are_taken(tmp_path: Path) -> None:
    need_root()
    need("shellcheck", "shellcheck")
    text = (CLUSTERS / "1m-maxscale-hosts.toml").read_text()
    for host in render_text(text, tmp_path):
        if "maxscale" not in host.roles:
            continue
        done = subprocess.run(
            ["shellcheck", str(host.file(CheckMaxscale.path))], capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (0, "")
        sandbox = machine(host, tmp_path)
        try:
            said = VRRP.ask(sandbox, host, KeepalivedConf.path)
        finally:
            sandbox.close()
        assert (said.code, said.words) == (0, VRRP.content)
