"""The generated pages: everything has its text and its anchor, and nothing can break a page."""

import html
import inspect
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from attrs import evolve, frozen
from generate import api, clusters, commands, keys, markdown, measured, rules, settings, stage

import oxconf
from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.multicast import MulticastUnit
from oxconf.cli import oxconf as command_line
from oxconf.deployment.model import key
from oxconf.plan import ARTIFACTS
from oxconf.rules import RULES
from oxconf.schema.keys import all_keys
from oxconf.schema.keys import keys as keys_of

ROOT = Path(__file__).parents[2]

ODD = (
    "a|b `c|d`",
    "<b>x</b> <http://example.com> &lt; &",
    "*a* **b** _c_ __d__ a_b_c",
    "[x](y) ![i](j) [z]: k",
    "{#id} {: .class }",
    "# heading",
    "- item",
    "1. item",
    ": definition",
    "===",
    "a\\|b \\",
    "`",
    "``a``",
    "${x} $(y) ~~z~~ ^u^",
    "two\nlines",
    '??? note "x"',
    "???+ note",
    '!!! note "x"',
    "/// note",
    "=== tab",
    'say "no"',
)


def shown(text: str) -> str:
    """A page as mkdocs shows it, with the extensions that the site has."""
    engine = pytest.importorskip("markdown", reason="mkdocs is not installed: make test installs it")
    yaml = pytest.importorskip("yaml", reason="mkdocs is not installed: make test installs it")
    configured = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["markdown_extensions"]
    options = {name: each[name] for each in configured if isinstance(each, dict) for name in each}
    names = [each if isinstance(each, str) else next(iter(each)) for each in configured]
    return str(engine.markdown(text, extensions=names, extension_configs=options))


def words(part: str) -> str:
    """What a part of a page shows; the sign of a heading's link is none of its words."""
    part = re.sub(r'<a class="headerlink".*?</a>', "", part)
    return html.unescape(re.sub("</?code>", "", part))


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("write", [markdown.escape, markdown.code, markdown.prose])
@pytest.mark.parametrize("frame", ["{}", "| h | i |\n| --- | --- |\n| {} | next |", "## {} {{ #fragment }}"])
def test_any_text_is_shown_as_it_is(text: str, write: Callable[[str], str], frame: str) -> None:
    page = shown(frame.format(write(text)))
    (cell,) = re.findall(r"<(?:p|td|h2 id=\"fragment\")>(.*?)</(?:p|td|h2)>", page, re.DOTALL)[:1]
    line = " ".join(text.split())

    # A sentence says with backticks what is code.
    assert words(cell) == (re.sub("`([^`]+)`", r"\1", line) if write is markdown.prose else line)
    assert "|" not in frame or "<td>next</td>" in page
    assert "|" in frame or page.count("<") == cell.count("<") + 2, "no other element"


@pytest.mark.parametrize("text", ODD)
def test_a_title_is_shown_as_it_is(text: str) -> None:
    line = " ".join(text.split())
    (block,) = re.findall(r'<span class="filename">(.*?)</span>', shown(markdown.fence("x", "ini", text)))
    (opens,) = re.findall("<summary>(.*?)</summary>", shown(markdown.details(text, "body")))

    assert [words(block), words(opens)] == [line, line]


def test_a_sentence_keeps_its_code() -> None:
    assert markdown.prose("`tcp`: a|b, see `x|y`") == "`tcp`: a&#124;b, see <code>x&#124;y</code>"


def test_a_block_of_code_may_hold_one() -> None:
    assert markdown.fence("```\nx\n```").startswith("````text\n")


def test_examples_of_a_docstring_stay_together() -> None:
    assert markdown.docstring("A\nb.\n\n    one\n\n    two\n") == "A b.\n\n```python\none\n\ntwo\n```"


