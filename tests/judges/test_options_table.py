"""The table of options says what the server of Debian 12 says, option by option."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from judges.harness import need

from oxconf.deployment.model import Flavour
from oxconf.options import Option, State, options_of

OPTIONS = options_of(Flavour.MARIADB, "10.11")
REFUSED = re.compile(r"unknown (option|variable)|ambiguous option", re.IGNORECASE)
IGNORED = re.compile(r"was removed|compatible option|It does nothing", re.IGNORECASE)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_mariadb_10_11_says_the_same(option: Option, tmp_path: Path) -> None:
    need("mariadbd", "mariadb-server-core")
    version = subprocess.run(["mariadbd", "--version"], capture_output=True, text=True).stdout
    if "10.11." not in version:
        pytest.skip("the mariadbd here is of another series")
    # The option comes last: one that needs a value would take the next word for it, and the server would start.
    words = [
        "--no-defaults",
        "--user=mysql",
        f"--datadir={tmp_path}",
        "--help",
        "--verbose",
        f"--{option.name}",
    ]
    said = subprocess.run(["mariadbd", *words], capture_output=True, text=True, timeout=20).stderr

    # What needs a value is known as well.
    assert bool(REFUSED.search(said)) is (option.state is State.UNKNOWN), said
    if option.state is State.WARNS:
        assert IGNORED.search(said) or "ignored" in said, said
    elif option.state is not State.UNKNOWN:
        assert not IGNORED.search(said), said
