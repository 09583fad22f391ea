"""Every command of the tutorial is run, in order, and its output compared with the page.

Of the page's fenced blocks those count that a reader would type:

- `console`: each line that begins with `$ ` is a command, the lines below it are its output. A line `...` stands for
  any lines. A command that fails is followed by `$ echo $?`.
- a block with a title is a file of that name, written where the commands run; the comment above it says so.

All commands run in one shell, which begins in a copy of the checkout, with an empty home.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling builds what the tutorial installs")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "site/tutorial.md"
CHECKOUT = ("oxconf", ".ci/compile_templates.py", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")
EXIT_CODE = "echo $?"
MARK = "-- end of command"


@dataclass(frozen=True)
class Command:
    """A line that a reader types, and what the page shows below it."""

    line: str
    shown: str


@dataclass(frozen=True)
class File:
    """A file that a reader writes."""

    name: str
    text: str


def blocks(page: str) -> Iterator[Command | File]:
    for head, body in re.findall(r"^```(.+)\n((?:.*\n)*?)```$", page, re.MULTILINE):
        if title := re.search(r'title="(.+)"', head):
            yield File(title[1], body)
        elif head == "console":
            assert body.startswith("$ "), body
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                line, _, shown = part.partition("\n")
                yield Command(line, shown)


STEPS = list(blocks(PAGE.read_text("utf-8")))
COMMANDS = [step for step in STEPS if isinstance(step, Command)]


def script() -> str:
    lines = ["exec 2>&1"]
    for step in STEPS:
        if isinstance(step, File):
            lines.append(f"cat >{step.name} <<'END OF FILE'\n{step.text}END OF FILE")
        else:
            # The next command sees this one's exit code.
            lines.append(f"{step.line}\ncode=$?; printf '\\n{MARK} %s\\n' $code; (exit $code)")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """What each command printed, and its exit code."""
    folder = tmp_path_factory.mktemp("tutorial")
    home, checkout = folder / "home", folder / "checkout"
    home.mkdir()
    for name in CHECKOUT:
        target = checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    (folder / "script").write_text(script())
    environment = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        # No network: what pip would fetch is here already.
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    done = subprocess.run(
        ["bash", folder / "script"], cwd=checkout, env=environment, capture_output=True, text=True
    )
    found = re.findall(rf"((?:.*\n)*?)\n{MARK} (\d+)\n", done.stdout)
    return [(output, int(code)) for output, code in found]


def pattern(shown: str) -> str:
    return "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown.rstrip().splitlines()
    )


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=lambda number: COMMANDS[number].line)
def test_the_command_prints_what_the_page_shows(number: int, outputs: list[tuple[str, int]]) -> None:
    assert len(outputs) == len(COMMANDS)
    command, (output, code) = COMMANDS[number], outputs[number]

    assert re.fullmatch(pattern(command.shown), output.rstrip() + "\n" if output.strip() else ""), output
    following = COMMANDS[number + 1].line if number + 1 < len(COMMANDS) else ""
    assert (code == 0) is (following != EXIT_CODE)


def test_the_tutorial_uses_every_command_but_one() -> None:
    """`oxconf schema` serves editors; `init` writes what it prints."""
    used = {command.line.split()[1] for command in COMMANDS if command.line.startswith("oxconf ")}

    assert used == {"init", "tiers", "check", "render", "why", "explain"}
