"""No import runs against the order of the rooms, and the core touches no file, process or clock."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "oxconf"

KNOWS = {
    "deployment": set(),
    "syntax": set(),
    "options": {"deployment"},
    "artifacts": {"deployment", "options", "syntax"},
    "plan": {"artifacts", "deployment"},
    "runbook": {"artifacts", "deployment", "plan"},
    "facts": {"deployment"},
    "evidence": {"artifacts", "facts", "plan", "syntax"},
    "render": {"evidence", "facts", "plan"},
    "rules": {"artifacts", "deployment", "evidence", "facts", "options", "plan", "syntax"},
    "picture": {"deployment"},
    "exchange": {"artifacts", "deployment", "options", "plan", "syntax"},
    "bundle": {"artifacts", "deployment", "evidence", "facts", "plan", "runbook", "syntax"},
    "reasons": {"artifacts", "deployment", "plan"},
    "report": {"artifacts", "deployment", "evidence", "exchange", "reasons", "rules"},
    "schema": {"artifacts", "bundle", "deployment", "exchange", "facts", "report", "rules", "runbook"},
    "api": {"bundle", "deployment", "plan", "render", "rules"},
    "cli": {
        "api",
        "bundle",
        "deployment",
        "exchange",
        "plan",
        "render",
        "report",
        "rules",
        "schema",
        "reasons",
        "syntax",
    },
    "__main__": {"cli"},
    "__init__": {"api", "bundle", "deployment", "evidence", "exchange", "plan", "reasons", "rules", "syntax"},
}
"""Which rooms each room may import from, beside itself."""

OUTSIDE = {"datetime", "os", "pathlib", "random", "shutil", "socket", "subprocess", "tempfile", "time"}
MAY_TOUCH_FILES = {"bundle", "cli", "api"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_the_rooms_below_it(path: Path) -> None:
    allowed = KNOWS[room_of(path)] | {room_of(path)}

    rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("oxconf.")}

    assert rooms <= allowed


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if room_of(p) not in MAY_TOUCH_FILES],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_the_core_needs_no_operating_system(path: Path) -> None:
    # The templates' loader asks whether a package resource is a folder.
    outside = OUTSIDE - {"pathlib"} if path.name == "_template.py" else OUTSIDE

    assert not {name.split(".")[0] for name in imports_of(path)} & outside


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 420
