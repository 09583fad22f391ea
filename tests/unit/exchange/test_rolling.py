"""Which changes of the databases can be made one server after the other."""

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.exchange.rolling import ACCOUNTS, BOOTSTRAP, Standstill, standstill
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks

PXC = "percona-xtradb-cluster"


def cluster(server: str) -> Deployment:
    """Read `mariadb 10.11 galera`."""
    flavour, version, mode = server.split()
    tier = "poc" if mode == "standalone" else "1m"
    return load_text(
        f'tier = "{tier}"\n[database]\nmode = "{mode}"\nflavour = "{flavour}"\nversion = "{version}"\n'
    )


def between(old: str, new: str) -> Standstill:
    found = standstill(cluster(old), cluster(new))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mariadb 10.11 galera", "mariadb 10.11 galera"),
        ("mariadb 10.3 galera", "mariadb 10.4 galera"),
        ("mariadb 10.6 galera", "mariadb 10.11 galera"),
        ("mariadb 10.6 replication", "mariadb 11.8 replication"),
        ("mariadb 10.0 standalone", "mariadb 11.8 standalone"),
        ("mysql 5.6 replication", "mysql 5.7 replication"),
        ("mysql 5.7 replication", "mysql 8.0 replication"),
        ("mysql 8.0 replication", "mysql 8.4 replication"),
        (f"{PXC} 5.7 galera", f"{PXC} 8.0 galera"),
    ],
)
def test_one_server_after_the_other(old: str, new: str) -> None:
    assert standstill(cluster(old), cluster(new)) is None


@pytest.mark.parametrize(
    ("old", "new", "reason", "step"),
    [
        (
            "mariadb 10.11 galera",
            "mariadb 10.11 replication",
            "a restart makes no slave",
            "Stop OX on every host",
        ),
        ("mariadb 10.11 replication", "mariadb 10.11 galera", "somebody must begin the cluster", BOOTSTRAP),
        ("mariadb 10.11 standalone", "mariadb 10.11 galera", "somebody must begin the cluster", BOOTSTRAP),
        ("mysql 8.4 standalone", "mysql 8.4 replication", "a restart makes no slave", "as slaves"),
        ("mariadb 10.11 galera", "mariadb 10.11 standalone", "one server keeps the data", "Start"),
        ("mariadb 10.11 galera", f"{PXC} 8.0 galera", "are two products", "Dump all databases"),
        ("mysql 5.7 replication", "mariadb 10.11 replication", "are two products", "Dump all databases"),
        (
            "mysql 8.4 replication",
            "mysql 8.0 replication",
            "does not read the data of MySQL 8.4",
            "Read the dump",
        ),
        (
            "mysql 8.4 standalone",
            "mysql 8.0 standalone",
            "does not read the data of MySQL 8.4",
            "Read the dump",
        ),
        (
            "mariadb 11.4 galera",
            "mariadb 10.11 galera",
            "does not read the data of MariaDB 11.4",
            "Read the dump",
        ),
        (
            "mysql 5.6 replication",
            "mysql 8.4 replication",
            "MySQL 5.7 and MySQL 8.0",
            "a cluster file for each",
        ),
        (
            "mysql 5.7 standalone",
            "mysql 8.4 standalone",
            "MySQL 8.0 may not be left out",
            "Go by way of MySQL 8.0",
        ),
        (f"{PXC} 5.6 galera", f"{PXC} 8.0 galera", "may not be left out", "Percona XtraDB Cluster 5.7"),
        ("mariadb 10.6 galera", "mariadb 11.8 galera", "may not be left out", "Or stop OX and all nodes"),
        (
            "mariadb 10.6 replication",
            "mariadb 11.8 galera",
            "somebody must begin",
            "changes the release alone",
        ),
    ],
)
def test_a_standstill(old: str, new: str, reason: str, step: str) -> None:
    found = between(old, new)

    assert reason in found.reasons[0]
    assert any(step in each for each in found.steps)


def test_the_server_with_the_data_keeps_them() -> None:
    """The poc has one host, which the bigger cluster does not have: its data come along first."""
    found = between("mariadb 10.11 standalone", "mariadb 10.11 galera")

    assert any("Bring a backup of ox1 to db1" in step for step in found.steps)


def test_one_change_of_two_at_a_time() -> None:
    found = between("mariadb 10.6 galera", "mariadb 11.8 replication")

    assert len(found.reasons) == 2
    assert found.steps[-1].startswith("Change the mode last")


@pytest.mark.parametrize("mode", ["galera", "replication"])
def test_the_steps_that_it_names_are_there(mode: str) -> None:
    setup, *others = runbooks(make_plan(cluster(f"mariadb 10.11 {mode}")))
    titles = {step.title for phase in setup.phases for step in phase.steps}

    assert {phase.title for phase in setup.phases} >= {"Users and packages", "Database"}
    assert titles >= {ACCOUNTS}
    assert (BOOTSTRAP in titles) is (mode == "galera")
    assert {book.name for book in others} >= {"replace-database"}
    assert ("recover" in {book.name for book in others}) is (mode == "galera")
