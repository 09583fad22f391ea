from oxconf.artifacts._server import (
    at_least,
    client_program,
    open_files_limit,
    provider_path,
    since,
    unit_name,
)
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment


def server(flavour: str, version: str, mode: str = "galera") -> Deployment:
    return load_text(
        f'tier = "1m"\n[database]\nflavour = "{flavour}"\nversion = "{version}"\nmode = "{mode}"\n'
    )


def test_series_compare_as_numbers_not_as_text() -> None:
    assert at_least(server("mariadb", "10.11"), "10.5")
    assert not at_least(server("mariadb", "10.5"), "10.11")
    assert at_least(server("mariadb", "11.4"), "10.11")


def test_the_numbers_of_mariadb_say_nothing_about_mysql() -> None:
    assert since(server("mariadb", "10.6"), mariadb="10.6")
    assert not since(server("mariadb", "10.6"), mysql="5.7")
    assert since(server("percona-xtradb-cluster", "8.0"), mariadb="10.6", mysql="8.0")
    assert not since(server("mysql", "8.4", "replication"), mariadb="10.0")


def test_names_of_program_and_unit_changed_with_mariadb() -> None:
    assert client_program(server("mariadb", "10.4")) == "mysql"
    assert client_program(server("mariadb", "10.11")) == "mariadb"
    assert client_program(server("percona-xtradb-cluster", "8.0")) == "mysql"
    assert unit_name(server("mariadb", "10.0")) == "mysql.service"
    assert unit_name(server("mariadb", "10.11")) == "mariadb.service"
    assert unit_name(server("mysql", "8.0", "replication")) == "mysql.service"


def test_where_galera_lies() -> None:
    assert provider_path(server("mariadb", "10.11")) == "/usr/lib/galera/libgalera_smm.so"
    assert provider_path(server("percona-xtradb-cluster", "5.6")) == "/usr/lib/libgalera_smm.so"
    assert provider_path(server("percona-xtradb-cluster", "5.7")) == "/usr/lib/galera3/libgalera_smm.so"
    assert provider_path(server("percona-xtradb-cluster", "8.0")) == "/usr/lib/galera4/libgalera_smm.so"


def test_open_files_are_enough_for_tables_and_for_connections() -> None:
    # 16 x 4000 for the tables and 2450 connections; MariaDB 10.11 adds 33 of its own.
    assert open_files_limit(load_text("", tier="1m")) == 66_560
    many = load_text('tier = "1m"\n[database.tuning]\nmax_connections = 100000\n')
    assert open_files_limit(many) >= 500_000