def test_every_key_has_its_text_and_anchor() -> None:
    page = keys.pages()[keys.PAGE]

    for one in all_keys():
        assert markdown.prose(one.doc) in page
        assert f"{{ #{one.full_name} }}" in page


def test_a_default_is_the_tiers_or_follows_from_other_keys() -> None:
    parts = keys.pages()[keys.PAGE].split("\n### ")
    access, address, tier, load_factor = (
        next(part for part in parts if part.startswith(f"`{name}`"))
        for name in ("database.access", "web.address", "tier", "hosts.load_factor")
    )

    assert (
        '- Default: follows from [`database.mode`](#database.mode)\n- Default in `poc`: `"direct"` ('
        in access
    )
    assert '- Default in `100k` and `1m`: `"haproxy"` (' in access
    assert "- Default in `poc`: none\n" in address
    assert "- Default: none\n" in tier
    assert "- Default: follows from [`hosts.roles`](#hosts.roles)\n" in load_factor


@pytest.mark.parametrize("cls", ARTIFACTS, ids=lambda cls: cls.kind)
def test_every_setting_has_its_text_and_anchor(cls: type[Artifact]) -> None:
    page = settings.pages([cls])[f"{settings.FOLDER}/{cls.kind}.md"]
    anchors = re.findall(r"^### .* \{ #(\S+) \}$", page, re.MULTILINE)

    assert anchors == [markdown.anchor(setting.key) for setting in cls.documented()]
    assert len(set(anchors)) == len(anchors)
    for setting in cls.documented():
        assert markdown.prose(setting.doc) in page


def files_page(kind: str) -> str:
    (cls,) = (cls for cls in ARTIFACTS if cls.kind == kind)
    return settings.pages([cls])[f"{settings.FOLDER}/{kind}.md"]


@pytest.mark.parametrize(
    ("kind", "hosts"),
    [
        ("hosts", "all"),
        ("multicast-unit", "groupware and provisioning"),
        ("check-web", "balancer"),
        ("proxy-ajp", "web"),
        ("keepalived-conf", "balancer, director, maxscale and database in some clusters"),
        ("sysusers", "groupware, provisioning and filestore"),
        ("garb", "arbitrator"),
    ],
)
def test_a_file_names_the_roles_that_have_it(kind: str, hosts: str) -> None:
    assert f"\n- Hosts: {hosts}\n" in files_page(kind)


def test_roles_that_the_examples_do_not_tell_apart_stop_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    only = {name: plan for name, plan in clusters.named().items() if name == "two-and-arbitrator"}
    monkeypatch.setattr(clusters, "examples", lambda: tuple(only.values()))
    monkeypatch.setattr(settings, "files_of", settings.files_of.__wrapped__)

    assert list(settings.missing([MulticastUnit])) == [
        "the hosts of the file multicast-unit: no example cluster tells whether it goes with groupware or web or "
        "balancer"
    ]


def test_a_tier_without_the_file_says_so() -> None:
    page = files_page("wsrep-cnf")

    assert "\n- Tiers: `100k` and `1m`\n" in page
    assert "| [`wsrep_on`](#wsrep_on) | no such file | `ON` | `ON` |" in page
    assert "- In `poc`: no such file in this tier\n" in page
    assert "- In `poc`: not set\n" not in page


def test_a_file_of_no_tier_shows_the_examples_that_have_it() -> None:
    page = files_page("percona-garb")
    index = settings.pages()[f"{settings.FOLDER}/index.md"]

    assert (
        "- Tiers: none; the values below are those of `tests/clusters/deployments/pxc80-arbitrator.toml`\n"
        in page
    )
    assert "| Setting | pxc80-arbitrator |\n" in page
    assert "- In `pxc80-arbitrator`: " in page
    assert "no such file" not in page
    assert re.search(r"\(percona-garb\.md\) \|.*\| arbitrator \| none \|$", index, re.MULTILINE)
    assert re.search(r"\(hosts\.md\) \|.*\| all \| every \|$", index, re.MULTILINE)


