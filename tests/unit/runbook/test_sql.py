"""The accounts of the database, in each server's own words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxconf.deployment.load import load_text
from oxconf.runbook.sql import accounts, accounts_sql, quoted

GALERA = """
tier = "1m"
name = "example"
[database]
flavour = "{flavour}"
version = "{version}"
"""

REPLICATION = (
    GALERA
    + """
mode = "replication"
write_address = "10.20.30.200"
read_policy = "round-robin-monitor"
"""
)

STANDALONE = """
tier = "poc"
[database]
flavour = "{flavour}"
version = "{version}"
"""


def who(text: str) -> list[str]:
    """Every account of a cluster file, as user@client."""
    return [f"{account.user}@{account.client}" for account in accounts(load_text(text))]


def test_open_xchange_has_an_account_for_each_address_that_the_servers_see() -> None:
    assert who(GALERA.format(flavour="mariadb", version="10.11")) == [
        "openexchange@10.20.30.213",
        "openexchange@10.20.30.215",
        "openexchange@10.20.30.216",
        "openexchange@10.20.30.225",
        "sstuser@localhost",
        "clustercheck@localhost",
    ]


def test_a_server_that_shares_its_host_with_open_xchange_sees_the_socket_and_the_loopback_as_two() -> None:
    assert who(STANDALONE.format(flavour="mariadb", version="10.11")) == [
        "openexchange@10.20.30.213",
        "openexchange@localhost",
        "openexchange@127.0.0.1",
    ]


def test_every_server_may_become_a_slave() -> None:
    assert [
        name for name in who(REPLICATION.format(flavour="mariadb", version="10.11")) if "repl" in name
    ] == [
        "repl@10.20.30.217",
        "repl@10.20.30.219",
        "repl@10.20.30.221",
    ]


@pytest.mark.parametrize(
    ("flavour", "version", "form"),
    [
        ("mariadb", "10.1", "GRANT .* IDENTIFIED BY"),
        ("mariadb", "10.2", "ALTER USER .* IDENTIFIED BY"),
        ("mariadb", "10.11", "ALTER USER .* IDENTIFIED BY"),
        ("mysql", "5.6", "GRANT .* IDENTIFIED BY"),
        ("mysql", "5.7", "ALTER USER .* IDENTIFIED BY"),
        ("mysql", "8.4", "ALTER USER .* IDENTIFIED BY"),
    ],
)
def test_each_server_is_told_in_words_that_it_knows(flavour: str, version: str, form: str) -> None:
    text = accounts_sql(load_text(STANDALONE.format(flavour=flavour, version=version)))

    assert re.search(f"^{form}", text, re.MULTILINE)
    if form.startswith("ALTER"):
        assert not re.search("^GRANT .* IDENTIFIED BY", text, re.MULTILINE), (
            "a syntax error from MySQL 8.0 on"
        )


def test_percona_8_transfers_its_state_with_an_account_of_its_own() -> None:
    assert not any(
        "sstuser" in name for name in who(GALERA.format(flavour="percona-xtradb-cluster", version="8.0"))
    )
    assert "sstuser@localhost" in who(GALERA.format(flavour="percona-xtradb-cluster", version="5.7"))


@given(st.text())
def test_no_text_ends_its_quotes(text: str) -> None:
    written = quoted(text)

    assert re.fullmatch(r"'(?:[^'\\]|\\.|'')*'", written, re.DOTALL)
    assert written[1:-1].replace("\\\\", "\0").replace("''", "'").replace("\0", "\\") == text.replace(
        "\0", "\\"
    )


def test_maxscale_and_open_xchange_behind_it_have_accounts_for_the_addresses_that_each_side_sees() -> None:
    text = 'tier = "1m"\n[database]\naccess = "maxscale"\nflavour = "{}"\nversion = "{}"\n'
    found = who(text.format("mariadb", "10.11"))
    assert "openexchange@127.0.0.1" in found
    assert [each for each in found if each.startswith("maxscale@")] == [
        "maxscale@10.20.30.213",
        "maxscale@10.20.30.215",
        "maxscale@10.20.30.216",
        "maxscale@10.20.30.225",
    ]
    new = accounts_sql(load_text(text.format("mariadb", "10.11")))
    assert "GRANT SHOW DATABASES, SLAVE MONITOR ON *.* TO 'maxscale'@'10.20.30.213';" in new
    assert "GRANT SELECT ON mysql.roles_mapping TO 'maxscale'@'10.20.30.213';" in new
    percona = accounts_sql(load_text(text.format("percona-xtradb-cluster", "8.0")))
    assert "GRANT SHOW DATABASES, REPLICATION CLIENT ON *.* TO 'maxscale'@'10.20.30.213';" in percona
    assert "roles_mapping" not in percona
