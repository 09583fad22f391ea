"""The command line as a person uses it: exit codes, where output goes, no traceback."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oxconf.cli import oxconf

ROOT = Path(__file__).parents[3]

SECRETS = """
configdb = "Ahk7eeth"
master = "Ohr4quai"
sst = "Iet5ahch"
clustercheck = "Zoo8ieph"
vrrp = "eiGh7ahf"
root = "Tu3oSheo"
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(oxconf, [str(argument) for argument in arguments])


def secrets_file(folder: Path) -> Path:
    path = folder / "secrets.toml"
    path.write_text(SECRETS)
    path.chmod(0o600)
    return path


def test_render_says_what_it_made_and_warns_of_placeholders(tmp_path: Path) -> None:
    result = run("render", "--tier", "1m", "--output", tmp_path / "out")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == str(tmp_path / "out/1m-ox1.tar.gz")
    assert "warning OX801" in result.stderr
    assert f"1m: 10 hosts written to {tmp_path / 'out'}" in result.stderr


def test_with_secrets_nothing_is_left_to_say(tmp_path: Path) -> None:
    result = run("check", "--tier", "1m", "--deploy", "--strict", "--secrets", secrets_file(tmp_path))

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no findings\n")


def test_secrets_come_from_the_environment_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIGDB", "MASTER", "SST", "CLUSTERCHECK", "VRRP", "ROOT"):
        monkeypatch.setenv(f"OXCONF_SECRET_{name}", f"x{name[:6]}")

    assert run("check", "--tier", "1m", "--deploy").exit_code == 0


def test_a_secret_of_the_environment_that_nobody_uses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXCONF_SECRET_BOGUS", "Tei9aePh")

    result = run("check", "--tier", "1m")

    assert "OXCONF_SECRET_BOGUS is no secret of this cluster and not used\n" in result.stderr
    assert "Tei9aePh" not in result.output


def test_a_placeholder_names_the_key_to_set() -> None:
    said = run("check", "--tier", "1m").stdout

    assert (
        'Put root = "..." (or its name in [secrets]) into the file of --secrets, or set OXCONF_SECRET_ROOT'
        in said
    )


def test_placeholders_are_errors_before_a_deployment() -> None:
    assert run("check", "--tier", "1m").exit_code == 0
    assert run("check", "--tier", "1m", "--strict").exit_code == 1
    assert run("check", "--tier", "1m", "--deploy").exit_code == 1


@pytest.mark.parametrize("options", [(), ("--deploy",)])
def test_json_is_one_document_at_exit_0_and_1(options: tuple[str, ...]) -> None:
    result = run("check", "--tier", "1m", "--format", "json", *options)

    document = json.loads(result.stdout)
    assert result.exit_code == (1 if options else 0)
    assert document["version"] == 1
    assert {finding["code"] for finding in document["findings"]} == {"OX801"}
    assert result.stderr == ""


def test_a_finding_of_severity_error_writes_nothing(tmp_path: Path) -> None:
    cluster = tmp_path / "cluster.toml"
    # HAProxy listens where the database server of a combined host does.
    cluster.write_text(
        'tier = "100k"\n[database]\nmode = "replication"\n'
        + "".join(
            f'[[hosts]]\nname = "h{n}"\naddress = "10.20.30.{n}"\nroles = ["groupware", "database", "web", '
            f'"balancer"{", " + chr(34) + "filestore" + chr(34) if n == 1 else ""}]\nmemory = "64G"\ncores = 8\n'
            for n in (1, 2)
        )
    )

    result = run("render", cluster, "--output", tmp_path / "out")

    assert result.exit_code == 1
    assert "OX701" in result.stderr
    assert "nothing was written" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_rendered_folder_is_checked_as_a_bundle(tmp_path: Path) -> None:
    run("render", "--tier", "1m", "--tree", "--output", tmp_path / "out")
    ajp = tmp_path / "out/ox2/rootfs/opt/open-xchange/etc/groupware/ajp.properties"
    ajp.write_text(ajp.read_text().replace("AJP_JVM_ROUTE=OX2", "AJP_JVM_ROUTE=OX1"))

    result = run("check", tmp_path / "out")

    assert result.exit_code == 1
    assert "error OX101 route-mismatch" in result.stdout
    assert "ox2:/opt/open-xchange/etc/groupware/ajp.properties:" in result.stdout
    assert "web1:/etc/apache2/conf-available/proxy_ajp.conf:" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("render",), "name a cluster file or a tier, for instance: oxconf render --tier 1m"),
        (("check",), "name a cluster file or a tier, for instance: oxconf check --tier 1m"),
        (("render", "nowhere.toml"), "nowhere.toml: no such file"),
        (("render", "/"), "is a folder, not a file"),
        (("render", "--tier", "2m"), "'2m' is not one of 'poc', '100k', '1m'"),
        (
            ("render", "--tier", "1m", "--host", "filestor"),
            'no host is named "filestor"; did you mean "filestore1"?',
        ),
        (("check", "nowhere"), "nowhere: no such file"),
        (("check", "/proc/self/fd"), "holds no bundle"),
        (("check", "--tier", "1m", "--secrets", "nowhere"), "nowhere: no such file"),
        (("frobnicate",), "No such command 'frobnicate'"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_2(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not UTF-8 at byte 1"),
        (b'tier = "1m\n', "not valid TOML"),
    ],
)
def test_unusable_files_are_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "c.toml").write_bytes(data)

    result = run("check", tmp_path / "c.toml")

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_tier_beside_another_one_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('tier = "100k"\n')

    assert run("check", tmp_path / "c.toml", "--tier", "1m").exit_code == 2
    assert run("check", tmp_path / "c.toml", "--tier", "100k").exit_code == 0


