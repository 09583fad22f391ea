"""What `oxconf why` finds, and what it says when it finds nothing."""

import os
from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import Plan, make_plan
from oxconf.reasons import UnknownSetting, why
from oxconf.report.why import show


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load_text("", tier="1m"))


def settings(plan: Plan, host: str, question: str) -> list[str]:
    return [f"{answer.path}: {answer.value.setting.key}" for answer in why(plan, host, question).answers]


def test_a_name_as_the_file_has_it(plan: Plan) -> None:
    assert settings(plan, "db1", "innodb_buffer_pool_size") == [
        "/etc/mysql/ox.conf.d/ox.cnf: innodb_buffer_pool_size"
    ]


def test_hyphens_and_capitals_do_not_count(plan: Plan) -> None:
    assert settings(plan, "db1", "Innodb-Buffer-Pool-Size") == settings(
        plan, "db1", "innodb_buffer_pool_size"
    )


def test_the_last_part_of_a_name(plan: Plan) -> None:
    assert settings(plan, "ox1", "maxconn") == ["/etc/haproxy/haproxy.cfg: global maxconn"]
    assert settings(plan, "ox1", "servermemory") == ["/usr/local/sbin/oxconf-oxinstaller: --servermemory"]


def test_a_name_in_two_files_lists_both(plan: Plan) -> None:
    assert settings(plan, "ox1", "com.openexchange.database.replicationMonitor") == [
        f"/opt/open-xchange/etc/{process}/configdb.properties: com.openexchange.database.replicationMonitor"
        for process in ("groupware", "admindaemon")
    ]


def test_the_last_part_of_the_file(plan: Plan) -> None:
    assert settings(plan, "ox1", "groupware/configdb.properties:replicationMonitor") == [
        "/opt/open-xchange/etc/groupware/configdb.properties: com.openexchange.database.replicationMonitor"
    ]


def test_one_of_several_of_a_kind(plan: Plan) -> None:
    (answer,) = why(plan, "ox1", "mysql-write-2 bind").answers

    assert (answer.value.where, answer.value.text) == ("mysql-write-2", "127.0.0.1:3308")


def test_a_key_of_the_cluster_file(plan: Plan) -> None:
    (key,) = why(plan, "db1", "database.mode").keys

    assert (key.name, key.text, key.origin.place) == ("database.mode", '"galera"', "tier 1m")


@pytest.mark.parametrize(
    ("host", "question", "message"),
    [
        ("db9", "memory", 'no host is named "db9"; did you mean "db3"?'),
        (
            "db1",
            "innodb_bufer_pool_size",
            'no setting of db1 is called "innodb_bufer_pool_size"; did you mean ',
        ),
        (
            "db1",
            "maxconn",
            '"maxconn" is not set in db1; it is in /etc/haproxy/haproxy.cfg of ox1, ox2, ox3 and prov1',
        ),
        ("db1", "oy.cnf:max_connections", 'db1 has no file "oy.cnf"; did you mean "ox.cnf"?'),
        ("db1", "ox.cnf:wsrep_on", '"wsrep_on" is not set in /etc/mysql/ox.conf.d/ox.cnf of db1; it is in '),
        ("db1", "", 'no setting of db1 is called ""; '),
        (
            "db1",
            "nonsense",
            'no setting of db1 is called "nonsense"; its settings are in hosts, my.cnf, ox.cnf, ',
        ),
        (
            "db1",
            "host.cnf:nonsense",
            'no setting of /etc/mysql/ox.conf.d/host.cnf of db1 is called "nonsense"; known: wsrep_node_name, ',
        ),
        ("db1", "wsrep\nprovider", r'no setting of db1 is called "wsrep\u000aprovider"; '),
        ("ox1", "AJP_PROT", 'no setting of ox1 is called "AJP_PROT"; did you mean "AJP_PORT"?'),
        (
            "ox1",
            "vrrp_script timeout",
            '"vrrp_script timeout" is not set in ox1; it is in /etc/keepalived/keepalived.conf of web1 and web2',
        ),
        ("db1", "innodb_redo_log_capacity", '"innodb_redo_log_capacity" is not set in db1: '),
    ],
)
def test_what_is_not_there(plan: Plan, host: str, question: str, message: str) -> None:
    with pytest.raises(UnknownSetting) as caught:
        why(plan, host, question)

    assert str(caught.value).startswith(message)


