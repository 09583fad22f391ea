"""What `oxconf diff` says of two cluster files, as in tests/clusters/diff.

`OXCONF_UPDATE=1 pytest tests/unit/exchange` writes the expected texts anew; read them before a commit.
"""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import oxconf
from oxconf.cli import oxconf as command
from oxconf.deployment.load import load_text
from oxconf.deployment.secrets import PURPOSES
from oxconf.exchange.diff import ONLY_COMMENTS, Diff, Kind, diff
from oxconf.exchange.upgrade import Fate
from oxconf.report.diff import document, show, to_json
from oxconf.schema.catalog import SCHEMAS

ROOT = Path(__file__).parents[2] / "clusters" / "diff"
CASES = sorted(ROOT.iterdir())


def said(folder: Path) -> Diff:
    return diff(oxconf.load(folder / "old.toml"), oxconf.load(folder / "new.toml"))


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_it_says_this(folder: Path) -> None:
    text = show(said(folder))
    expected = folder / "expected.txt"
    if os.environ.get("OXCONF_UPDATE"):
        expected.write_text(text + "\n", "utf-8")

    assert text + "\n" == expected.read_text("utf-8")


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_the_document_is_valid_and_has_the_same_bytes_each_time(folder: Path) -> None:
    found = said(folder)
    errors = Draft202012Validator(SCHEMAS["diff"]()).iter_errors(json.loads(to_json(found)))

    assert [error.message for error in errors] == []
    assert to_json(found) == to_json(said(folder))


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_a_cluster_does_not_differ_from_itself(folder: Path) -> None:
    deployment = oxconf.load(folder / "new.toml")

    assert not diff(deployment, deployment)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_the_way_back_names_the_same_settings(folder: Path) -> None:
    old, new = oxconf.load(folder / "old.toml"), oxconf.load(folder / "new.toml")

    def names(found: Diff) -> set[tuple[str, str, str, str]]:
        return {(file.host, file.path, one.where, one.key) for file in found.files for one in file.settings}

    assert names(diff(old, new)) == names(diff(new, old))


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, ["diff", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_exit_code_tells_whether_something_differs(tmp_path: Path) -> None:
    same, other = ROOT / "nothing", ROOT / "more-connections"

    assert run(str(same / "old.toml"), str(same / "new.toml")) == (0, "", "nothing differs\n")
    assert run(str(other / "old.toml"), str(other / "new.toml"))[0] == 1
    code, out, err = run(str(same / "old.toml"), str(tmp_path / "none.toml"))
    assert (code, out) == (2, "")
    assert "none.toml: no such file" in err


def test_rendered_files_are_not_compared(tmp_path: Path) -> None:
    file = str(ROOT / "nothing" / "old.toml")

    assert run(file, str(tmp_path)) == (
        2,
        "",
        f"{tmp_path}: holds rendered files; diff compares two cluster files, "
        f"oxconf check {tmp_path} judges the files\n",
    )
    assert run("1m-db1.tar.gz", file)[0] == 2


def test_json_of_nothing_is_a_document_as_well() -> None:
    folder = ROOT / "nothing"

    code, out, _ = run(str(folder / "old.toml"), str(folder / "new.toml"), "--format", "json")

    assert (code, json.loads(out)["files"]) == (0, [])


def test_of_a_secret_only_the_change_is_told() -> None:
    text = 'tier = "1m"\n'
    old, new = (
        load_text(text, secrets={purpose.name: f"{word}{purpose.name[:4]}" for purpose in PURPOSES})
        for word in ("Ab7x", "Zq9w")
    )

    found = diff(old, new)

    changed = [one for file in found.files for one in file.settings]
    assert {one.key for one in changed if one.secret} == {one.key for one in changed}
    assert {file.path.rpartition("/")[2] for file in found.files} >= {"wsrep.cnf", "configdb.properties"}
    for said in (show(found), json.dumps(document(found)), repr(found)):
        assert "Ab7x" not in said
        assert "Zq9w" not in said


def test_the_writer_comes_last_of_the_database_servers() -> None:
    text = 'tier = "1m"\n[database]\nwriter = "db2"\n'

    found = diff(load_text(text), load_text(text + "[database.tuning]\nmax_allowed_packet = '32M'\n"))

    assert [one.host for one in found.actions] == ["db1", "db3", "db2"]
    assert {one.commands[0].partition("  #")[0] for one in found.actions} == {
        "systemctl restart mariadb.service"
    }


def test_a_comment_restarts_nothing() -> None:
    # The reason in the comment changes with the key, the value does not.
    text = 'tier = "1m"\n[database.tuning]\nmax_connections = 2450\n'

    found = diff(load_text('tier = "1m"\n'), load_text(text))

    assert {file.more for file in found.files} == {(ONLY_COMMENTS,)}
    assert found.actions == ()


def test_two_releases_differ_in_words_and_defaults() -> None:
    step = said(ROOT / "mysql-5.7-to-8.4").server

    assert step is not None
    fates = {change.option: change.fate for change in step.changes}
    assert fates["expire_logs_days"] is Fate.GONE
    assert fates["log_slave_updates"] is Fate.LEFT_OUT
    assert fates["log_replica_updates"] is Fate.NEW
    assert fates["innodb_io_capacity"] is Fate.DEFAULT
    # Both are 1 at both ends.
    assert "innodb_flush_log_at_trx_commit" not in fates


def test_a_file_that_goes_is_named() -> None:
    old = load_text('tier = "1m"\n[database]\nmode = "replication"\n')

    found = diff(old, load_text('tier = "1m"\n'))

    gone = {file.path for file in found.files if file.kind is Kind.REMOVED and file.host == "db1"}
    assert "/etc/mysql/ox.conf.d/gtid.cnf" in gone


def test_what_can_not_be_rolled_has_no_list_of_restarts() -> None:
    folder = ROOT / "galera-to-replication"

    found = said(folder)
    _, out, _ = run(str(folder / "old.toml"), str(folder / "new.toml"), "--format", "json")

    assert found.files
    assert found.actions == ()
    assert "systemctl restart" not in show(found)
    assert json.loads(out)["actions"] == []
    assert "a restart makes no slave" in json.loads(out)["standstill"]["reasons"][0]
