import pytest

from oxconf.artifacts._artifact import Unreadable
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.origin import Mark


def ox_cnf(text: str, host: str = "db1") -> OxCnf:
    deployment = load_text(text)
    made = OxCnf.from_deployment(deployment, deployment.host(host))
    assert made is not None
    return made


def server(flavour: str, version: str, mode: str = "replication") -> OxCnf:
    return ox_cnf(f'tier = "1m"\n[database]\nflavour = "{flavour}"\nversion = "{version}"\nmode = "{mode}"\n')


def options(made: OxCnf) -> dict[str, str]:
    return {data.key: text for _, data, text in made.written()}


def test_a_database_server_of_the_1m_tier() -> None:
    assert options(ox_cnf('tier = "1m"')) == {
        "bind_address": "10.20.30.217",
        "skip_name_resolve": "ON",
        "max_connections": "2450",
        "max_connect_errors": "4294967295",
        "max_allowed_packet": "64M",
        "wait_timeout": "1800",
        "innodb_buffer_pool_size": "21G",
        "innodb_log_file_size": "1G",
        "innodb_flush_log_at_trx_commit": "1",
        "innodb_flush_method": "O_DIRECT",
        "innodb_file_per_table": "1",
        "table_open_cache": "4000",
        "table_definition_cache": "4000",
        "open_files_limit": "66560",
        "thread_cache_size": "256",
        "tmp_table_size": "32M",
        "max_heap_table_size": "32M",
        "query_cache_type": "0",
        "query_cache_size": "0",
        "character_set_server": "utf8",
        "collation_server": "utf8_unicode_ci",
        "sql_mode": "NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER",
        "slow_query_log": "ON",
        "slow_query_log_file": "/var/log/mysql/ox-slow.log",
        "long_query_time": "2",
    }


def test_computed_values_say_what_they_are_computed_from() -> None:
    text = ox_cnf('tier = "1m"').render()
    assert (
        "# max_connections: 4 OX hosts x 6 pools x 100 connections, and 50 beside OX\nmax_connections = 2450\n"
        in text
    )
    assert "# innodb_buffer_pool_size: two thirds of 32 GiB (oxpedia, My.cnf)\n" in text


def test_the_users_values_win_and_say_so() -> None:
    made = ox_cnf(
        'tier = "1m"\n[database.tuning]\ninnodb_io_capacity = 2000\ninnodb_log_file_size = "2G"\n'
        "innodb_flush_log_at_trx_commit = 2\nwait_timeout = 7200\n"
    )
    assert made.innodb_io_capacity == 2000
    assert made.innodb_log_file_size == 2 << 30
    assert made.innodb_flush_log_at_trx_commit == 2
    assert made.wait_timeout == 7200
    for name in (
        "innodb_io_capacity",
        "innodb_log_file_size",
        "innodb_flush_log_at_trx_commit",
        "wait_timeout",
    ):
        assert made.origins[name].mark is Mark.CLUSTER
    assert "# innodb_io_capacity: set in cluster.toml\ninnodb_io_capacity = 2000\n" in made.render()


def test_the_server_closes_idle_connections_last() -> None:
    made = ox_cnf('tier = "1m"\n[database.pool]\nmax_life_time = 3600000\n')
    # HAProxy's timeouts are twice maxLifeTime where that is above 20 minutes.
    assert made.wait_timeout is not None
    assert made.wait_timeout > 2 * 3600


def test_a_floating_address_needs_every_address() -> None:
    made = ox_cnf('tier = "1m"\n[database]\nmode = "replication"\n', "db2")
    assert str(made.bind_address) == "0.0.0.0"
    assert made.origins["bind_address"].why == "every address: a floating one reaches this server as well"


def test_a_server_that_only_its_own_host_uses_listens_to_nobody_else() -> None:
    assert str(ox_cnf('tier = "poc"', "ox1").bind_address) == "127.0.0.1"


def test_mysql_8_has_another_redo_log_no_query_cache_and_fewer_sql_modes() -> None:
    found = options(server("mysql", "8.0"))
    # Two files of innodb_log_file_size are what such a server had before.
    assert found["innodb_redo_log_capacity"] == "2G"
    assert found["sql_mode"] == "NO_ENGINE_SUBSTITUTION"
    assert (found["character_set_server"], found["collation_server"]) == ("utf8mb3", "utf8mb3_unicode_ci")
    assert not {"innodb_log_file_size", "query_cache_type", "query_cache_size"} & set(found)


def test_accounts_of_mysql_8_are_of_the_kind_that_the_driver_of_ox_knows() -> None:
    keys = {"default_authentication_plugin", "mysql_native_password", "authentication_policy"}
    found = {
        (flavour, version): {key: text for key, text in options(made).items() if key in keys}
        for flavour, version, mode in [
            ("mysql", "5.7", "replication"),
            ("mysql", "8.0", "replication"),
            ("mysql", "8.4", "replication"),
            ("percona-xtradb-cluster", "8.0", "galera"),
            ("mariadb", "11.8", "galera"),
        ]
        for made in [server(flavour, version, mode)]
    }
    plugin = {"default_authentication_plugin": "mysql_native_password"}
    assert found == {
        ("mysql", "5.7"): {},
        ("mysql", "8.0"): plugin,
        ("mysql", "8.4"): {
            "mysql_native_password": "ON",
            "authentication_policy": "*:mysql_native_password,,",
        },
        ("percona-xtradb-cluster", "8.0"): plugin,
        ("mariadb", "11.8"): {},
    }


