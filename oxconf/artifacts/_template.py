"""Jinja2 for the structured files: every value passes through the quoting of the file's syntax.

The wheel carries the templates compiled to Python (`.ci/compile_templates.py`); a source tree has only the `.j2`
files and compiles them when they are first used.
"""

from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, ModuleLoader, PackageLoader, StrictUndefined

SUFFIX = ".j2"


def environment(loader: BaseLoader | None, finalize: Callable[[Any], str]) -> Environment:
    """Return the one way in which templates are read: strict, nothing trimmed from the end of a file."""
    return Environment(
        loader=loader,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # No HTML: each syntax has its own quoting.
        autoescape=False,
    )


@cache
def _loader() -> BaseLoader:
    compiled = resources.files(__package__).joinpath("templates", "compiled")
    if compiled.is_dir() and isinstance(compiled, Path):
        return ModuleLoader(compiled)
    return PackageLoader(__package__, "templates")


@cache
def _environment(quote: Callable[[str], str]) -> Environment:
    def finalize(value: Any) -> str:
        return quote(str(value))

    return environment(_loader(), finalize)


def fill(template: str, quote: Callable[[str], str], **values: Any) -> str:
    """Return the text of a template. Each `{{ value }}` is one word, made safe by `quote`."""
    return _environment(quote).get_template(template + SUFFIX).render(**values)
