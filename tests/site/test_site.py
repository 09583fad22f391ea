"""The built site: every link leads somewhere, nothing is loaded from elsewhere, the search knows every name."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from generate import stage

from oxconf.cli import oxconf
from oxconf.plan import ARTIFACTS
from oxconf.rules import RULES
from oxconf.schema.keys import all_keys

ROOT = Path(__file__).parents[2]
HOME = "http://site.invalid/"
LOADING = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}
LOADING |= {("object", "data"), ("video", "src"), ("audio", "src"), ("embed", "src"), ("use", "href")}
NOT_LOADED = {"canonical", "next", "prev", "license"}


class Page(HTMLParser):
    """What a page offers and asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.styles: list[str] = []
        self.classes: set[str] = set()
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.classes |= set(values.get("class", "").split())
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if "style" in values:
            self.styles.append(values["style"])
        for name, value in values.items():
            if (tag, name) in LOADING and values.get("rel") not in NOT_LOADED:
                self.loads.append(value)
            if name == "srcset":
                self.loads += [part.split()[0] for part in value.split(",")]

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


class Site:
    """All files of a built site, its pages parsed."""

    def __init__(self, folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        self.files = {path.relative_to(folder).as_posix(): path for path in files}
        self.pages = {
            name: Page(path.read_text("utf-8")) for name, path in self.files.items() if name.endswith(".html")
        }
        index = json.loads(self.files["search/search_index.json"].read_text("utf-8"))
        self.search, self.searches = index["docs"], index["config"]

    def complaint(self, name: str, link: str) -> str:
        """Return why a link of a page leads nowhere, empty where it does lead somewhere or outside."""
        url = urlsplit(urljoin(HOME + name.removesuffix("index.html"), link))
        if not url.geturl().startswith(HOME):
            return ""
        target = unquote(url.path).removeprefix("/")
        if target == "" or target.endswith("/"):
            target += "index.html"
        if target not in self.files:
            return f"{name}: {link}: no such file"
        fragment = unquote(url.fragment)
        if fragment and fragment not in self.pages[target].ids:
            return f"{name}: {link}: no such anchor"
        return ""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    if not find_spec("mkdocs") or not find_spec("material"):
        pytest.skip(
            "mkdocs-material is not installed: make test installs it, or pip install -r .ci/requirements-site.txt"
        )
    build = tmp_path_factory.mktemp("site")
    stage.stage(build)
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file", "mkdocs.yml"],
        cwd=build,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    return Site(build / "public")


def test_every_link_and_anchor_resolves(site: Site) -> None:
    # The page for what is not found takes its links from the root of a site.
    pages = {name: page for name, page in site.pages.items() if name != "404.html"}
    complaints = [
        site.complaint(name, link) for name, page in pages.items() for link in page.links + page.loads
    ]

    assert len(pages) > len(RULES) + len(ARTIFACTS)
    assert list(filter(None, complaints)) == []


def test_no_anchor_is_there_twice(site: Site) -> None:
    for name, page in site.pages.items():
        assert {each for each in page.ids if page.ids.count(each) > 1} == set(), name


def test_what_the_search_finds_is_there(site: Site) -> None:
    complaints = [site.complaint("index.html", entry["location"]) for entry in site.search]

    assert complaints
    assert list(filter(None, complaints)) == []


def outside(urls: list[str]) -> Iterator[str]:
    for url in urls:
        parts = urlsplit(url)
        if (parts.scheme or parts.netloc) and parts.scheme != "data":
            yield url


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    for name, page in site.pages.items():
        assert list(outside(page.loads)) == [], name
        assert list(outside(addresses("\n".join(page.styles)))) == [], name
        # The theme's script would fetch its drawing library for these.
        assert "mermaid" not in page.classes, name
    for name, path in site.files.items():
        if name.endswith(".css"):
            assert list(outside(addresses(path.read_text("utf-8")))) == [], name


def addresses(css: str) -> list[str]:
    """Return what a style sheet loads."""
    found = re.findall(r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)""", css)
    return [first or second for first, second in found]


def test_no_page_claims_to_live_somewhere(site: Site) -> None:
    for name in site.pages:
        assert 'rel="canonical"' not in site.files[name].read_text("utf-8"), name
    # `make site` removes it.
    assert "<loc>" not in site.files["sitemap.xml"].read_text("utf-8")


@pytest.mark.parametrize("url", ["", "https://example.com/oxconf/"])
def test_a_sitemap_without_addresses_is_not_published(url: str) -> None:
    said = subprocess.run(
        ["make", "--dry-run", "site", f"SITE_URL={url}"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ("rm -f build/public/sitemap.xml" in said.stdout) is (not url)


def test_the_search_finds_every_rule_setting_and_key(site: Site) -> None:
    titles = {entry["location"]: re.sub("<[^>]*>", "", entry["title"]) for entry in site.search}

    for rule in RULES:
        assert titles[f"reference/rules/{rule.code}/"] == f"{rule.code} {rule.name}"
    for key in all_keys():
        if not key.is_table:
            assert titles[f"reference/cluster-file/#{key.full_name}"] == key.full_name
    for artifact in ARTIFACTS:
        own = {title for location, title in titles.items() if f"/files/{artifact.kind}/#" in location}
        assert {setting.key for setting in artifact.documented()} <= own


def test_a_page_follows_the_palette_of_the_system(site: Site) -> None:
    text = site.files["index.html"].read_text("utf-8")

    assert "(prefers-color-scheme: dark)" in text
    assert 'data-md-color-scheme="slate"' in text
    assert 'name="viewport"' in text


LARGEST = {
    "reference/rules/OX": 100_000,
    "reference/rules/": 10_000 + 1_000 * len(RULES),
    "reference/files/": 150_000,
    "reference/": 200_000,
    "bundles/": 300_000,
    "": 150_000,
}
"""Bytes of one page by what its name begins with; about twice what is there, for slow lines."""


def test_no_page_is_large(site: Site) -> None:
    for name in site.pages:
        limit = next(limit for kind, limit in LARGEST.items() if name.startswith(kind))
        assert site.files[name].stat().st_size < limit, name


def test_the_search_knows_no_more_than_it_must(site: Site) -> None:
    size = site.files["search/search_index.json"].stat().st_size

    assert size / len(site.search) < 1_000, "the average of an entry"


def test_the_search_finds_what_people_call_the_worst_case(site: Site) -> None:
    assert any("split brain" in f"{entry['title']} {entry['text']}".lower() for entry in site.search)


def test_the_search_leaves_no_word_out(site: Site) -> None:
    # What a command is called, "why", is on the usual list of words that say nothing.
    assert site.searches["pipeline"] == ["trimmer"]
    titles = {entry["location"]: re.sub("<[^>]*>", "", entry["title"]) for entry in site.search}
    for command in oxconf.commands:
        assert titles[f"reference/commands/#oxconf-{command}"] == f"oxconf {command}"
