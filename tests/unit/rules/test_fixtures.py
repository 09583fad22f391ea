"""Every rule has a cluster on which it fires and a near miss on which nothing fires, as files under tests/clusters.

`OXCONF_UPDATE=1 pytest tests/unit/rules/test_fixtures.py` writes the expected texts anew; read them before a commit.
"""

import os
from pathlib import Path

import pytest

from oxconf import rules
from oxconf.bundle.read import read
from oxconf.report.text import show
from oxconf.rules import RULES, judge

CLUSTERS = Path(__file__).parents[2] / "clusters"
ERR = sorted(path for path in (CLUSTERS / "err").iterdir() if path.is_dir())
OK = sorted(path for path in (CLUSTERS / "ok").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", ERR, ids=lambda path: path.name)
def test_the_rule_fires_and_says_this(folder: Path) -> None:
    findings = judge(read(folder))
    expected = folder / "expected.txt"
    if os.environ.get("OXCONF_UPDATE"):
        expected.write_text(show(findings) + "\n", "utf-8")

    assert show(findings) + "\n" == expected.read_text("utf-8")
    assert folder.name.split("-")[0] in {finding.code for finding in findings}


@pytest.mark.parametrize("folder", OK, ids=lambda path: path.name)
def test_nothing_fires_on_the_near_miss(folder: Path) -> None:
    assert show(judge(read(folder))) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_has_both_fixtures_and_all_its_texts(rule) -> None:  # type: ignore[no-untyped-def]
    name = f"{rule.code}-{rule.name}"

    assert any(folder.name.startswith(name) for folder in ERR)
    assert any(folder.name.startswith(name) for folder in OK)
    assert rule.check.__module__ == f"oxconf.rules.{rule.code.lower()}_{rule.name.replace('-', '_')}"
    for text in (rule.title, rule.why, rule.remedy, rule.source, rule.daemons):
        assert text.strip()


def test_every_module_is_registered() -> None:
    modules = sorted(path.stem for path in Path(rules.__file__).parent.glob("ox[0-9]*.py"))

    assert [rule.check.__module__.rpartition(".")[2] for rule in RULES] == modules, (
        "oxconf/rules/__init__.py names each module twice: among the imports and in RULES"
    )


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]

    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_fixture_belongs_to_a_rule() -> None:
    names = {f"{rule.code}-{rule.name}" for rule in RULES}

    assert {
        folder.name for folder in (*ERR, *OK) if not any(folder.name.startswith(name) for name in names)
    } == set()
