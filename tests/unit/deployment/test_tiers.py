"""Every line of a tier says who says so."""

from pathlib import Path

import pytest

import oxconf.deployment
from oxconf.deployment.load import TIERS

FILES = sorted((Path(oxconf.deployment.__file__).parent / "tiers").glob("*.toml"))


def test_files() -> None:
    assert {file.stem for file in FILES} == {"common", *TIERS}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_marks(file: Path) -> None:
    lines = [
        line for line in file.read_text("utf-8").split("\n") if " = " in line and not line.startswith("#")
    ]
    assert lines
    for line in lines:
        value, _, comment = line.partition("  # ")
        mark, _, why = comment.partition(" ")
        assert value, line
        assert mark in ("TUTORIAL", "SOURCE", "OURS"), line
        assert why or mark == "TUTORIAL", line