def test_a_secrets_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = secrets_file(tmp_path)
    path.chmod(0o640)

    result = run("check", "--tier", "1m", "--secrets", path)

    assert result.exit_code == 2
    assert f"others may read it (mode 0640); run: chmod 600 {path}" in result.stderr


def test_a_secret_is_in_no_message_and_no_public_file(tmp_path: Path) -> None:
    result = run(
        "render", "--tier", "1m", "--tree", "--output", tmp_path / "out", "--secrets", secrets_file(tmp_path)
    )

    assert result.exit_code == 0
    values = [line.split('"')[1] for line in SECRETS.strip().splitlines()]
    holders = set()
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file() and any(value in path.read_text() for value in values):
            assert path.stat().st_mode & 0o007 == 0, path
            holders.add(path.name)
    assert holders == {
        ".my.cnf",
        "clustercheck.cnf",
        "configdb.properties",
        "keepalived.conf",
        "oxconf-oxinstaller",
        "wsrep.cnf",
        "accounts.sql",
        "both.sql",
        "only-new.sql",
        "renew.sql",
        "secrets.sh",
    }
    assert not any(value in result.output for value in values)


@pytest.mark.parametrize("command", ["render", "check", "tiers"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert f"oxconf {command}" in result.stdout.split("Example")[1]


def test_the_tiers_are_listed_with_their_hosts() -> None:
    result = run("tiers")

    assert result.exit_code == 0
    assert "1m: up to 1,000,000 mailboxes, 10 hosts, mariadb 10.11 galera" in result.stdout
    assert "sizes are oxconf's own" in result.stdout


def test_a_reader_of_the_first_tier_does_not_end_the_list_early(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    monkeypatch.setattr("click.echo", lambda text: written.append(text))

    assert run("tiers").exit_code == 0
    assert len(written) == 1


def test_the_shell_can_complete() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "oxconf"],
        env=os.environ | {"_OXCONF_COMPLETE": "bash_source"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "_oxconf_completion" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "target", "message"),
    [
        (("check",), "x" * 300, "File name too long"),
        (("check",), "new/" + "x" * 300, "no such file"),
        (("render", "--tier", "poc", "--output"), "x" * 300, "File name too long"),
        (("render", "--tier", "poc", "--output"), "new/" + "x" * 300, "File name too long"),
    ],
)
def test_a_name_that_is_too_long_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], target: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run(*arguments, target)

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(f"{target}: ")
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


AS_NOBODY = """
import os
from click.testing import CliRunner
from oxconf.cli import main, oxconf

# What is imported late must be there before the package itself can not be reached any more.
CliRunner().invoke(oxconf, ["check", "--tier", "poc"])
import oxconf.bundle.read, oxconf.bundle.write
os.setuid(65534)
main()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
@pytest.mark.parametrize("command", ["check", "render --tier poc --output"])
def test_a_folder_that_may_not_be_entered_is_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)

    process = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *command.split(), str(tmp_path / "closed/inner")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 2
    assert process.stderr.splitlines()[-1].endswith("Permission denied")
    assert "Traceback" not in process.stderr


STOPPING = """
import sys, time
from pathlib import Path
from oxconf.cli import main

original, calls = Path.rename, 0
def rename(self, target):
    global calls
    calls += 1
    if calls == 5:
        print("in the middle", flush=True)
        time.sleep(60)
    return original(self, target)
Path.rename = rename
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_end_in_the_middle_leaves_the_old_output(tmp_path: Path, number: int) -> None:
    out = tmp_path / "out"
    run("render", "--tier", "1m", "--output", out)
    before = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with subprocess.Popen(
        [sys.executable, "-c", STOPPING, "render", "--tier", "100k", "--output", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        assert {path.relative_to(out) for path in out.rglob("*") if path.is_file()} != {*before}
        process.send_signal(number)

    assert process.returncode != 0
    if number == signal.SIGKILL:
        # Nobody is left to undo it; the next run does, before it refuses this.
        assert run("render", "--tier", "100k", "--host", "ox1", "--output", out).exit_code == 2
    after = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert after == before


def test_one_archive_is_judged_by_itself(tmp_path: Path) -> None:
    run("render", "--tier", "1m", "--output", tmp_path / "out", "--secrets", secrets_file(tmp_path))

    result = run("check", tmp_path / "out/1m-ox1.tar.gz")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "1m-ox1.tar.gz holds 1 of 10 hosts: what concerns the others is not judged" in result.stderr


def test_a_bundle_whose_files_are_gone_or_changed_is_not_in_order(tmp_path: Path) -> None:
    run("render", "--tier", "1m", "--tree", "--output", tmp_path / "out", "--secrets", secrets_file(tmp_path))
    (tmp_path / "out/ox1/rootfs/etc/haproxy/haproxy.cfg").unlink()
    (tmp_path / "out/db1/rootfs/etc/mysql/ox.conf.d/host.cnf").write_text("")

    result = run("check", tmp_path / "out")

    assert result.exit_code == 1
    assert "error OX010 listed-file-missing: 1 file of ox1 is missing" in result.stdout
    assert "warning OX013 file-changed: 1 file of db1 is not as rendered" in result.stdout
