"""A new password: who gets it in which order, what proves it, and what is said of it."""

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.page import to_markdown
from oxconf.runbook.step import Holds, Runbook, Step

SERVER = 'tier = "1m"\n[database]\nflavour = "{}"\nversion = "{}"\n'
MARIADB = 'tier = "1m"\n'
OLD_GALERA = SERVER.format("mariadb", "10.1")
PXC57 = SERVER.format("percona-xtradb-cluster", "5.7")
PXC80 = SERVER.format("percona-xtradb-cluster", "8.0")
MAXSCALE = 'tier = "1m"\n[database]\naccess = "maxscale"\n'
BACKUP = 'tier = "1m"\n[backup]\nfolder = "/backup"\n'
FLOATING = 'tier = "1m"\n[database]\naccess = "floating-address"\nwrite_address = "10.20.30.200"\n'
REPLICATION = 'tier = "1m"\n[database]\nmode = "replication"\nwrite_address = "10.20.30.200"\n'


def book(text: str, name: str) -> Runbook:
    return next(each for each in runbooks(make_plan(load_text(text))) if each.name == name)


def page(text: str, name: str) -> str:
    return to_markdown(book(text, name), "example")


def order(runbook: Runbook) -> list[str]:
    return [f"{step.slug} {step.host}" for step in runbook.steps]


def step(runbook: Runbook, slug: str) -> Step:
    return next(each for each in runbook.steps if each.slug == slug)


@pytest.mark.parametrize("version", ["8.0", "8.4"])
def test_mysql_forgets_the_old_password_and_is_never_told_twice(version: str) -> None:
    text = SERVER.format("mysql", version) + 'mode = "replication"\nwrite_address = "10.20.30.200"\n'
    found = book(text, "rotate-configdb")
    only = step(found, "only-new")
    changes = [line for line in only.sql.splitlines() if "IDENTIFIED BY" in line]
    discards = [line for line in only.sql.splitlines() if line.endswith(" DISCARD OLD PASSWORD;")]
    assert len(changes) == len(discards) > 1
    assert "JSON_CONTAINS_PATH" in only.after[0].shell
    # The password is compared, not only counted; a change that was never finished is told.
    both = step(found, "both")
    assert "authentication_string FROM mysql.user" in both.sql
    assert 'stop "these accounts take two passwords already' in both.command


def test_mariadb_and_servers_with_one_password_know_no_such_word() -> None:
    for text in (MARIADB, OLD_GALERA, PXC57):
        assert "DISCARD" not in step(book(text, "rotate-configdb"), "only-new").sql


def test_the_backup_gets_its_password_on_its_own_host_before_the_old_one_goes() -> None:
    found = book(BACKUP, "rotate-backup")
    assert order(found) == ["both db1", "renew filestore1", "only-new db1", "verify filestore1"]
    assert "--defaults-file=/etc/oxconf/backup.cnf" in step(found, "renew").after[0].shell


@pytest.mark.parametrize("text", [OLD_GALERA, PXC57])
def test_a_file_that_lets_root_in_needs_no_root_to_be_installed(text: str) -> None:
    found = book(text, "rotate-root")
    assert [step.slug for step in found.steps] == ["only-new", *["renew"] * 3, *["verify"] * 3]
    assert not step(found, "renew").before
    # The option file has the old password until then: taken again, the step must not need it.
    assert "--no-defaults --user=root" in step(found, "only-new").done


def test_mariadbs_root_changes_at_once_and_nothing_else_is_said() -> None:
    found = book(MARIADB, "rotate-root")
    assert "both" not in {each.slug for each in found.steps}
    assert "either of them is right" not in page(MARIADB, "rotate-root").lower()
    assert "runuser -u nobody" in step(found, "renew").after[0].shell


@pytest.mark.parametrize("text", [MARIADB, PXC80, PXC57, MAXSCALE])
def test_the_administration_has_restarted_before_it_changes_configdb(text: str) -> None:
    steps = order(book(text, "rotate-configdb"))
    assert (
        steps.index("renew prov1")
        < steps.index("registered prov1")
        < steps.index("renew every other OX node")
    )
    renew = step(book(text, "rotate-configdb"), "renew")
    assert all("--execute='DO 1'" in test.shell for test in renew.before)
    assert "configdb.db_pool" in step(book(text, "rotate-configdb"), "registered").after[0].shell


def test_it_is_maxscale_that_looks_at_one_password() -> None:
    assert "MaxScale looks at one password" in page(MAXSCALE, "rotate-configdb")
    assert "This server looks at one password" in page(PXC57, "rotate-configdb")


def test_every_ox_node_is_meant_and_named_once() -> None:
    text = page(MARIADB, "rotate-configdb")
    assert "on the OX node, it uses the new password" not in text
    assert text.count("on every other OX node, it uses the new password") == 1


@pytest.mark.parametrize("text", [MARIADB, OLD_GALERA, PXC57, PXC80, MAXSCALE, BACKUP, FLOATING, REPLICATION])
def test_every_rotation_proves_what_it_did(text: str) -> None:
    for found in runbooks(make_plan(load_text(text))):
        if not found.name.startswith("rotate-") or found.name == "rotate-maxscale-admin":
            continue
        assert found.steps[-1].slug == "verify", found.name
        for each in found.steps:
            # An account of another host can not be tried on the server that changes it: its users try it.
            if each.slug in ("renew", "return", "registered"):
                assert each.after, (found.name, each.slug)
            if each.slug in ("both", "only-new") and found.name in ("rotate-sst", "rotate-clustercheck"):
                assert "_password" in each.after[0].shell, (found.name, each.slug)


def test_the_host_that_keeps_the_addresses_is_looked_at_before_the_others_stop() -> None:
    found = book(FLOATING, "rotate-vrrp")
    slugs = [each.slug for each in found.steps]
    for number, each in enumerate(found.steps):
        if each.slug == "silence":
            assert "look" in slugs[:number]
            assert any(need.holds is Holds.VERIFIED for need in each.needs)
    assert any("has the address 10.20.30.200" in test.says for each in found.steps for test in each.before)
    assert any("leaves 10.20.30.200 to" in test.says for each in found.steps for test in each.after)


def test_maxscales_administration_gets_another_password() -> None:
    found = book(MAXSCALE, "rotate-maxscale-admin")
    assert [each.slug for each in found.steps] == ["maxscale-admin"] * len(found.steps)
    assert "--config=/root/.maxctrl.cnf alter user admin" in found.steps[0].command


def test_a_server_that_was_restarted_is_said_to_be_that() -> None:
    text = page(MARIADB, "restart")
    assert "it uses the new password" not in text
    assert "on db2, it has been restarted" in text


def test_a_dump_of_a_running_master_is_not_said_to_close_it() -> None:
    for name in ("add-database", "replace-database"):
        assert "writing is closed" not in page(REPLICATION, name)


def test_a_drain_leaves_what_is_installed_alone() -> None:
    for name in ("restart", "remove-ox", "reconfigure", "rotate-master"):
        found = book(MARIADB, name)
        drain, admit = step(found, "drain"), step(found, "admit")
        assert "sed -i" not in drain.command
        assert "oxconf-drain-$node" in drain.command
        assert 'rm "$file"' in admit.command
        # It is read before the file that has the member without the word.
        assert "oxconf-drain-" < "proxy_ajp.conf"


def test_a_node_that_is_alone_is_not_drained() -> None:
    found = book('tier = "poc"\n', "restart")
    assert {each.slug for each in found.steps} == {"restart", "restart-ox"}
