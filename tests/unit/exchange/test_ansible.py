"""The inventory and the playbook that stand beside the archives."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from oxconf.api import load
from oxconf.cli import oxconf
from oxconf.exchange.ansible import CONFIGURED, ansible_files, inventory
from oxconf.runbook import ox
from oxconf.syntax._base import Unwritable

FILES = {"inventory.yml", "playbook.yml", "install-archive.yml"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_host_has_its_address_its_archive_and_its_groups() -> None:
    text = inventory(load(tier="poc"), {"ox1": "poc-ox1.tar.gz"})

    assert (
        text
        == """\
---
# Written by oxconf. Settings of the connection belong into group_vars/all.yml.
all:
  hosts:
    "ox1":
      ansible_host: "10.20.30.213"
      oxconf_archive: "poc-ox1.tar.gz"
      oxconf_after: "/var/lib/oxconf/oxinstaller"
  children:
    oxconf_databases:
      hosts:
        "ox1":
    oxconf_role_groupware:
      hosts:
        "ox1":
    oxconf_role_database:
      hosts:
        "ox1":
    oxconf_role_web:
      hosts:
        "ox1":
    oxconf_role_filestore:
      hosts:
        "ox1":
"""
    )


def test_the_playbook_waits_for_the_step_of_the_runbook() -> None:
    assert CONFIGURED == ox.CONFIGURED


def test_what_ansible_would_fill_in_is_refused() -> None:
    with pytest.raises(Unwritable, match="can not stand in an inventory"):
        ansible_files(load(tier="poc"), {"ox1": "{{ 7 * 7 }}.tar.gz"})


def test_the_files_come_and_go_with_the_format(tmp_path: Path) -> None:
    render = ["render", "--tier", "1m", "--output", str(tmp_path)]
    assert CliRunner().invoke(oxconf, [*render, "--format", "ansible"]).exit_code == 0
    assert names(tmp_path) >= FILES | {"1m-db1.tar.gz"}

    assert CliRunner().invoke(oxconf, [*render, "--host", "db1"]).exit_code == 0
    assert names(tmp_path) >= FILES
    assert CliRunner().invoke(oxconf, render).exit_code == 0
    assert not names(tmp_path) & FILES


@pytest.mark.parametrize("options", [["--tree"], ["--host", "db1"]])
def test_the_inventory_is_for_the_archives_of_all_hosts(tmp_path: Path, options: list[str]) -> None:
    done = CliRunner().invoke(
        oxconf, ["render", "--tier", "1m", "--output", str(tmp_path), "--format", "ansible", *options]
    )

    assert done.exit_code == 2
    assert "leave --tree and --host out" in done.output
    assert not names(tmp_path)
