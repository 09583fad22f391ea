"""The reference deployments in `bundles/` are what this code renders, file by file.

Git keeps contents and not modes, so modes are compared as each host's manifest.json says them.
"""

from difflib import unified_diff
from pathlib import Path

import pytest

from oxconf.api import check, load
from oxconf.bundle.contents import contents
from oxconf.bundle.read import read
from oxconf.bundle.write import write
from oxconf.deployment.secrets import PLACEHOLDER
from oxconf.plan import Plan, make_plan
from oxconf.rules import Severity

BUNDLES = Path(__file__).parents[2] / "bundles"
NAMES = ("poc", "100k", "1m", "1m-minimum", "1m-replication", "1m-mysql57")
MOST_LINES = 60
COMMAND = "if the change is meant, run: make bundles-update"


def plan_of(name: str) -> Plan:
    return make_plan(load(BUNDLES / name / "cluster.toml"))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def difference(kept: dict[str, bytes], rendered: dict[str, bytes]) -> str:
    """What changed, as a person reads it; empty when nothing did."""
    lines: list[str] = []
    for path in sorted({*kept, *rendered}):
        if path not in rendered:
            lines.append(f"{path}: is not rendered any more")
        elif path not in kept:
            lines.append(f"{path}: is rendered and not there")
        elif kept[path] != rendered[path]:
            before, after = (data.decode().splitlines() for data in (kept[path], rendered[path]))
            lines += unified_diff(before, after, f"bundles: {path}", f"rendered: {path}", lineterm="", n=1)
            if before == after:
                lines.append(f"{path}: the line ends differ")
    more = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], *([f"... and {more} more lines"] if more > 0 else [])])


def test_these_are_all() -> None:
    assert sorted(path.name for path in BUNDLES.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_tree_is_what_is_rendered(name: str, tmp_path: Path) -> None:
    write(plan_of(name), tmp_path, tree=True)

    changes = difference(files_of(BUNDLES / name / "hosts"), files_of(tmp_path))

    assert not changes, f"bundles/{name}/hosts is not what is rendered now; {COMMAND}\n{changes}"


@pytest.mark.parametrize("name", ["poc", "100k", "1m"])
def test_a_deployment_that_is_named_after_a_tier_is_that_tier(name: str) -> None:
    tier = make_plan(load(tier=name))

    assert [contents(tier, host) for host in tier.hosts] == [
        contents(plan, host) for plan in [plan_of(name)] for host in plan.hosts
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_cluster_has_the_name_of_its_folder(name: str) -> None:
    assert plan_of(name).deployment.name == name


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_and_no_password_is_in_it(name: str) -> None:
    deployment = load(BUNDLES / name / "cluster.toml")

    assert not [finding for finding in check(deployment) if finding.severity is Severity.ERROR]
    for purpose in ("configdb", "master", "sst", "clustercheck", "vrrp"):
        assert PLACEHOLDER.fullmatch(deployment.password(purpose).reveal())


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_tree_can_be_read_as_a_bundle(name: str) -> None:
    evidence = read(BUNDLES / name / "hosts")

    assert [host.name for host in evidence.hosts] == [host.name for host in plan_of(name).deployment.hosts]
    assert all(host.complete and not host.changed for host in evidence.hosts)


def test_a_difference_names_file_and_line() -> None:
    kept = {"ox1/same": b"a\n", "ox1/old": b"", "ox1/changed": b"a = 1\nb = 2\n", "ox1/ends": b"a\r\n"}
    rendered = {"ox1/same": b"a\n", "ox1/new": b"", "ox1/changed": b"a = 1\nb = 3\n", "ox1/ends": b"a\n"}

    said = difference(kept, rendered)

    assert "ox1/old: is not rendered any more" in said
    assert "ox1/new: is rendered and not there" in said
    assert "-b = 2\n+b = 3" in said
    assert "ox1/ends: the line ends differ" in said
    assert "same" not in said
    assert difference(kept, kept) == ""
