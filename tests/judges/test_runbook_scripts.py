"""Every script of every runbook, of all example clusters, before the eyes of shellcheck and of three shells."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from judges.harness import need

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.script import scripts

DEPLOYMENTS = sorted((Path(__file__).parents[1] / "clusters" / "deployments").glob("*.toml"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One script of each kind: those that differ in names, numbers and addresses alone are written once."""
    top = tmp_path_factory.mktemp("runbooks")
    seen: set[str] = set()
    chosen = []
    for description in DEPLOYMENTS:
        plan = make_plan(load_text(description.read_text()))
        names = "|".join(sorted((re.escape(host.host.name) for host in plan.hosts), key=len, reverse=True))
        books = runbooks(plan)
        for host in plan.hosts:
            folder = top / description.stem / host.host.name / "runbook"
            for script in scripts(plan, host, books):
                file = folder / script.name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(script.text)
                kind = re.sub(r"\d+", "0", re.sub(rf"\b({names})\b", "HOST", script.text))
                # Lists of hosts have one or more.
                kind = re.sub(r"HOST(=[0.]+)?([ ,|&!;{}]+(or|and)?[ ,]*HOST(=[0.]+)?)*", "HOST", kind)
                if script.name.endswith(".sh") and kind not in seen:
                    seen.add(kind)
                    chosen.append(file)
    return chosen


def test_shellcheck_finds_nothing_in_the_steps(folders: list[Path]) -> None:
    need("shellcheck", "shellcheck")
    assert folders
    done = subprocess.run(
        ["shellcheck", "--shell=sh", "--external-sources", "--source-path=SCRIPTDIR", *folders],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(
    "shell", [["dash"], ["bash", "--posix"], ["busybox", "sh"]], ids=lambda words: words[0]
)
def test_plain_shells_can_read_the_steps(folders: list[Path], shell: list[str]) -> None:
    need(shell[0], shell[0])
    for file in folders:
        done = subprocess.run([*shell, "-n", file], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), file


def test_a_script_of_another_runbook_reads_the_same_library(folders: list[Path]) -> None:
    for file in folders:
        if file.name not in ("lib.sh", "secrets.sh"):
            (line,) = re.findall(r'^\. "\$\(dirname "\$0"\)(.*)"$', file.read_text(), re.MULTILINE)
            assert (file.parent / line.lstrip("/")).resolve().name == "lib.sh"
            assert (file.parent / line.lstrip("/")).exists()
