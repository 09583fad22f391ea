"""The staging step: sources and generated pages in one tree, and mkdocs' file with the complete navigation."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generate import api, bundles, commands, databases, keys, measured, rules, settings, spans
from oxconf.rules import FAMILIES, RULES

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
CONFIGURATION = ROOT / "mkdocs.yml"
BUNDLES = ROOT / "bundles"

Pages = dict[str, str | bytes]

EXPLANATION = (
    "why.md",
    "read-policies.md",
    "web.md",
    "database-access.md",
    "maxscale.md",
    spans.PAGE,
    "sizing.md",
    "backup.md",
    "firewall.md",
    "differences.md",
    "sources.md",
)
REFERENCE = "reference/index.md"
WRITTEN = ("index.md", "tutorial.md", "install.md", REFERENCE, *EXPLANATION, "next.md")
"""The pages that somebody wrote, in the order of the navigation."""


_PICTURE = re.compile(rb"^<!-- picture: ([a-z0-9-]+) -->$", re.MULTILINE)


class MissingTextError(Exception):
    """Texts that somebody has yet to write; the message lists all of them."""


def stage(build: Path, *, site_url: str = "") -> None:
    """Write `docs` and `mkdocs.yml` into the build folder. Raises MissingTextError before it writes anything."""
    lacking = list(missing())
    if lacking:
        raise MissingTextError("the site can not be built:\n" + "\n".join(f"  {line}" for line in lacking))
    pages = {**written(), **generated()}
    docs = build / "docs"
    if docs.exists():
        shutil.rmtree(docs)
    for path, content in pages.items():
        target = docs / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    (build / "mkdocs.yml").write_text(configuration(pages, site_url), "utf-8")


def missing() -> Iterator[str]:
    """Yield a sentence for each text that is not there."""
    for name in WRITTEN:
        if not (SITE / name).is_file():
            yield f"the page site/{name} is not there"
    for module in (keys, settings, databases, rules, commands, api, measured):
        yield from module.missing()
    yield from bundles.missing(BUNDLES)


def written() -> Pages:
    """Return what people wrote: all files of `site` but the generator."""
    files = sorted(path for path in SITE.rglob("*") if path.is_file())
    own = SITE / "generate"
    return {
        path.relative_to(SITE).as_posix(): spans.filled(_with_pictures(path.read_bytes()))
        for path in files
        if own not in path.parents
    }


def _with_pictures(content: bytes) -> bytes:
    """Return a page with the picture of a deployment wherever one is asked for."""
    return _PICTURE.sub(lambda match: bundles.picture(BUNDLES, match[1].decode()).encode(), content)


def generated() -> Pages:
    """Return the pages that follow from the code."""
    pages: Pages = {}
    for module in (keys, settings, databases, rules, commands, api, measured):
        pages.update(module.pages())
    pages.update(bundles.pages(BUNDLES))
    return pages


def navigation(pages: Pages) -> list[Any]:
    """Return what mkdocs takes as `nav`."""
    return [
        {"Start": "index.md"},
        {"Tutorial": "tutorial.md"},
        {"Install": "install.md"},
        {"Runbook": "runbook.md"},
        {"Bundles": bundles.navigation(BUNDLES)},
        {
            "Reference": [
                REFERENCE,
                {"Cluster file": keys.PAGE},
                {"Files": _below(settings.FOLDER, pages)},
                {"Databases": databases.PAGE},
                {"Rules": [f"{rules.FOLDER}/index.md", *_families()]},
                {"Commands": commands.PAGE},
                {"Python": api.PAGE},
            ]
        },
        {"Explanation": [*EXPLANATION, *(name for name in (measured.PAGE,) if name in pages)]},
        {"Next steps": "next.md"},
    ]


def configuration(pages: Pages, site_url: str = "") -> str:
    """Return mkdocs' file for the staged tree. JSON is YAML, so that nothing needs to be escaped by hand."""
    text = CONFIGURATION.read_text("utf-8")
    for before, after in (
        ("docs_dir: site", "docs_dir: docs"),
        ("site_dir: build/public", "site_dir: public"),
    ):
        if text.count(f"\n{before}\n") != 1:
            raise ValueError(f"mkdocs.yml: a line {before} is expected")
        text = text.replace(f"\n{before}\n", f"\n{after}\n")
    if site_url:
        text += f"\nsite_url: {json.dumps(site_url)}\n"
    return f"{text}\nnav: {json.dumps(navigation(pages), indent=2, ensure_ascii=False)}\n"


def _families() -> Iterator[dict[str, list[str]]]:
    for family, title in FAMILIES.items():
        own = [rules.path(rule) for rule in RULES if rule.family == family]
        if own:
            yield {f"{title} ({family}xx)": own}


def _below(folder: str, pages: Pages) -> list[str]:
    """Return the Markdown pages of a folder, its index first, the others as they were made."""
    found = [path for path in pages if path.startswith(f"{folder}/") and path.endswith(".md")]
    return sorted(found, key=lambda path: path != f"{folder}/index.md")