def test_every_rule_has_a_page_with_its_texts() -> None:
    pages = rules.pages()

    for rule in RULES:
        page = pages[f"reference/rules/{rule.code}.md"]
        assert page.startswith(f"# {rule.code} {rule.name}\n")
        for text in (rule.title, rule.why, rule.remedy, rule.daemons, rule.source):
            assert markdown.prose(text) in page
        assert f"{rule.severity.value} {rule.code} {rule.name}: " in page
        assert f"[{rule.code}]({rule.code}.md)" in pages["reference/rules/index.md"]


def test_every_command_and_option_is_described() -> None:
    page = commands.pages()[commands.PAGE]

    for name, command in command_line.commands.items():
        assert f"## `oxconf {name}` {{ #oxconf-{name} }}" in page
        for param in command.params:
            if isinstance(param, click.Option):
                assert markdown.prose(param.help or "") in page
    for code, meaning in (("0", "done"), ("1", "findings"), ("2", "bad input")):
        assert f"| {code} | {meaning}" in page


def test_every_public_name_is_described() -> None:
    page = api.pages()[api.PAGE]

    for name in oxconf.__all__:
        own = page.partition(f"### `oxconf.{name}` {{ #{name} }}\n")[2].partition("\n### ")[0]
        said = getattr(oxconf, name)
        if inspect.isfunction(said):
            signature = inspect.signature(said)
            head = own[own.index(f"oxconf.{name}(") : own.index("\n```\n")]
            assert re.findall(r"(\w+): ", head) == list(signature.parameters)
            assert head.endswith(f" -> {annotation(signature.return_annotation)}")
        if inspect.isfunction(said) or inspect.isclass(said):
            first = inspect.cleandoc(said.__doc__ or "").split("\n\n")[0]
            assert first
            assert markdown.prose(first) in own
        else:
            assert own.strip()


def annotation(of: Any) -> str:
    """A type as a source names it."""
    return of.__name__ if isinstance(of, type) and not get_args(of) else re.sub(r"[a-z_]+\.", "", str(of))


FIGURES = ROOT / "tests" / "data" / "lab-results.json"


def test_the_figures_of_the_lab_are_a_page_once_somebody_kept_them(tmp_path: Path) -> None:
    assert measured.pages(tmp_path / "none.json") == {}
    assert measured.PAGE not in json.dumps(stage.navigation({}))

    pages = measured.pages(FIGURES)

    assert list(pages) == [measured.PAGE]
    assert measured.PAGE in json.dumps(stage.navigation(pages))
    page = shown(str(pages[measured.PAGE]))
    assert "<td>writes again after SIGSTOP of the writer</td>" in page
    assert "OX1 and OX2 answer with the route OX1 <both>" in html.unescape(page)
    assert "<both>" not in page
    assert page.count("<svg xmlns") == page.count('class="oxconf-lab"') == 5
    for fragment in ("failed", "results", "gaps", "rates", "conditions"):
        assert f'<h2 id="{fragment}">' in page


def test_figures_that_can_not_be_read_stop_the_build(tmp_path: Path) -> None:
    (tmp_path / "measured.json").write_text("{}")

    (said,) = measured.missing(tmp_path / "measured.json")

    assert "this is no report of the lab" in said
    assert list(measured.missing(FIGURES)) == []


def test_no_text_is_missing() -> None:
    assert list(stage.missing()) == []


@frozen
class Undocumented:
    size: int = key("")
    word: str = key("A word.", pattern="[a-z]+")


def test_a_key_without_a_text_is_named() -> None:
    assert list(keys.missing(keys_of(Undocumented, ("table",)))) == [
        "the key table.size of the cluster file has no doc",
        "the key table.word of the cluster file has a pattern, but no shape that says it in words",
    ]


