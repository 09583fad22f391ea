import pytest

from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment


def deployed(flavour: str = "mariadb", version: str = "10.11", more: str = "") -> Deployment:
    return load_text(
        f'tier = "1m"\n[database]\nmode = "replication"\nflavour = "{flavour}"\nversion = "{version}"\n{more}'
    )


def options(
    host: str, flavour: str = "mariadb", version: str = "10.11", *, semi_sync: bool = False
) -> dict[str, str]:
    deployment = deployed(flavour, version, "semi_sync = true\n" if semi_sync else "")
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


def semi_sync(host: str, flavour: str, version: str) -> dict[str, str]:
    with_it = options(host, flavour, version, semi_sync=True)
    without = options(host, flavour, version)
    assert {key: with_it[key] for key in without} == without
    return {key: text for key, text in with_it.items() if key not in without}


def test_a_master_waits_and_a_slave_answers() -> None:
    shared = {"rpl_semi_sync_master_timeout": "604800000", "rpl_semi_sync_master_wait_point": "AFTER_SYNC"}
    assert semi_sync("db1", "mariadb", "10.11") == {
        **shared,
        "rpl_semi_sync_master_enabled": "ON",
        "rpl_semi_sync_slave_enabled": "OFF",
    }
    # With the master's side on it would wait for a slave of its own, for a week.
    assert semi_sync("db2", "mariadb", "10.11") == {
        **shared,
        "rpl_semi_sync_master_enabled": "OFF",
        "rpl_semi_sync_slave_enabled": "ON",
    }


@pytest.mark.parametrize(
    ("flavour", "version", "libraries", "wait_point"),
    [
        ("mariadb", "10.0", "semisync_master.so;semisync_slave.so", False),
        ("mariadb", "10.2", "semisync_master.so;semisync_slave.so", True),
        ("mariadb", "10.3", "", True),
        ("mysql", "5.6", "semisync_master.so;semisync_slave.so", False),
        ("mysql", "5.7", "semisync_master.so;semisync_slave.so", True),
        ("mysql", "8.0", "semisync_source.so;semisync_replica.so", True),
        ("mysql", "8.4", "semisync_source.so;semisync_replica.so", True),
    ],
)
def test_semi_sync_in_the_words_of_each_server(
    flavour: str, version: str, libraries: str, wait_point: bool
) -> None:
    found = semi_sync("db1", flavour, version)
    assert found.pop("plugin_load_add", "") == libraries
    master = "source" if "source" in libraries else "master"
    assert (f"rpl_semi_sync_{master}_wait_point" in found) is wait_point
    assert found[f"rpl_semi_sync_{master}_enabled"] == "ON"
    assert len(found) == 3 + wait_point


def test_options_of_a_plugin_are_loose_and_read_as_what_they_are() -> None:
    """MySQL makes a data folder without its plugins, and ends at an option that it does not know."""
    for version, word in (("5.7", "slave"), ("8.4", "replica")):
        deployment = deployed("mysql", version, "semi_sync = true\n")
        made = GtidCnf.from_deployment(deployment, deployment.host("db2"))
        assert made is not None
        text = made.render()
        assert f"\nloose_rpl_semi_sync_{word}_enabled = ON\n" in text
        assert f"rpl_semi_sync_{word}_enabled" in [each.key for each in GtidCnf.statements(text)]
        read, problems = GtidCnf.read(text)
        assert problems == ()
        assert read.render().replace("loose_", "").count("rpl_semi_sync") >= 4
    assert "loose_" not in str(options("db1", semi_sync=True))
