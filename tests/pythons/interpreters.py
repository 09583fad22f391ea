"""Finds the Pythons of this machine, gives each the pinned requirements, and lets it render.

Python 3.14 is Pyodide's under Node where no other is here.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
PYODIDE = "3.14"
REQUIREMENTS = ".ci/requirements.txt"


class Missing(Exception):
    """Why a version can not be run here."""


def find(version: str) -> str | None:
    """Return the interpreter of a version: on the PATH, or one that pyenv made."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *map(str, sorted(kept.glob(f"{version}.*/bin/python")))]
    for python in filter(None, found):
        # What pyenv puts on the PATH may lead to no interpreter.
        asked = subprocess.run([python, "--version"], capture_output=True, text=True)
        if asked.returncode == 0 and asked.stdout.startswith(f"Python {version}."):
            return python
    return None


def run(version: str, folder: Path) -> dict[str, Any]:
    """Return what digests.py prints under a version. Raises Missing."""
    python = find(version)
    if python is None and version == PYODIDE:
        return _pyodide(folder)
    if python is None:
        raise Missing(f"no python{version} on the PATH or with pyenv")
    environment = _environment(python, folder / version)
    return _printed([str(environment / "bin/python"), str(HERE / "digests.py"), str(ROOT)])


def _environment(python: str, folder: Path) -> Path:
    """Make a virtual environment with the pinned requirements, or bring it up to date."""
    if not (folder / "bin/python").exists():
        _done([python, "-m", "venv", str(folder)], "venv")
    _done([str(ROOT / ".ci/venv"), str(folder), REQUIREMENTS], "pip")
    return folder


def _pyodide(folder: Path) -> dict[str, Any]:
    if not (shutil.which("node") and shutil.which("npm")):
        raise Missing("no python3.14, and no node and npm for Pyodide's")
    npm = folder / "npm"
    npm.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "pyodide.mjs"):
        shutil.copy(HERE / name, npm / name)
    if not (npm / "node_modules/pyodide/pyodide.mjs").exists():
        _done(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(npm)], "npm")
    # What is compiled in another Python's environment is passed over there, and the pure form taken.
    others = [find(other) for other in VERSIONS if other != PYODIDE]
    python = next((other for other in reversed(others) if other), None)
    if python is None:
        raise Missing("no Python that could get Pyodide's requirements")
    version = next(other for other in VERSIONS if find(other) == python)
    packages = _environment(python, folder / version) / f"lib/python{version}/site-packages"
    return _printed(["node", str(npm / "pyodide.mjs"), str(ROOT), str(packages)])


def _printed(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return printed


def _done(command: list[str], tool: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise Missing(f"{tool} failed: {lines[-1]}")
