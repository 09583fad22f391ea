"""The archives of all reference deployments are the same under every Python that can be had here."""

import json
from pathlib import Path

import pytest
from pythons.interpreters import ROOT, VERSIONS, Missing, run

# Kept between runs, as `make pythons` does; `make clean` removes it.
KEPT = ROOT / "build" / "pythons"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_archives_are_those_of_this_python(version: str) -> None:
    try:
        found = run(version, KEPT)
    except Missing as missing:
        pytest.skip(f"Python {version} was not run: {missing}")

    assert found["python"].startswith(f"{version}.")
    assert found["digests"] == expected()


def expected() -> dict[str, str]:
    """The digests under the Python that runs the tests."""
    from oxconf.bundle.archive import tar
    from oxconf.bundle.contents import contents, digest
    from oxconf.deployment.load import load_text
    from oxconf.plan import make_plan

    found = {}
    for file in sorted(Path(ROOT).glob("bundles/*/cluster.toml")):
        plan = make_plan(load_text(file.read_text("utf-8")))
        found |= {
            f"{file.parent.name}/{host.host.name}": digest(tar(contents(plan, host))) for host in plan.hosts
        }
    assert json.dumps(found) != "{}"
    return found
