"""`oxconf init` as a person uses it: a file that works, and nothing of theirs lost."""

import os
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oxconf.bundle import swap
from oxconf.cli import oxconf
from oxconf.deployment.load import load_text
from oxconf.deployment.tiers import TIERS
from oxconf.schema.catalog import show
from oxconf.schema.starter import starter

SCHEMA = "oxconf-cluster.schema.json"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(oxconf, ["init", *map(str, arguments)])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def names() -> list[str]:
    return sorted(os.listdir())


def test_it_writes_a_cluster_file_and_its_schema() -> None:
    result = run()

    assert result.exit_code == 0
    assert result.stdout == f"cluster.toml\n{SCHEMA}\n"
    assert result.stderr == (
        "a cluster of the tier 1m: write your names and addresses into cluster.toml, "
        "then run: oxconf check cluster.toml\n"
    )
    assert names() == ["cluster.toml", SCHEMA]
    assert Path("cluster.toml").read_text("utf-8") == starter("1m")
    assert Path("cluster.toml").read_text("utf-8").startswith(f"#:schema ./{SCHEMA}\n")
    assert Path(SCHEMA).read_text("utf-8") == show("cluster")


@pytest.mark.parametrize("tier", TIERS)
def test_what_it_writes_is_what_check_and_render_take(tier: str) -> None:
    Path("berlin").mkdir()
    result = run("--tier", tier, "berlin/ox.toml")

    assert result.stdout == f"berlin/ox.toml\nberlin/{SCHEMA}\n"
    assert load_text(Path("berlin/ox.toml").read_text("utf-8")) == load_text("", tier=tier)
    assert CliRunner().invoke(oxconf, ["check", "berlin/ox.toml"]).exit_code == 0


def test_standard_output_gets_the_text_alone() -> None:
    result = run("--tier", "poc", "-")

    assert (result.exit_code, result.stdout) == (0, starter("poc"))
    assert f"oxconf schema > {SCHEMA}" in result.stderr
    assert names() == []


def test_a_file_that_exists_is_left_as_it_is() -> None:
    Path("cluster.toml").write_text("mine")
    result = run()

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "cluster.toml exists already and is left as it is; name another file, or move it away\n"
    )
    assert names() == ["cluster.toml"]
    assert Path("cluster.toml").read_text() == "mine"


def test_a_link_to_nowhere_exists_as_well() -> None:
    Path("cluster.toml").symlink_to("elsewhere.toml")

    assert run().exit_code == 2
    assert names() == ["cluster.toml"]


def test_an_older_schema_is_renewed() -> None:
    run("first.toml")
    Path(SCHEMA).write_text(show("cluster").replace("mailboxes", "users"))

    assert run("second.toml").exit_code == 0
    assert Path(SCHEMA).read_text("utf-8") == show("cluster")
    assert names() == ["first.toml", SCHEMA, "second.toml"]


@pytest.mark.parametrize("kind", ["file", "bytes", "folder", "link"])
def test_what_is_not_our_schema_is_left_as_it_is(kind: str) -> None:
    path = Path(SCHEMA)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        Path("kept.json").write_text(show("cluster"))
        path.symlink_to("kept.json")
    else:
        path.write_bytes(b"\xff" if kind == "bytes" else b"{}")
    result = run()

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{SCHEMA} exists and is not a schema that oxconf wrote; move it away\n"
    assert not Path("cluster.toml").exists()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("nowhere/cluster.toml", "nowhere/cluster.toml: there is no such folder; make it first\n"),
        ("plain/cluster.toml", "plain/cluster.toml: there is no such folder; make it first\n"),
        ("/proc/cluster.toml", "/proc/cluster.toml: can not be written: the folder takes no new files\n"),
        ("", ". is a folder; name a file in it, for instance: oxconf init cluster.toml\n"),
        ("/", "/ is a folder; name a file in it, for instance: oxconf init /cluster.toml\n"),
        (SCHEMA, f"{SCHEMA} is the name of the schema; give the cluster file another one\n"),
        ("x" * 300, f"{'x' * 300}: can not be written: File name too long\n"),
    ],
)
def test_where_nothing_can_be_written_one_line_says_so(file: str, message: str) -> None:
    Path("plain").touch()
    result = run(file)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)
    assert names() == ["plain"]


@pytest.mark.parametrize(
    ("file", "typed"),
    [
        ("Bär lin.toml", "'Bär lin.toml'"),
        ("it's.toml", """'it'"'"'s.toml'"""),
        ("./-x.toml", "./-x.toml"),
    ],
)
def test_the_next_command_can_be_copied_into_a_shell(file: str, typed: str) -> None:
    result = run(file)

    assert result.stderr.endswith(f", then run: oxconf check {typed}\n")
    assert shlex.split(typed) == [file]


def test_a_full_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, file: swap.NewFile) -> None:
        if path.name == SCHEMA:
            raise OSError(28, "No space left on device")
        really(path, file)

    really = swap._write
    monkeypatch.setattr(swap, "_write", write)
    result = run()

    assert (result.exit_code, result.stderr) == (
        2,
        "cluster.toml: can not be written: No space left on device\n",
    )
    assert names() == []
