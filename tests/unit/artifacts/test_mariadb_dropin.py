import pytest

from oxconf.artifacts.mariadb_dropin import MariadbDropin, MysqlDropin, transfer_hours
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.deployment.load import load_text


def test_a_galera_node_gets_files_and_time() -> None:
    deployment = load_text("", tier="1m")
    made = MariadbDropin.from_deployment(deployment, deployment.host("db2"))
    assert made is not None
    assert made.path == "/etc/systemd/system/mariadb.service.d/oxconf.conf"
    lines = made.render().splitlines()
    assert lines[1] == "[Service]"
    assert [line for line in lines[2:] if not line.startswith("#")] == [
        "LimitNOFILE=66560",
        "TimeoutStartSec=6h",
    ]
    assert MysqlDropin.from_deployment(deployment, deployment.host("db2")) is None


def test_without_state_transfers_the_packaged_start_time_stays() -> None:
    deployment = load_text("", tier="poc")
    made = MariadbDropin.from_deployment(deployment, deployment.host("ox1"))
    assert made is not None
    assert "TimeoutStartSec" not in made.render()


def test_mysql_and_percona_have_another_unit() -> None:
    deployment = load_text('tier = "1m"\n[database]\nflavour = "percona-xtradb-cluster"\nversion = "8.0"\n')
    made = MysqlDropin.from_deployment(deployment, deployment.host("db1"))
    assert made is not None
    assert made.path == "/etc/systemd/system/mysql.service.d/oxconf.conf"
    assert MariadbDropin.from_deployment(deployment, deployment.host("db1")) is None


@pytest.mark.parametrize(
    ("flavour", "version", "line"),
    [
        ("mariadb", "10.1", "TimeoutStartSec=6h"),
        ("mariadb", "10.0", None),
        ("percona-xtradb-cluster", "5.6", None),
        ("percona-xtradb-cluster", "5.7", "TimeoutStartSec=infinity"),
        ("percona-xtradb-cluster", "8.0", None),
    ],
)
def test_no_unit_gets_a_limit_that_its_package_does_not_have(
    flavour: str, version: str, line: str | None
) -> None:
    deployment = load_text(f'tier = "1m"\n[database]\nflavour = "{flavour}"\nversion = "{version}"\n')
    host = deployment.host("db1")
    made = MariadbDropin.from_deployment(deployment, host) or MysqlDropin.from_deployment(deployment, host)
    assert made is not None
    written = [line for line in made.render().splitlines() if line.startswith("TimeoutStartSec")]
    assert written == ([line] if line else [])


def test_only_database_servers_have_it() -> None:
    deployment = load_text("", tier="1m")
    assert MariadbDropin.from_deployment(deployment, deployment.host("ox1")) is None


@pytest.mark.parametrize(("mailboxes", "hours"), [(1, 1), (180_000, 1), (180_050, 2), (1_000_000, 6)])
def test_the_start_time_grows_with_the_data(mailboxes: int, hours: int) -> None:
    assert transfer_hours(load_text(f'tier = "1m"\nmailboxes = {mailboxes}\n')) == hours


@pytest.mark.parametrize("tier", ["poc", "100k", "1m"])
def test_the_unit_allows_what_the_option_file_asks_for(tier: str) -> None:
    deployment = load_text("", tier=tier)
    for host in deployment.hosts:
        options, unit = (
            OxCnf.from_deployment(deployment, host),
            MariadbDropin.from_deployment(deployment, host),
        )
        if options is not None:
            assert unit is not None
            assert options.open_files_limit is not None
            assert unit.limit_nofile >= options.open_files_limit