def test_only_what_the_host_has_is_offered(plan: Plan) -> None:
    """MariaDB has no authentication_policy, though the file of another server has it."""
    with pytest.raises(UnknownSetting) as caught:
        why(plan, "db1", "ox.cnf:nonsense")

    assert "max_connections" in str(caught.value)
    assert "authentication_policy" not in str(caught.value)


def test_a_driver_property_by_its_own_name(plan: Plan) -> None:
    found = why(plan, "ox1", "groupware/configdb.properties:socketTimeout").answers

    assert [answer.value.setting.key for answer in found] == ["readProperty.10", "writeProperty.10"]


def test_what_was_computed_instead_of_an_absent_key(plan: Plan) -> None:
    found = why(plan, "db1", "database.tuning.max_connections")

    assert [key.text for key in found.keys] == [None]
    assert [answer.value.text for answer in found.answers] == ["2450"]


def test_the_other_way_round(plan: Plan) -> None:
    with pytest.raises(UnknownSetting, match="the host comes first, then the setting: db1 max_connections"):
        why(plan, "max_connections", "db1")


def test_a_misspelt_key_of_the_cluster_file(plan: Plan) -> None:
    with pytest.raises(UnknownSetting, match=r'did you mean "database\.mode"'):
        why(plan, "db1", "database.moed")


def test_a_miss_is_a_short_line(plan: Plan) -> None:
    with pytest.raises(UnknownSetting) as caught:
        why(plan, "db1", "x" * 100_000)

    assert len(str(caught.value)) < 1000


def test_a_key_that_is_left_out(plan: Plan) -> None:
    (key,) = why(plan, "db1", "database.tuning.innodb_io_capacity").keys

    assert (key.name, key.text) == ("database.tuning.innodb_io_capacity", None)


def test_the_memory_is_that_of_the_host(plan: Plan) -> None:
    assert why(plan, "db1", "hosts.web1.memory").memory == ()
    assert why(plan, "db1", "memory").memory


def test_the_line_of_a_block_is_said_to_be_one(plan: Plan) -> None:
    assert "\n  at line 4 of oxconf's block in ox1:/etc/fstab\n" in show(why(plan, "ox1", "fstab:hard"))


def test_no_secret_is_said(plan: Plan) -> None:
    deployment = load_text("", tier="1m", secrets={"sst": "a-very-secret-word"})

    found = why(make_plan(deployment), "db1", "wsrep_sst_auth")

    assert [answer.value.text for answer in found.answers] == ["***"]


CLUSTER = """\
tier = "1m"
name = "night"

[database.tuning]
max_connections = 3000
"""


@pytest.mark.parametrize(
    ("name", "host", "question"),
    [
        ("formula", "db1", "innodb_buffer_pool_size"),
        ("users-line", "db1", "max_connections"),
        ("tier", "ox1", "mysql-read bind"),
        ("by-the-mode", "ox1", "groupware/configdb.properties:replicationMonitor"),
        ("key", "ox1", "memory"),
    ],
)
def test_what_a_person_reads(name: str, host: str, question: str) -> None:
    deployment = load_text(CLUSTER)
    expected = Path(__file__).parents[1] / "data" / "why" / f"{name}.txt"

    text = show(why(make_plan(deployment), host, question)) + "\n"
    if os.environ.get("OXCONF_UPDATE"):
        expected.write_text(text, "utf-8")

    assert text == expected.read_text("utf-8")
