"""A master waits for its slaves from the moment on at which one answers, in every runbook."""

from __future__ import annotations

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.setup import checks
from oxconf.runbook.step import Step


def steps(flavour: str, version: str, *, semi_sync: bool = True) -> dict[tuple[str, str, str], Step]:
    switch = "semi_sync = true\n" if semi_sync else ""
    text = f'tier = "1m"\n[database]\nmode = "replication"\nflavour = "{flavour}"\nversion = "{version}"\n{switch}'
    return {
        (book.name, step.host, step.slug): step
        for book in runbooks(make_plan(load_text(text)))
        for step in book.steps
    }


@pytest.mark.parametrize(
    ("flavour", "version", "master", "slave"),
    [
        ("mariadb", "10.11", "master", "slave"),
        ("mysql", "5.7", "master", "slave"),
        ("mysql", "8.4", "source", "replica"),
    ],
)
def test_who_waits_and_who_answers_is_said_before_it_matters(
    flavour: str, version: str, master: str, slave: str
) -> None:
    found = steps(flavour, version)
    alone, waits = (f"SET GLOBAL rpl_semi_sync_{master}_enabled = {word}" for word in ("OFF", "ON"))
    answers, silent = (f"SET GLOBAL rpl_semi_sync_{slave}_enabled = {word}" for word in ("ON", "OFF"))

    # The accounts come before the slaves, and look whether that was done.
    assert alone in found["setup", "db1", "start-database"].command
    assert "rpl_semi_sync" not in found["setup", "db2", "start-database"].command
    looked = [test.says for test in found["setup", "db1", "accounts"].before]
    assert "no write waits for a slave that is not there" in looked
    reopen = found["setup", "db1", "reopen"].command
    assert reopen.index(waits) < reopen.index("read_only = OFF")
    follow = found["setup", "db2", "follow"].command
    assert follow.index(answers) < follow.index("follow.sql")

    take_over = found["promote", "the new master", "take-over"].command
    assert take_over.index(alone) < take_over.index(silent) < take_over.index("read_only = OFF")
    come_back = found["promote", "the old master", "come-back"].command
    assert come_back.index(alone) < come_back.index("read_only = ON")
    assert come_back.index(answers) < come_back.index("come-back.sql")
    assert waits in found["promote", "the new master", "wait-for-slaves"].command


def test_a_server_whose_writes_wait_is_killed_and_not_stopped_in_order() -> None:
    fence = steps("mysql", "8.0")["promote", "the old master", "fence"].command

    assert fence.index("lock_wait_timeout = 20; SET GLOBAL super_read_only = ON") < fence.index("\nelse\n")
    assert fence.index("systemctl kill --signal=KILL mysql.service") < fence.index(
        "systemctl stop mysql.service"
    )


def test_a_slave_asks_for_a_restarted_master_soon_and_does_not_give_up() -> None:
    assert "MASTER_CONNECT_RETRY = 5;" in steps("mariadb", "10.11")["setup", "db2", "follow"].sql
    # MySQL 8.4 gives up after ten times.
    assert (
        "SOURCE_CONNECT_RETRY = 5,\n  SOURCE_RETRY_COUNT = 120960;"
        in steps("mysql", "8.4")["setup", "db2", "follow"].sql
    )


def test_nothing_of_it_is_there_without_the_key() -> None:
    for step in steps("mariadb", "10.11", semi_sync=False).values():
        said = step.command + step.sql + "".join(test.shell for test in (*step.before, *step.after))
        assert "semi_sync" not in said
        assert "CONNECT_RETRY" not in said


def test_verify_looks_whether_it_is_on() -> None:
    plan = make_plan(load_text('tier = "1m"\n[database]\nmode = "replication"\nsemi_sync = true\n'))
    says = {host.host.name: [test.says for test in checks(plan, host)] for host in plan.hosts}

    assert "a write is told as saved when a slave has it too" in says["db1"]
    assert "the slave tells its master what it has received" in says["db2"]
    assert "a write is told as saved when a slave has it too" not in says["db2"]
