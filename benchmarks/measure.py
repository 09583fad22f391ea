"""Whole processes, measured from outside: the CPU time that the kernel counted when they ended."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

FRESH = "FRESH"
"""A word of a command that stands for a path where nothing is, another one in each run."""

Command = Sequence[str | Path]

# Whatever the caller's shell says about Python, the measured processes keep their bytecode as usual.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def cpu_of(command: Command, folder: Path) -> float:
    """Run a command to its end; return its milliseconds of user and system time, its children's included."""
    fresh = tempfile.mkdtemp(dir=folder)
    words = [f"{fresh}/new" if word == FRESH else str(word) for word in command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            words, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}:\n{said.read().decode()}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def least_cpu(commands: Mapping[str, Command], runs: int) -> dict[str, float]:
    """Return the least CPU time of several runs of each command, in milliseconds.

    They take turns, so that a slower minute of the machine meets all of them. The first round only warms up.
    """
    with tempfile.TemporaryDirectory(prefix="oxconf-benchmarks-") as folder:
        rounds = [
            {name: cpu_of(command, Path(folder)) for name, command in commands.items()}
            for _ in range(runs + 1)
        ]
    return {name: min(one[name] for one in rounds[1:]) for name in commands}


def output_of(command: Command) -> str:
    """Run a command to its end and return what it printed."""
    words = [str(word) for word in command]
    process = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}:\n{process.stderr}")
    return process.stdout
