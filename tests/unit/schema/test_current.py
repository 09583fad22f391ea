"""The schemas that are kept in the repository are those that oxconf prints."""

from pathlib import Path

import pytest

from oxconf.schema.catalog import SCHEMAS, file_name, show

FOLDER = Path(__file__).parents[3] / "schemas"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_kept_schema_is_current(name: str) -> None:
    kept = (FOLDER / file_name(name)).read_text("utf-8")

    assert kept == show(name), "run: make schemas"


def test_no_schema_is_kept_that_is_gone() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(file_name(name) for name in SCHEMAS)