def test_a_binary_log_that_nobody_asked_for_is_kept_for_a_week() -> None:
    key = "binlog_expire_logs_seconds"
    assert options(server("percona-xtradb-cluster", "8.0", "galera"))[key] == "604800"
    alone = ox_cnf('tier = "poc"\n[database]\nflavour = "mysql"\nversion = "8.0"\n', "ox1")
    assert options(alone)[key] == "604800"
    # gtid.cnf has it there; before 8.0, and in MariaDB, there is no binary log then.
    assert key not in options(server("mysql", "8.0"))
    assert key not in options(server("percona-xtradb-cluster", "5.7", "galera"))
    assert key not in options(server("mariadb", "11.8", "galera"))


@pytest.mark.parametrize(
    ("pool", "version", "size", "why"),
    [
        ("128M", "5.7", 64 << 20, "a quarter of the buffer pool, but 64M at least, and 1G at most"),
        ("2G", "5.7", 512 << 20, "a quarter of the buffer pool, but 64M at least, and 1G at most"),
        ("128M", "8.0", 128 << 20, "half of the buffer pool, but 128M at least, and 2G at most"),
        ("20G", "8.0", 2 << 30, "half of the buffer pool, but 128M at least, and 2G at most"),
    ],
)
def test_the_reason_of_the_redo_log_is_true_of_its_size(pool: str, version: str, size: int, why: str) -> None:
    made = ox_cnf(
        f'tier = "1m"\n[database]\nmode = "replication"\nflavour = "mysql"\nversion = "{version}"\n'
        f'[database.tuning]\ninnodb_buffer_pool_size = "{pool}"\n'
    )
    name = "innodb_redo_log_capacity" if version == "8.0" else "innodb_log_file_size"
    assert getattr(made, name) == size
    assert made.origins[name].why.startswith(why)


def test_mysql_5_6_still_has_a_query_cache() -> None:
    assert options(server("mysql", "5.6"))["query_cache_type"] == "0"
    assert "query_cache_type" not in options(server("mysql", "5.7"))


def test_mariadb_11_calls_two_options_deprecated_and_11_8_needs_a_new_one() -> None:
    newest, newer, old = (options(server("mariadb", version)) for version in ("11.8", "11.4", "10.11"))
    assert {"innodb_flush_method", "innodb_file_per_table"} <= set(old)
    assert not {"innodb_flush_method", "innodb_file_per_table"} & set(newer)
    assert newest["innodb_snapshot_isolation"] == "OFF"
    assert "innodb_snapshot_isolation" not in newer


def test_the_smallest_redo_log_of_mysql_8_can_be_read_back() -> None:
    made = ox_cnf(
        'tier = "1m"\n[database]\nmode = "replication"\nflavour = "mysql"\nversion = "8.4"\n'
        '[database.tuning]\ninnodb_log_file_size = "4M"\n'
    )
    assert made.innodb_redo_log_capacity == 8 << 20
    assert made.origins["innodb_redo_log_capacity"].why.startswith("twice the innodb_log_file_size set in ")
    assert OxCnf.parse(made.render()) == made


def test_reading_is_tolerant_of_spelling_and_names_lines() -> None:
    made, problems = OxCnf.read("[mysqld]\nmax-connections=5\n\n[mysqld]\nMAX_CONNECTIONS = 600\nunknown=1\n")
    assert problems == ()
    assert made.max_connections == 600
    assert made.lines == {"max_connections": 5}
    assert made.skip_name_resolve is None


def test_what_does_not_fit_names_line_and_option() -> None:
    with pytest.raises(Unreadable) as caught:
        OxCnf.parse(
            "[mysqld]\nbind-address = 10.20.30.300\nmax_connections = 5\nskip_name_resolve = perhaps\n"
        )
    assert [(problem.line, problem.message) for problem in caught.value.problems] == [
        (2, 'bind_address: "10.20.30.300" is not an IPv4 address'),
        (4, 'skip_name_resolve: "perhaps" is neither on nor off'),
        (3, "max_connections: 5 is below 10"),
    ]


def test_no_server_is_given_more_connections_than_it_takes() -> None:
    """mariadbd 10.11: option 'max_connections': unsigned value 108650 adjusted to 100000."""
    host = '[[hosts]]\nname = "{}"\naddress = "10.20.30.{}"\nroles = [{}]\nmemory = "512G"\ncores = 8\n'
    hosts = host.format("db1", 200, '"database", "web", "filestore"')
    hosts += "".join(host.format(f"ox{n}", n, '"groupware"') for n in range(1, 18))
    made = ox_cnf(f'tier = "poc"\n[database.pool]\nmax_active = 1000\n{hosts}')

    assert options(made)["max_connections"] == "100000"
    assert made.origins["max_connections"].why == (
        "17 OX hosts x 6 pools x 1000 connections, and 50 beside OX, but no server takes more than 100000"
    )
