import pytest

from oxconf.artifacts.database_accounts import DebianCnf, RootCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError

GALERA = load_text("", tier="1m", secrets={"root": "open-sesame"})


def series(flavour: str, version: str, mode: str = "galera") -> DebianCnf | None:
    text = f'[database]\nmode = "{mode}"\nflavour = "{flavour}"\nversion = "{version}"\n'
    deployment = load_text(text, tier="1m", secrets={"maintenance": "old-friend"})
    return DebianCnf.from_deployment(deployment, deployment.host("db2"))


def test_root_logs_in_on_every_database_host() -> None:
    made = {host.name: RootCnf.from_deployment(GALERA, host) for host in GALERA.hosts}

    assert [name for name, file in made.items() if file] == ["db1", "db2", "db3"]
    assert made["db1"] is not None
    assert (made["db1"].path, made["db1"].mode) == ("/root/.my.cnf", 0o600)
    assert made["db1"].render().splitlines()[1:4] == ["[client]", "user = root", "password = open-sesame"]


def test_old_packages_of_mariadb_get_a_password_for_both_of_their_programs() -> None:
    file = series("mariadb", "10.1")

    assert file is not None
    assert (file.path, file.mode) == ("/etc/mysql/debian.cnf", 0o600)
    lines = ["host = localhost", "user = debian-sys-maint", "password = old-friend"]
    text = file.render()
    for group in ("client", "mysql_upgrade"):
        inside = text.partition(f"[{group}]\n")[2].partition("[")[0].splitlines()
        assert [line for line in inside if not line.startswith("#")][:3] == lines
    assert DebianCnf.parse(text) == file


@pytest.mark.parametrize(
    ("flavour", "version", "mode", "written"),
    [
        ("mariadb", "10.0", "galera", True),
        ("mariadb", "10.3", "replication", True),
        ("mariadb", "10.4", "galera", False),
        ("mariadb", "10.11", "galera", False),
        ("mysql", "5.7", "replication", False),
        ("percona-xtradb-cluster", "5.7", "galera", False),
    ],
)
def test_other_packages_keep_their_own_file(flavour: str, version: str, mode: str, written: bool) -> None:
    assert (series(flavour, version, mode) is not None) is written


@pytest.mark.parametrize("purpose", ["root", "maintenance"])
def test_a_password_that_the_upgrade_program_can_not_be_given_is_refused(purpose: str) -> None:
    with pytest.raises(InputError, match="holds one of '"):
        load_text("", tier="1m", secrets={purpose: "it's-one"})
