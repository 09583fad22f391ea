"""The table of `site/why.md`, each row proven: the daemon accepts the mistake, and `oxconf check` finds it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from attrs import evolve
from clusters_in_memory import SECRETS, changed, right
from judges.daemons import Said
from judges.harness import Host, need, need_root
from judges.machine import machine
from judges.mistakes import CLUSTERS, MISTAKES, NONSENSE, Mistake

from oxconf.bundle.write import write
from oxconf.deployment.load import load_text
from oxconf.evidence import File
from oxconf.plan import make_plan
from oxconf.rules import judge

PAGE = Path(__file__).parents[2] / "site/why.md"


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where the right clusters lie, rendered once."""
    folders = {name: tmp_path_factory.mktemp(name) / "tree" for name in CLUSTERS}
    for name, folder in folders.items():
        write(make_plan(load_text(CLUSTERS[name], secrets=SECRETS)), folder, tree=True)
    return folders


def made(mistake: Mistake, right: str) -> str:
    """Return the text of the file with the mistake in it."""
    assert mistake.change[0] in right
    return right.replace(*mistake.change, 1)


def asked(mistake: Mistake, trees: dict[str, Path], scratch: Path) -> Said:
    """Return what the daemon says on the mistake's host."""
    need(mistake.daemon.command, mistake.daemon.package)
    need_root()
    host = Host(scratch / mistake.host)
    shutil.copytree(trees[mistake.cluster] / mistake.host, host.folder)
    host.file(mistake.path).write_text(made(mistake, host.text(mistake.path)))
    with machine(host, scratch) as sandbox:
        return mistake.daemon.ask(sandbox, host, mistake.path)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_oxconf_finds_it(mistake: Mistake) -> None:
    def change(file: File) -> File:
        return evolve(file, text=made(mistake, file.text))

    found = judge(changed(CLUSTERS[mistake.cluster], mistake.host, mistake.path, change))

    assert mistake.code in {finding.code for finding in found}


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS)
def test_nothing_is_found_before_the_mistakes_are_made(cluster: str) -> None:
    assert judge(right(cluster)) == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_the_daemon_accepts_it(mistake: Mistake, trees: dict[str, Path], tmp_path: Path) -> None:
    assert asked(mistake, trees, tmp_path) == Said(0, mistake.daemon.content)


@pytest.mark.parametrize("mistake", NONSENSE, ids=str)
def test_the_daemon_does_not_accept_everything(
    mistake: Mistake, trees: dict[str, Path], tmp_path: Path
) -> None:
    assert asked(mistake, trees, tmp_path) != Said(0, mistake.daemon.content)


def test_each_daemon_is_asked_both_ways() -> None:
    assert {mistake.daemon for mistake in MISTAKES} == {mistake.daemon for mistake in NONSENSE}


def test_the_page_shows_these_mistakes_and_no_others() -> None:
    row = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| \[(OX\d{3})\]\((.+?)\) \|$", re.MULTILINE)
    shown = [(text, said, code) for text, said, _, code, _ in row.findall(PAGE.read_text("utf-8"))]

    assert shown == [(mistake.text, mistake.daemon.shown, mistake.code) for mistake in MISTAKES]
