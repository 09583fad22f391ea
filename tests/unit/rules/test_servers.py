"""What the rules say of one option file on servers of several releases."""

import pytest

from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import ClusterFacts
from oxconf.rules import judge

PATH = "/etc/mysql/ox.conf.d/ox.cnf"
CODES = {"OX355", "OX358", "OX361", "OX364", "OX367"}


def said(text: str, flavour: str | None, version: str | None) -> list[str]:
    """Return code and sentence of what is said of a server with this file."""
    host = HostFiles(name="db1", files=(File(PATH, text),))
    evidence = Evidence((host,), ClusterFacts(name="example", flavour=flavour, version=version))
    return [f"{found.code} {found.message}" for found in judge(evidence) if found.code in CODES]


@pytest.mark.parametrize(
    ("server", "lines", "expected"),
    [
        ("mariadb 10.11", "gtid_mode = ON", "OX358 db1 sets gtid_mode, which MariaDB 10.11 does not know"),
        ("mariadb 10.11", "loose-gtid-mode = ON", None),
        ("mariadb 10.11", "skip-query-cache-type", None),
        ("mysql 8.4", "skip-query-cache-type", "OX358 db1 sets skip_query_cache_type, which MySQL 8.4"),
        ("mysql 8.4", "wsrep_on = OFF", "OX358 db1 sets wsrep_on, which MySQL 8.4 does not know"),
        ("mysql 8.4", "log_slave_updates = ON", "OX364 db1 sets log_slave_updates, which MySQL 8.4 calls "
         "deprecated; log_replica_updates takes its place"),
        ("mysql 8.4", "frobnicate = 1", None),
        ("mysql 8.4", "rpl_semi_sync_source_enabled = ON", None),
        ("mariadb 11.4", "innodb_flush_method = O_DIRECT", "OX364 db1 sets innodb_flush_method"),
        ("mariadb 11.4", "sql_mode = NO_AUTO_CREATE_USER", None),
        ("mysql 8.4", "sql_mode = 'ANSI, NO_AUTO_CREATE_USER'", "OX367 db1: MySQL 8.4 does not start with"),
        ("mysql 8.4", "thread_handling = pool-of-threads", "OX367 db1: MySQL 8.4 does not start with"),
        ("mysql 8.4", "collation_server = utf8mb4_0900_ai_ci", None),
        ("mariadb 10.11", "collation_server = utf8mb4_0900_ai_ci", "OX367 db1: MariaDB 10.11 does not start"),
        # The last line counts, but the server reads the first one as well.
        ("mariadb 10.11", "innodb_flush_method = ALL_O_DIRECT\ninnodb_flush_method = O_DIRECT", "OX367 db1: "),
    ],
)  # fmt: skip
def test_one_option(server: str, lines: str, expected: str | None) -> None:
    flavour, version = server.split()

    found = said(f"[mysqld]\n{lines}\n", flavour, version)

    assert [one[: len(expected or "")] for one in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("group", "mariadb", "mysql"),
    [
        ("mysqld", True, True),
        ("server", True, True),
        ("mariadb", True, False),
        ("galera", True, False),
        ("mariadb-10.11", True, False),
        ("mysqld-8.4", False, True),
        ("mysqld-8.0", False, False),
        ("client", False, False),
    ],
)
def test_a_server_reads_its_own_groups(group: str, mariadb: bool, mysql: bool) -> None:
    text = f"[{group}]\nlog_slow_queries = /var/log/slow.log\n"

    assert bool(said(text, "mariadb", "10.11")) is mariadb
    assert bool(said(text, "mysql", "8.4")) is mysql


@pytest.mark.parametrize("server", [(None, None), ("mariadb", None), ("mariadb", "12.3"), ("oracle", "8.4")])
def test_nothing_is_said_of_a_server_that_nobody_knows(server: tuple[str | None, str | None]) -> None:
    assert said("[mysqld]\ngtid_mode = ON\ngtid_domain_id = 1\n", *server) == []


def test_the_end_of_life_has_a_day() -> None:
    assert said("[mysqld]\nmax_connections = 100\n", "percona-xtradb-cluster", "5.7") == [
        "OX355 Percona XtraDB Cluster 5.7 came to its end of life on 2023-10-31"
    ]


def test_what_has_no_successor_is_no_finding() -> None:
    text = "[mysqld]\ndefault_authentication_plugin = mysql_native_password\n"

    assert [one[:5] for one in said(text, "mysql", "8.0")] == ["OX355"]
    assert [one[:5] for one in said(text, "mysql", "8.4")] == ["OX358"]
