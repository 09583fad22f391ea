"""What pip installs: typed, with the templates compiled, and giving the same bytes as the sources."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the wheel")

ROOT = Path(__file__).parents[2]

RENDER = """
import sys
from oxconf.api import load
from oxconf.artifacts._template import _loader
from oxconf.bundle.archive import tar
from oxconf.bundle.contents import contents, digest
from oxconf.plan import make_plan
plan = make_plan(load(tier="1m"))
print(type(_loader()).__name__, [digest(tar(contents(plan, host))) for host in plan.hosts])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def rendered(path: Path, cwd: Path) -> list[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    output = subprocess.run(
        [sys.executable, "-c", RENDER],
        cwd=cwd,
        env=environment | {"PYTHONPATH": str(path)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return output.split(" ", 1)


def test_the_wheel_is_typed_and_holds_compiled_templates_alone(installed: Path) -> None:
    templates = installed / "oxconf/artifacts/templates"

    assert (installed / "oxconf/py.typed").is_file()
    assert len(list((templates / "compiled").glob("tmpl_*.py"))) == len(
        list((ROOT / "oxconf/artifacts/templates").glob("*.j2"))
    )
    assert not list(templates.glob("*.j2"))
    assert (installed / "oxconf/deployment/tiers/1m.toml").is_file()
    assert (installed / "oxconf/bundle/install.sh").read_bytes() == (
        ROOT / "oxconf/bundle/install.sh"
    ).read_bytes()


def test_the_wheel_renders_what_the_sources_render(installed: Path, tmp_path: Path) -> None:
    loader, from_wheel = rendered(installed, tmp_path)
    source_loader, from_sources = rendered(ROOT, tmp_path)

    assert (loader, source_loader) == ("ModuleLoader", "PackageLoader")
    assert from_wheel == from_sources


def test_building_leaves_nothing_in_the_checkout(installed: Path) -> None:
    assert not (ROOT / "dist").exists()
    assert not (ROOT / "oxconf/artifacts/templates/compiled").exists()