def test_a_setting_without_a_text_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = GtidCnf.documented()
    empty = evolve(first, doc=" ")
    monkeypatch.setattr(GtidCnf, "documented", classmethod(lambda cls: (empty, *others)))

    assert list(settings.missing([GtidCnf])) == [f"the setting {first.key} of gtid-cnf has no doc"]


def test_a_rule_without_a_text_is_named(tmp_path: Path) -> None:
    rule = evolve(RULES[0], remedy="")

    assert list(rules.missing([rule])) == [f"the rule {rule.code} has no remedy"]
    assert list(rules.missing([RULES[0]], clusters=tmp_path)) == [
        f"the rule {rule.code} has no example, a folder {rule.code}-{rule.name} in tests/clusters/err"
    ]


def test_an_option_without_a_help_is_named() -> None:
    @click.group()
    def group() -> None:
        """Group.

        Exit codes: 0 done.
        """

    @group.command(epilog="\b\nExamples:\n  group one\n")
    @click.option("--silent")
    def one(silent: str) -> None:
        """One."""

    @group.command()
    def two() -> None:
        pass

    assert list(commands.missing(group)) == [
        "the option --silent of group one has no help",
        "the command group two has no help",
        "the command group two has no examples in its epilog",
    ]


class Silent:
    def speak(self) -> None:
        pass


def test_a_public_name_without_a_docstring_is_named() -> None:
    assert list(api.missing({"Silent": Silent})) == [
        "the public name oxconf.Silent has no docstring",
        "the method oxconf.Silent.speak has no docstring",
    ]


def test_the_build_stops_and_names_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "missing", lambda: iter(["the rule OX999 has no why", "and another"]))
    monkeypatch.setattr(stage, "WRITTEN", ("nowhere.md",))

    with pytest.raises(stage.MissingTextError) as caught:
        stage.stage(tmp_path)

    for line in ("the page site/nowhere.md is not there", "the rule OX999 has no why", "and another"):
        assert f"\n  {line}" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def staged(folder: Path, seed: str) -> dict[str, bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT / 'tests'}",
        "PYTHONHASHSEED": seed,
        "COLUMNS": seed + "0",
    }
    subprocess.run(
        [sys.executable, "-m", "generate", "--build", str(folder)], cwd=ROOT, env=environment, check=True
    )
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_input_gives_the_same_tree(tmp_path: Path) -> None:
    (tmp_path / "two" / "docs").mkdir(parents=True)
    (tmp_path / "two" / "docs" / "left-over.md").write_text("of an earlier run")

    one, two = (staged(tmp_path / name, seed) for name, seed in (("one", "4"), ("two", "16")))

    assert one == two
    assert "docs/index.md" in one
    assert not [name for name in one if "generate" in name]
    assert not [name for name in one if str(ROOT).encode() in one[name]]


def test_what_mkdocs_is_told_to_load_is_there() -> None:
    yaml = pytest.importorskip("yaml", reason="mkdocs is not installed: make test installs it")
    configured = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    own = [*configured["extra_css"], *configured["extra_javascript"]]

    assert own
    assert [name for name in own if not (stage.SITE / name).is_file()] == []


def python(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'site'}:{ROOT / 'tests'}"}
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_a_file_in_the_place_of_the_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "build").touch()

    result = python("generate", "--build", tmp_path / "build")

    assert result.returncode == 1
    assert result.stderr.startswith("the site can not be built: ")
    assert result.stderr.endswith(": Not a directory\n")
    assert len(result.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = python("generate.serve", tmp_path, str(port))

    assert result.returncode == 1
    assert result.stderr == f"port {port}: Address already in use; choose another one: make serve PORT=8080\n"


def test_a_port_that_can_not_be_is_one_line(tmp_path: Path) -> None:
    result = python("generate.serve", tmp_path, "70000")

    assert result.returncode == 1
    assert result.stderr.startswith("port 70000: ")
    assert len(result.stderr.splitlines()) == 1
