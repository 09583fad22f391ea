"""The commands import what they need and nothing heavy beside it: a start is most of the time of a short job."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LIBRARIES = ("attrs", "cattrs.gen", "click", "jinja2")
"""The libraries of the main job. Whatever they import themselves, which differs between versions, is theirs."""

HEAVY = {
    "argparse",
    "asyncio",
    "calendar",
    "concurrent",
    "configparser",
    "csv",
    "ctypes",
    "curses",
    "email",
    "fractions",
    "html",
    "http",
    "importlib.metadata",
    "logging",
    "multiprocessing",
    "optparse",
    "pdb",
    "pydoc",
    "socket",
    "sqlite3",
    "ssl",
    "statistics",
    "subprocess",
    "unittest",
    "urllib.request",
    "xml",
}
"""Parts of the standard library that took a millisecond or more beside the libraries above."""

ELSEWHERE = {
    "oxconf.artifacts.reference",
    "oxconf.bundle.read",
    "oxconf.exchange",
    "oxconf.picture",
    "oxconf.reasons",
    "oxconf.report.diff",
    "oxconf.report.json",
    "oxconf.report.rules",
    "oxconf.report.why",
    "oxconf.schema",
}
"""Our own modules that other commands are for."""

THE_WORK = {
    "oxconf.artifacts",
    "oxconf.bundle",
    "oxconf.evidence",
    "oxconf.plan",
    "oxconf.rules",
    "jinja2",
    "tarfile",
}
"""What a command needs only when it has a cluster to work on."""

COMMAND = """
import builtins, json, sys

libraries, *words = sys.argv[1:]
for name in libraries.split():
    __import__(name)
known = {*sys.modules}
importers = {}
original = builtins.__import__

def noting(name, scope=None, *rest, **named):
    before = {*sys.modules}
    try:
        return original(name, scope, *rest, **named)
    finally:
        importer = (scope or {}).get("__name__", "importlib")
        # Whoever is deeper inside has noted its own already; the machinery in between is nobody.
        for module in {*sys.modules} - before if not importer.startswith("importlib") else ():
            importers.setdefault(module, importer)

builtins.__import__ = noting
sys.argv = ["oxconf", *words]
from oxconf.cli import main

try:
    main()
except SystemExit as end:
    if end.code:
        raise
print(json.dumps({module: importers.get(module, "?") for module in sys.modules if module not in known}))
"""


def imports_of(*words: str, libraries: tuple[str, ...] = LIBRARIES) -> dict[str, str]:
    """Return the modules that a command imports beside some libraries, each with who imports it first."""
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, " ".join(libraries), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def not_needed(imports: dict[str, str], refused: set[str]) -> list[str]:
    """Return who imports what: for each module that is refused, or of a library that is no part of this."""

    def unwanted(module: str) -> bool:
        return _is_foreign(module) or any(f"{module}.".startswith(f"{each}.") for each in refused)

    # What an unwanted module imports itself goes with it.
    return [
        " <- ".join(_chain(imports, module))
        for module, importer in imports.items()
        if unwanted(module) and not unwanted(importer)
    ]


def _is_foreign(module: str) -> bool:
    top = module.partition(".")[0]
    if top == "oxconf" or top.startswith("_jinja2_module_templates_"):
        return False
    return top not in sys.stdlib_module_names | {"attr", "cattrs", "click", "jinja2"}


def _chain(imports: dict[str, str], module: str) -> list[str]:
    """Follow the importers up to the first of ours."""
    chain = [module, imports[module]]
    while not chain[-1].startswith("oxconf") and chain[-1] in imports:
        chain.append(imports[chain[-1]])
    return chain


@pytest.mark.parametrize("command", ["render", "check"])
def test_the_main_job_imports_nothing_heavy_that_it_does_not_need(command: str, tmp_path: Path) -> None:
    output = ("--output", str(tmp_path / "out")) if command == "render" else ()

    imports = imports_of(command, "--tier", "1m", *output)

    # Whoever reads bundles does it for `check`, whose only input they may be.
    refused = ELSEWHERE if command == "render" else ELSEWHERE - {"oxconf.bundle.read", "oxconf.report.json"}
    assert "oxconf.plan" in imports
    assert not_needed(imports, HEAVY | refused) == []


@pytest.mark.parametrize("words", [["--help"], ["render", "--help"], ["tiers"]], ids=" ".join)
def test_a_word_of_help_imports_nothing_that_works_on_a_cluster(words: list[str]) -> None:
    libraries = ("attrs", "cattrs.gen", "click") if words == ["tiers"] else ("attrs", "click")

    imports = imports_of(*words, libraries=libraries)

    assert not_needed(imports, HEAVY | ELSEWHERE | THE_WORK) == []


@pytest.mark.parametrize("module", sorted({*ELSEWHERE, *THE_WORK}))
def test_what_is_refused_is_there(module: str) -> None:
    # A module that is renamed or moved would be let in from then on.
    assert find_spec(module)


def test_a_heavy_import_is_named_with_who_imports_it() -> None:
    imports = {
        "oxconf.plan": "oxconf.api",
        "http.client": "urllib.request",
        "urllib.request": "shutil",
        "shutil": "oxconf.plan",
        "rich.text": "rich",
        "rich": "oxconf.plan",
    }

    assert not_needed(imports, HEAVY) == [
        "urllib.request <- shutil <- oxconf.plan",
        "rich <- oxconf.plan",
    ]
