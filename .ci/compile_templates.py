"""Build hook of the wheel: compiles the Jinja2 templates, so that nobody's first call has to."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTemplates(BuildHookInterface):
    compiled: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install reads the sources, which change while somebody works on them.
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from jinja2 import FileSystemLoader

        from oxconf.artifacts._template import environment

        self.compiled = TemporaryDirectory(prefix="oxconf-templates-")
        target = Path(self.compiled.name)
        templates = environment(FileSystemLoader(root / "oxconf/artifacts/templates"), str)
        templates.compile_templates(target, zip=None, ignore_errors=False)
        for module in sorted(target.glob("*.py")):
            build_data["force_include"][str(module)] = f"oxconf/artifacts/templates/compiled/{module.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.compiled is not None:
            self.compiled.cleanup()
