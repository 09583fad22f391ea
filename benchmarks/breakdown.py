"""Where the time of the main job goes: the real command, with a clock around its parts.

`breakdown` starts this file as a script, in a fresh process for each run.
"""

import functools
import gc
import json
import re
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

SPENT: dict[str, float] = {"start of the interpreter, with re and typing": time.process_time() * 1000}
"""Milliseconds of each part, without those of parts inside it."""

_inner = [0.0]


def clocked(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with its time booked under the name of a part."""

    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.process_time()
        _inner.append(0.0)
        try:
            return function(*args, **kwargs)
        finally:
            spent = (time.process_time() - began) * 1000
            SPENT[part] = SPENT.get(part, 0.0) + spent - _inner.pop()
            _inner[-1] += spent

    return timed


def run(output: str) -> None:
    """Do the main job and print what each part took."""
    # As the command does, only a little earlier.
    gc.disable()
    clocked("import of attrs, cattrs, click, jinja2", _libraries)()
    clocked("import of the standard library's modules", _standard_library)()
    _watch_classes_and_patterns()
    clocked("import of oxconf's modules, the rest", _oxconf)()
    _watch_the_job()
    sys.argv = ["oxconf", "render", "--tier", "1m", "--output", output]
    from oxconf.cli import main

    try:
        clocked("command line, output", main)()
    except SystemExit as end:
        if end.code:
            raise
    SPENT["not attributed"] = time.process_time() * 1000 - sum(SPENT.values())
    print(json.dumps(SPENT))


def _libraries() -> None:
    for name in ("attrs", "cattrs.gen", "click", "jinja2"):
        import_module(name)


def _standard_library() -> None:
    names = ("decimal", "difflib", "fcntl", "gzip", "importlib.resources", "shlex", "tarfile", "tomllib")
    for name in names:
        import_module(name)


def _watch_classes_and_patterns() -> None:
    import attrs

    frozen = attrs.frozen
    create = clocked("creation of attrs classes", frozen)

    def watched(cls: type | None = None, **options: Any) -> Any:
        return functools.partial(create, **options) if cls is None else create(cls, **options)

    attrs.frozen = watched  # type: ignore[assignment]
    re.compile = clocked("compiling of regular expressions", re.compile)


def _oxconf() -> None:
    for name in ("cli", "api", "bundle.write", "report.text"):
        import_module(f"oxconf.{name}")


def _watch_the_job() -> None:
    import oxconf.api
    import oxconf.bundle.write
    import oxconf.plan
    import oxconf.render
    import oxconf.rules

    for module, name, part in (
        (oxconf.api, "load", "load, merge, structure"),
        (oxconf.plan, "make_plan", "plan"),
        (oxconf.render, "evidence_of", "render"),
        (oxconf.rules, "judge", "rules, with the parsing of what was rendered"),
        (oxconf.bundle.write, "contents", "manifests, READMEs, sums"),
        (oxconf.bundle.write, "tar", "tar"),
        (oxconf.bundle.write, "compress", "gzip"),
        (oxconf.bundle.write, "write", "write"),
    ):
        setattr(module, name, clocked(part, getattr(module, name)))


def breakdown(runs: int, bare: float, whole: float) -> str:
    """Return the table of the installed wheel's main job.

    `bare` and `whole` are the CPU milliseconds of the bare interpreter and of the job, measured from outside.
    """
    import tempfile

    from benchmarks.installed import BIN
    from benchmarks.measure import output_of
    from benchmarks.table import table

    found = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            said = output_of([BIN / "python", "-I", Path(__file__), f"{folder}/new"])
        found.append(json.loads(said.splitlines()[-1]))
    parts = min(found, key=lambda spent: sum(spent.values()))
    parts["end of the interpreter"] = max(whole - sum(parts.values()), 0.0)
    rows = [
        (part, f"{cpu:.1f}", f"{cpu / bare:.1f}", f"{cpu / whole:.0%}")
        for part, cpu in sorted(parts.items(), key=lambda item: -item[1])
    ]
    title = f"Where it goes, installed wheel. CPU time, the quickest of {runs} runs"
    return table(title, ("", "ms", "x bare", "share"), rows)


if __name__ == "__main__":
    run(sys.argv[1])
