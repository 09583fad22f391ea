"""Each class of bad input with its exact message: `tests/clusters/input/<name>.toml` and `<name>.txt`.

After a change of wording, run the tests once with OXCONF_UPDATE=1 in the environment, and read the difference.
"""

import os
from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import InputError

EXAMPLES = sorted((Path(__file__).parents[2] / "clusters" / "input").glob("*.toml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_message(example: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_text(example.read_text("utf-8"))
    message = f"{caught.value}\n"
    expected = example.with_suffix(".txt")
    if os.environ.get("OXCONF_UPDATE"):
        expected.write_text(message, "utf-8")
    assert message == expected.read_text("utf-8")


def test_every_message_has_an_example() -> None:
    assert EXAMPLES
    assert {path.stem for path in EXAMPLES} == {path.stem for path in EXAMPLES[0].parent.glob("*.txt")}
