from __future__ import annotations

import subprocess

from judges.harness import Host, need


def scripts(hosts: list[Host]) -> list[str]:
    files = [host.file(path) for host in hosts for path in host.paths]
    return [str(file) for file in files if file.read_bytes().startswith(b"#!")]


def test_shellcheck_finds_nothing(hosts: list[Host]) -> None:
    need("shellcheck", "shellcheck")
    assert scripts(hosts)
    done = subprocess.run(["shellcheck", *scripts(hosts)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_their_shells_can_read_them(hosts: list[Host]) -> None:
    for script in scripts(hosts):
        with open(script) as file:
            shell = file.readline().removeprefix("#!").split()[-1]
        done = subprocess.run([shell, "-n", script], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), script


def test_they_may_be_run(hosts: list[Host]) -> None:
    for host in hosts:
        for file in host.manifest["files"]:
            if host.file(file["path"]).read_bytes().startswith(b"#!"):
                assert int(file["mode"], 8) & 0o100, file["path"]
