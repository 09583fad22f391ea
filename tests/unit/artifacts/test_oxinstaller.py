import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import evolve

from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.load import load_text
from oxconf.deployment.secrets import Secret
from oxconf.syntax._base import Unwritable


def script(text: str = 'tier = "1m"', host: str = "ox1") -> OxInstaller:
    cluster = load_text(text)
    made = OxInstaller.from_deployment(cluster, cluster.host(host))
    assert made is not None
    return made


def given(made: OxInstaller) -> OxInstaller:
    return evolve(
        made, configdb_password=Secret("configdb", "it's $HOME"), master_password=Secret("master", 'a"b#c`d`')
    )


def run(made: OxInstaller, folder: Path, installer: str | None) -> subprocess.CompletedProcess[str]:
    """Run the script with an installer that a test wrote, as whoever runs the tests."""
    path = folder / "oxinstaller"
    if installer is not None:
        path.write_text(f"#!/bin/sh\n{installer}\n")
        path.chmod(0o755)
    text = made.render().replace("/opt/open-xchange/sbin/oxinstaller", str(path))
    environment = {"PATH": "/usr/bin:/bin", "USER": "somebody"}
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, env=environment)


PRINTS = 'for word in "$@"; do echo "[$word]"; done; echo "as $USER"'
OLD = f'[ "$1" = --help ] && {{ echo "--servername"; exit 1; }}\n{PRINTS}'
NEW = f'[ "$1" = --help ] && {{ echo "--smtpserver | localhost"; exit 1; }}\n{PRINTS}'


def test_the_call_of_the_first_node() -> None:
    text = script().render()
    start = text.index("set -- ")
    assert text[start : text.index("\n\n", start)] == (
        r"""set -- \
    --servername=oxserver \
    --configdb-user=openexchange \
    --configdb-pass=REPLACE_configdb \
    --configdb-readhost=127.0.0.1 \
    --configdb-readport=3306 \
    --configdb-writehost=127.0.0.1 \
    --configdb-writeport=3307 \
    --master-pass=REPLACE_master \
    --jkroute=OX1 \
    --ajp-bind-port=10.20.30.213 \
    --servermemory=16384 \
    --imapserver=localhost \
    --imaplogintype=user"""
    )
    assert "--servermemory is the heap in MiB: 'half of 32 GiB'." in text
    assert OxInstaller.mode == 0o700


def test_memory_and_addresses_follow_the_host_and_the_mode() -> None:
    provisioning = script(host="prov1")
    assert (provisioning.server_memory, provisioning.jkroute) == (8192, "OX4")
    replicated = script('tier = "1m"\n[database]\nmode = "replication"')
    assert (replicated.write_host, replicated.write_port) == ("10.20.30.218", 3306)


def test_the_installer_gets_every_word_as_it_is(tmp_path: Path) -> None:
    done = run(given(script()), tmp_path, NEW)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "[--servername=oxserver]",
        "[--configdb-user=openexchange]",
        "[--configdb-pass=it's $HOME]",
        "[--configdb-readhost=127.0.0.1]",
        "[--configdb-readport=3306]",
        "[--configdb-writehost=127.0.0.1]",
        "[--configdb-writeport=3307]",
        '[--master-pass=a"b#c`d`]',
        "[--jkroute=OX1]",
        "[--ajp-bind-port=10.20.30.213]",
        "[--servermemory=16384]",
        "[--imapserver=localhost]",
        "[--imaplogintype=user]",
        "[--smtpserver=localhost]",
        "as root",
    ]
    assert done.stderr == ""


def test_an_early_installer_gets_no_smtpserver_and_a_sentence_says_so(tmp_path: Path) -> None:
    done = run(given(script()), tmp_path, OLD)
    assert done.returncode == 0
    assert "smtpserver" not in done.stdout
    assert done.stderr == (
        "oxconf-oxinstaller: this oxinstaller has no --smtpserver: "
        "set the SMTP server in mail.properties by hand.\n"
    )


def test_a_missing_installer_is_refused(tmp_path: Path) -> None:
    done = run(given(script()), tmp_path, None)
    assert done.returncode == 1
    assert done.stderr == (
        f"oxconf-oxinstaller: {tmp_path}/oxinstaller is missing: install the Open-Xchange packages first.\n"
    )


@pytest.mark.parametrize("purpose", ["configdb", "master"])
def test_a_placeholder_is_refused(tmp_path: Path, purpose: str) -> None:
    made = evolve(given(script()), **{f"{purpose}_password": Secret(purpose)})
    done = run(made, tmp_path, NEW)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "oxconf-oxinstaller: a password is still a placeholder: render this archive again with --secrets.\n"
    )


def test_a_failing_installer_fails_the_script(tmp_path: Path) -> None:
    assert run(given(script()), tmp_path, "exit 3").returncode == 3


def test_options_are_read_back_with_their_lines() -> None:
    made = given(script())
    text = made.render()
    back = OxInstaller.parse(text)
    assert back == made
    assert text.splitlines()[back.lines["jkroute"] - 1].strip() == "--jkroute=OX1 \\"
    assert "HOME" not in repr(back)


def test_a_call_of_somebody_else_is_read() -> None:
    file, problems = OxInstaller.read(
        "#!/bin/sh\n"
        "# --jkroute=OX9\n"
        "/opt/open-xchange/sbin/oxinstaller --servername 'oxserver' --add-license=x \\\n"
        '   --jkroute=OX1 --jkroute="OX2" --ajp-bind-port=* --disableauth --servermemory x\n'
        "echo 'open\n"
    )
    assert (file.server_name, file.jkroute, file.ajp_bind_address) == ("oxserver", "OX2", "*")
    assert file.lines == {"server_name": 3, "jkroute": 4, "ajp_bind_address": 4, "server_memory": 4}
    assert [(problem.line, problem.message) for problem in problems] == [
        (4, '--servermemory: "x" is not a whole number'),
        (5, "a quote is not closed on this line"),
    ]


def test_a_value_of_two_lines_is_refused_by_name() -> None:
    with pytest.raises(Unwritable, match=r"^--imapserver: "):
        evolve(script(), imap_server="a\nb").render()


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    for made in (script(), given(script())):
        done = subprocess.run(["shellcheck", "-"], input=made.render(), capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, "")
