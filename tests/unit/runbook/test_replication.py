"""How a slave begins, in the words that each server takes; tests/judges/test_releases.py says them to real ones."""

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.plan import make_plan
from oxconf.runbook._product import bootstrap, initialise, stop_bootstrapped
from oxconf.runbook.books import runbooks
from oxconf.runbook.replication import dump_all, load_dump


def replicating(flavour: str, version: str) -> Deployment:
    return load_text(
        f'tier = "1m"\n[database]\nmode = "replication"\nflavour = "{flavour}"\nversion = "{version}"\n'
    )


def nodes(flavour: str, version: str) -> Deployment:
    return load_text(f'tier = "1m"\n[database]\nflavour = "{flavour}"\nversion = "{version}"\n')


@pytest.mark.parametrize("version", ["5.7", "8.0", "8.4"])
def test_a_slave_of_mysql_is_opened_for_root_alone_while_the_dump_is_loaded(version: str) -> None:
    lines = load_dump(replicating("mysql", version)).splitlines()

    # Without it: ERROR 1290, running with the --super-read-only option.
    opened = lines.index("sql --execute='SET GLOBAL super_read_only = OFF'")
    assert lines[opened + 1].endswith("</root/oxconf-master.sql")
    assert lines[opened + 2 :] == ["sql --execute='SET GLOBAL super_read_only = ON'"]
    assert "read_only = OFF" not in "".join(lines).replace("super_read_only = OFF", "")


@pytest.mark.parametrize(("flavour", "version"), [("mysql", "5.6"), ("mariadb", "10.11")])
def test_another_slave_needs_no_opening(flavour: str, version: str) -> None:
    lines = load_dump(replicating(flavour, version)).splitlines()

    assert "= OFF" not in "".join(lines)
    assert lines[-1] == "sql --execute='SET GLOBAL read_only = ON'"


def test_a_dump_leaves_out_the_rows_by_which_the_master_followed_once() -> None:
    assert "--ignore-table=mysql.gtid_slave_pos" in dump_all(replicating("mariadb", "10.5"))
    assert "--ignore-table" not in dump_all(replicating("mysql", "8.0"))


@pytest.mark.parametrize(
    ("flavour", "version", "command"),
    [
        # Begun by a script of System V, so systemd would stop nothing.
        ("percona-xtradb-cluster", "5.6", "mysqladmin shutdown"),
        ("mariadb", "10.0", "mysqladmin shutdown"),
        ("percona-xtradb-cluster", "8.0", "systemctl stop mysql@bootstrap.service"),
        ("mariadb", "10.1", "systemctl stop mariadb.service"),
    ],
)
def test_a_node_is_stopped_by_what_began_it(flavour: str, version: str, command: str) -> None:
    assert stop_bootstrapped(nodes(flavour, version)) == command


def test_percona_xtradb_cluster_57_is_begun_by_what_its_package_has() -> None:
    """Ubuntu's package has the unit, Percona's own has the init script alone."""
    deployment = nodes("percona-xtradb-cluster", "5.7")

    assert "systemctl start mysql@bootstrap.service; else /etc/init.d/mysql bootstrap-pxc" in bootstrap(
        deployment
    )
    assert "systemctl stop mysql@bootstrap.service; else mysqladmin shutdown" in stop_bootstrapped(deployment)


@pytest.mark.parametrize(
    ("version", "waits"),
    [("5.6", "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS"), ("5.7", "WAIT_FOR_EXECUTED_GTID_SET")],
)
def test_a_slave_is_asked_with_a_function_that_it_has(version: str, waits: str) -> None:
    plan = make_plan(replicating("mysql", version))
    (book,) = (book for book in runbooks(plan) if book.name == "promote")

    said = "".join(step.command for step in book.steps)
    assert waits in said
    assert said.count("_GTIDS(") + said.count("_GTID_SET(") == 1


def test_the_settings_of_mysql_56_are_not_undone_by_its_own_file() -> None:
    assert initialise(replicating("mysql", "5.6")).endswith(" --keep-my-cnf")
    assert "--keep-my-cnf" not in initialise(replicating("mariadb", "10.1"))
