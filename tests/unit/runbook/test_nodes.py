"""Nodes that come and go, the way back of the writes, a dead master: what the steps do in examples."""

from __future__ import annotations

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.page import to_markdown
from oxconf.runbook.step import Runbook, Step

LVS = """
access = "lvs"
write_address = "10.20.30.218"
read_address = "10.20.30.219"
"""
DIRECTORS = "".join(
    f"""
[[hosts]]
name = "{name}"
address = "10.20.30.{last}"
roles = ["{role}"]
memory = "16G"
cores = 4
"""
    for name, last, role in (
        ("ox1", 213, "groupware"),
        ("db1", 221, "database"),
        ("db2", 222, "database"),
        ("db3", 223, "database"),
        ("director1", 227, "director"),
        ("web1", 228, "web"),
        ("filestore1", 229, "filestore"),
    )
)


def books(database: str = 'mode = "galera"', more: str = "") -> dict[str, Runbook]:
    text = f'tier = "1m"\n{more}\n[database]\n{database}\n'
    return {book.name: book for book in runbooks(make_plan(load_text(text)))}


def lvs() -> dict[str, Runbook]:
    text = f'tier = "1m"\n[database]\n{LVS}\n[web]\naccess = "none"\n{DIRECTORS}'
    return {book.name: book for book in runbooks(make_plan(load_text(text)))}


def step(book: Runbook, slug: str, host: str = "") -> Step:
    return next(one for one in book.steps if one.slug == slug and (not host or host in one.hosts))


def test_what_changed_files_ask_for_is_written_in_no_second_table() -> None:
    for host in ("db1", "ox1", "web1", "filestore1"):
        assert step(books()["add-ox"], "install", host).command == "sh install.sh ${yes:+--yes}\ntake_due"


def test_what_a_step_disturbs_is_said_before() -> None:
    install = step(books(more='[network]\nfirewall = "nftables"')["add-ox"], "install", "db1")
    assert install.loses == (
        "Where its file has changed, this is restarted: clustercheck.socket. "
        "The packet filter is loaded anew: the host answers the callers of its new README alone."
    )
    assert step(books()["add-ox"], "install", "web1").loses == ""


def test_the_new_ox_node_is_none_of_those_that_get_new_files_before_it_is_set_up() -> None:
    names = [(one.host, one.slug) for one in books()["add-ox"].steps]
    others = names.index(("each other OX node", "install"))
    assert others < names.index(("the new OX node", "set-up"))
    assert ("ox1", "install") not in names
    (test,) = books()["add-ox"].steps[others].before
    assert test.shell.strip() == "[ -e /var/lib/oxconf/oxinstaller ]"


def test_a_server_of_galera_leaves_before_anybody_else_is_told_who_writes() -> None:
    slugs = [one.slug for one in books()["remove-database"].steps]
    assert slugs[0] == "leave"
    leave = books()["remove-database"].steps[0]
    assert leave.command.splitlines() == [
        "systemctl disable --now clustercheck.socket",
        "sleep 5",
        "systemctl disable mariadb.service",
        "systemctl stop mariadb.service",
    ]
    assert "clustercheck.socket" in leave.undo
    assert "-ge 4 ]" in leave.before[0].shell


@pytest.mark.parametrize("found", [books, lvs])
def test_the_failback_is_held_over_a_boot_also_where_directors_lead_to_the_writer(found: object) -> None:
    assert callable(found)
    failback = found()["failback"]
    assert step(failback, "hold-back").host == "db1"
    assert step(failback, "hold-back").command == "systemctl disable --now clustercheck.socket"
    assert step(failback, "give-back").command == "systemctl enable --now clustercheck.socket"
    assert not [one for one in failback.steps if "keepalived" in one.command]


def test_a_floating_address_is_given_back_by_keepalived() -> None:
    floating = 'access = "floating-address"\nread_policy = "write-address"\nwrite_address = "10.20.30.77"'
    assert "keepalived" in step(books(floating)["failback"], "give-back").command


def test_a_dead_server_on_a_living_host_is_fenced() -> None:
    fence = step(books('mode = "replication"')["promote"], "fence")
    dead = fence.command.partition("\nelse\n")[2]
    assert "systemctl disable mariadb.service" in dead
    assert "systemctl stop oxconf-write-address.service" in dead
    assert "$me=lost" in dead
    assert (
        "systemctl enable mariadb.service"
        in step(books('mode = "replication"')["promote"], "come-back").command
    )


def test_a_dump_for_a_new_slave_closes_nothing_and_nobody_says_so() -> None:
    page = to_markdown(books('mode = "replication"')["add-database"], "1m")
    assert "the dump for the slaves is made" in page
    assert "writing is closed" not in page


def test_words_that_a_step_is_given_have_an_example() -> None:
    page = to_markdown(books()["recover"], "1m")
    assert "\n    sh runbook/recover/04-begin.sh db2=5ee99582-" in page
    assert ":8204503 db3=lost\n" in page
    assert "take-over.sh db1=0-1-4711 db3=lost\n" in to_markdown(
        books('mode = "replication"')["promote"], "1m"
    )
