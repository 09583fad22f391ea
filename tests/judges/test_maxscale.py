"""maxscale.cnf is an ini file. MaxScale itself is not asked: Debian has none, so what it says is documentation."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest

from oxconf.artifacts._keyvalue import settings
from oxconf.artifacts.maxscale_cnf import MaxscaleCnf
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan

CLUSTERS = Path(__file__).parents[1] / "clusters" / "deployments"
ODD = "=:%b[c]{d}!@&*()-_+|<>?,./\\^~`aZ9"
"""A password of every sign that is not refused."""


def read(text: str) -> dict[str, dict[str, str]]:
    """What an independent reader of ini files makes of it: comments only with #, nothing is replaced."""
    parser = RawConfigParser(
        delimiters=("=",), comment_prefixes=("#",), strict=True, empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


@pytest.mark.parametrize("name", ["1m-maxscale", "1m-maxscale-hosts"])
def test_another_reader_of_ini_files_finds_the_same_values(name: str) -> None:
    text = (CLUSTERS / f"{name}.toml").read_text()
    plan = make_plan(load_text(text, secrets={"maxscale": ODD}))
    files = [
        artifact for host in plan.hosts for artifact in host.artifacts if isinstance(artifact, MaxscaleCnf)
    ]
    assert files
    for artifact in files:
        expected = {}
        for section in artifact.sections:
            values = {
                data.key: data.codec.write(getattr(section, attribute.name))
                for attribute, data in settings(type(section))
                if getattr(section, attribute.name) is not None
            }
            expected[section.name] = (
                values if section.kind == "maxscale" else {"type": section.kind, **values}
            )
        found = read(artifact.render())
        assert found == expected
        assert found["galera_monitor"]["password"] == ODD
