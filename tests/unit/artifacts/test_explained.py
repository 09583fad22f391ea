"""Every line of every file that is written says why it is there."""

import re
from pathlib import Path

import pytest

from oxconf.api import load
from oxconf.artifacts._artifact import Artifact
from oxconf.deployment.model import Deployment
from oxconf.deployment.origin import Mark
from oxconf.plan import ARTIFACTS, make_plan

CLUSTERS = sorted((Path(__file__).parents[2] / "clusters" / "deployments").glob("*.toml"))

PROGRAMS = {"backup", "check-maxscale", "check-web", "clustercheck", "none-fit", "oxinstaller", "restore"}
"""Shell programs: their variables and arguments are settings, the rest is code."""

STRUCTURE = re.compile(
    r"\[[^]]+\]|(global|defaults|listen \S+)|.*\{|\}|</?(Proxy|Location|LocationMatch|IfModule|VirtualHost)\b.*>"
    r"|!includedir .*|(auto|iface) .*|set -eu|exec .*"
)
"""Lines that only hold others together."""


def artifacts(deployment: Deployment) -> list[Artifact]:
    return [artifact for host in make_plan(deployment).hosts for artifact in host.artifacts]


@pytest.fixture(scope="module", params=CLUSTERS, ids=lambda path: path.stem)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    return load(request.param)


def test_each_line_is_explained(deployment: Deployment) -> None:
    silent = []
    for artifact in artifacts(deployment):
        explained = {value.line for value in artifact.explained()}
        # A line that a backslash joins to the next one is one statement.
        lines = re.sub(r"\\\n", "\\n#", artifact.render()).split("\n")
        for number, line in enumerate(lines, 1):
            code = line.strip()
            if artifact.kind in PROGRAMS or not code or code.startswith("#") or STRUCTURE.fullmatch(code):
                continue
            if number not in explained:
                silent.append(f"{artifact.kind}:{number}: {code}")

    assert sorted(set(silent)) == []


def test_each_value_has_a_reason(deployment: Deployment) -> None:
    silent = set()
    for artifact in artifacts(deployment):
        for value in artifact.explained():
            if not value.origin.why and value.origin.mark is not Mark.TUTORIAL:
                silent.add(f"{artifact.kind}: {value.setting.key}")

    assert sorted(silent) == []


def test_each_reason_rests_on_keys_that_exist(deployment: Deployment) -> None:
    for artifact in artifacts(deployment):
        for value in artifact.explained():
            for key in value.origin.keys:
                assert key in deployment.origins, f"{artifact.kind}: {value.setting.key}"


def test_each_reason_is_about_something(deployment: Deployment) -> None:
    idle = set()
    for artifact in artifacts(deployment):
        known = [setting.name for setting in artifact.documented()]
        for name in artifact.origins:
            if not any(name == each or name.endswith(f" {each}") for each in known):
                idle.add(f"{artifact.kind}: {name}")

    assert sorted(idle) == []


def test_no_secret_is_shown(deployment: Deployment) -> None:
    for artifact in artifacts(deployment):
        for value in artifact.explained():
            assert "REPLACE_" not in value.text, f"{artifact.kind}: {value.setting.key}"


@pytest.mark.parametrize("cls", ARTIFACTS, ids=lambda cls: cls.kind)
def test_each_setting_is_known_once_and_in_words(cls: type[Artifact]) -> None:
    keys = [setting.key for setting in cls.documented()]

    assert keys
    assert sorted(set(keys)) == sorted(keys)
    for setting in cls.documented():
        assert setting.doc.endswith("."), setting.key
        assert setting.type, setting.key
