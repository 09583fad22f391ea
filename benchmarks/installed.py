"""oxconf as users have it: the wheel of this checkout, installed by pip into an environment of its own."""

import sys
from pathlib import Path

from benchmarks.measure import output_of

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build/benchmarks"
BIN = BUILD / "venv/bin"

_QUIET = ("--quiet", "--disable-pip-version-check")


def install() -> None:
    """Build the wheel and install it below `build/`, with the libraries at the versions of development."""
    wheels = BUILD / "wheel"
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        *_QUIET,
        "--no-deps",
        "--no-build-isolation",
    ]
    output_of([*build, "--wheel-dir", wheels, ROOT])
    (wheel,) = wheels.glob("oxconf-*.whl")
    if not (BIN / "python").exists():
        output_of([sys.executable, "-m", "venv", BUILD / "venv"])
    pip: list[str | Path] = [BIN / "python", "-m", "pip", "install", *_QUIET]
    output_of([*pip, "--constraint", ROOT / ".ci/requirements.txt", wheel])
    # An older wheel of the same version may have been there.
    output_of([*pip, "--no-deps", "--force-reinstall", wheel])
