import pytest

from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.deployment.load import load_text


def options(host: str, flavour: str = "mariadb", version: str = "10.11") -> dict[str, str]:
    deployment = load_text(
        f'tier = "1m"\n[database]\nmode = "replication"\nflavour = "{flavour}"\nversion = "{version}"\n'
    )
    made = GtidCnf.from_deployment(deployment, deployment.host(host))
    assert made is not None
    return {data.key: text for _, data, text in made.written()}


def test_the_master_of_the_1m_tier() -> None:
    assert options("db1") == {
        "server_id": "1",
        "log_bin": "mysql-bin",
        "binlog_format": "ROW",
        "sync_binlog": "1",
        "binlog_expire_logs_seconds": "604800",
        "gtid_strict_mode": "ON",
        "log_slave_updates": "ON",
        "relay_log": "mysql-relay-bin",
        "relay_log_recovery": "ON",
        "read_only": "OFF",
    }


def test_slaves_differ_in_their_id_and_in_taking_no_writes() -> None:
    master, slave, other = options("db1"), options("db2"), options("db3")
    assert slave == {**master, "server_id": "2", "read_only": "ON"}
    assert other == {**master, "server_id": "3", "read_only": "ON"}


def test_mysql_needs_its_own_transaction_ids_switched_on() -> None:
    found = options("db2", "mysql", "5.7")
    assert found["gtid_mode"] == "ON"
    assert found["enforce_gtid_consistency"] == "ON"
    assert found["super_read_only"] == "ON"
    assert found["log_slave_updates"] == "ON"
    assert found["expire_logs_days"] == "7"
    assert "gtid_strict_mode" not in found


def test_mysql_8_has_new_names_and_rows_anyway() -> None:
    found = options("db1", "mysql", "8.4")
    assert found["log_replica_updates"] == "ON"
    assert found["binlog_expire_logs_seconds"] == "604800"
    assert not {"log_slave_updates", "binlog_format", "expire_logs_days", "super_read_only"} & set(found)


@pytest.mark.parametrize(
    ("flavour", "version", "key"),
    [
        ("mariadb", "10.5", "expire_logs_days"),
        ("mariadb", "10.6", "binlog_expire_logs_seconds"),
        ("mysql", "5.6", "expire_logs_days"),
        ("mysql", "8.0", "binlog_expire_logs_seconds"),
    ],
)
def test_binary_logs_expire_in_the_option_that_the_server_knows(flavour: str, version: str, key: str) -> None:
    found = options("db1", flavour, version)
    assert [name for name in found if "expire" in name] == [key]


def test_mysql_5_6_cannot_bind_accounts_with_super() -> None:
    assert "super_read_only" not in options("db2", "mysql", "5.6")


def test_only_replication_has_it() -> None:
    deployment = load_text("", tier="1m")
    assert GtidCnf.from_deployment(deployment, deployment.host("db1")) is None
