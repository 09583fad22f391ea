"""The schemas of what oxconf writes: every document is valid, and no key of it is left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oxconf.api import check, load
from oxconf.bundle.contents import MANIFEST, contents
from oxconf.bundle.read import read
from oxconf.bundle.write import STEPS, write
from oxconf.plan import make_plan
from oxconf.report.json import document, show
from oxconf.rules import judge
from oxconf.schema.catalog import SCHEMAS

ROOT = Path(__file__).parents[3]
CLUSTERS = sorted(ROOT.glob("tests/clusters/deployments/*.toml"))
BAD = sorted(path for path in (ROOT / "tests/clusters/err").iterdir() if path.is_dir())


def closed(node: Any) -> Any:
    """A schema that takes no key beside those that it names."""
    if isinstance(node, list):
        return [closed(child) for child in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(child) for key, child in node.items()}
    return made | {"additionalProperties": False} if isinstance(made.get("required"), list) else made


def errors(name: str, value: Any) -> list[str]:
    # As a program reads it: lists, and no tuples.
    plain = json.loads(json.dumps(value))
    return [error.message for error in Draft202012Validator(closed(SCHEMAS[name]())).iter_errors(plain)]


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.stem)
def test_every_manifest_of_a_host_is_valid(path: Path) -> None:
    plan = make_plan(load(path))

    for host in plan.hosts:
        (entry,) = [entry for entry in contents(plan, host).entries if entry.path == MANIFEST]
        assert errors("host-manifest", json.loads(entry.data)) == []


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.stem)
def test_every_step_of_every_runbook_is_valid(path: Path, tmp_path: Path) -> None:
    write(make_plan(load(path)), tmp_path)

    assert errors("runbook", json.loads((tmp_path / STEPS).read_text("utf-8"))) == []


@pytest.mark.parametrize("tree", [True, False])
def test_the_manifest_of_an_output_folder_is_valid(tmp_path: Path, tree: bool) -> None:
    write(make_plan(load(tier="poc")), tmp_path, tree=tree)
    written = json.loads((tmp_path / MANIFEST).read_text("utf-8"))

    assert errors("manifest", written) == []
    # Neither is taken for the other.
    assert errors("host-manifest", written)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_every_document_of_findings_is_valid(path: Path) -> None:
    assert errors("findings", document(judge(read(path)))) == []


def test_a_document_without_findings_is_valid() -> None:
    assert errors("findings", document(())) == []


def test_warnings_are_valid_as_they_are_printed() -> None:
    printed = json.loads(show(check(load(tier="1m"))))

    assert printed["warnings"]
    assert errors("findings", printed) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("files", 0, "mode"), "644", "'644' does not match"),
        (("files", 0, "sha256"), "abc", "'abc' does not match"),
        (("files", 0, "install"), "append", "'append' is not one of"),
        (("facts", "memory"), "8G", "'8G' is not of type 'integer', 'null'"),
        (("cluster", "hosts"), None, "None is not of type 'array'"),
        (("schema",), 2, "1 was expected"),
    ],
)
def test_what_is_no_manifest_is_refused(path: tuple[str | int, ...], value: Any, message: str) -> None:
    plan = make_plan(load(tier="poc"))
    (entry,) = [one for one in contents(plan, plan.hosts[0]).entries if one.path == MANIFEST]
    broken = json.loads(entry.data)
    node = broken
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value

    (error,) = errors("host-manifest", broken)
    assert message in error


def test_a_reader_may_meet_more_than_it_knows() -> None:
    known = document(())

    assert Draft202012Validator(SCHEMAS["findings"]()).is_valid(known | {"duration": 3})
    assert errors("findings", known | {"duration": 3})
