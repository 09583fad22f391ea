"""ansible-playbook installs a whole cluster into roots on this machine; ansible-lint reads what is rendered."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from installing import Machine
from judges.harness import need

from oxconf.deployment.secrets import PURPOSES
from oxconf.exchange.ansible import CONFIGURED

HOSTS = ("db1", "db2", "db3", "ox1", "web1")


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """The rendered folder; beside it a root for each host."""
    need("ansible-playbook", "ansible-core")
    secrets = {f"OXCONF_SECRET_{each.name.upper()}": f"Hush-{n}" for n, each in enumerate(PURPOSES)}
    out = tmp_path / "out"
    command = ("-m", "oxconf", "render", "--tier", "1m", "--format", "ansible", "--output", str(out))
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=os.environ | secrets)
    for host in HOSTS:
        Machine(tmp_path / host).set_up()
    Machine(tmp_path / "ox1").write(CONFIGURED, "")
    return out


def play(cluster: Path, *options: str, code: int = 0) -> str:
    settings = {
        "oxconf_root": f"{cluster.parent}/{{{{ inventory_hostname }}}}/root",
        "ansible_become": False,
        "ansible_python_interpreter": sys.executable,
    }
    done = subprocess.run(
        ["ansible-playbook", "-i", "inventory.yml", "-c", "local", "playbook.yml", "--limit", ",".join(HOSTS),
         "-e", json.dumps(settings), *options],
        cwd=cluster,
        capture_output=True,
        text=True,
        env=os.environ | {"ANSIBLE_HOME": str(cluster.parent / "ansible"), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    return said


def changed(said: str) -> dict[str, int]:
    """How many tasks changed something, by host."""
    return {host: int(number) for host, number in re.findall(r"^(\S+) +: ok=.* changed=(\d+)", said, re.M)}


def test_check_install_again_and_back(cluster: Path) -> None:
    roots = {host: Machine(cluster.parent / host) for host in HOSTS}
    before = {host: root.state() for host, root in roots.items()}

    said = play(cluster, "--check", "--diff")
    assert "+max_connections" in said
    assert "Hush" not in said
    assert changed(said) == dict.fromkeys(HOSTS, 1)
    assert {host: root.state() for host, root in roots.items()} == before

    said = play(cluster)
    assert "systemctl restart mariadb.service" in said
    assert changed(said) == dict.fromkeys(HOSTS, 1)
    # One database host after the other: the play's tasks are there once for each of them.
    assert said.count("PLAY [Install the database hosts, one at a time]") == 3
    assert "wsrep_sst_auth" in roots["db1"].text("/etc/mysql/ox.conf.d/wsrep.cnf")

    for options in ((), ("--check", "--diff")):
        said = play(cluster, *options)
        assert "Nothing to do" in said
        assert changed(said) == dict.fromkeys(HOSTS, 0)

    play(cluster, "-e", "oxconf_options=--rollback")
    assert {host: root.state() for host, root in roots.items()} == before


def test_a_foreign_edit_on_one_database_host_stops_the_next(cluster: Path) -> None:
    play(cluster)
    first = Machine(cluster.parent / "db1")
    first.write("/etc/mysql/ox.conf.d/ox.cnf", "mine\n")

    said = play(cluster, code=2)

    assert "/etc/mysql/ox.conf.d/ox.cnf was changed since the last install" in said
    assert said.count("PLAY [") == 1
    assert first.text("/etc/mysql/ox.conf.d/ox.cnf") == "mine\n"


def test_an_ox_node_that_oxinstaller_has_not_configured_is_refused(cluster: Path) -> None:
    node = Machine(cluster.parent / "ox1")
    (node.root / CONFIGURED.lstrip("/")).unlink()
    before = node.state()

    said = play(cluster, code=2)

    assert "oxinstaller has not run on this host" in said
    assert node.state() == before
    assert changed(said)["web1"] == 1
    play(cluster, "--check", "--limit", "ox1")


def test_ansible_lint_has_nothing_to_say(cluster: Path) -> None:
    need("ansible-lint", "ansible-lint")
    files = ("inventory.yml", "playbook.yml", "install-archive.yml")
    done = subprocess.run(
        ["ansible-lint", "--offline", "--profile", "production", *files],
        cwd=cluster,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
