"""The pages of the rules: one for each, with the cluster on which it is tried."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from generate.markdown import anchor, code, document, escape, fence, heading, prose, table
from oxconf.rules import FAMILIES, RULES, Rule

FOLDER = "reference/rules"
CLUSTERS = Path(__file__).parents[2] / "tests" / "clusters"
CONTEXT = 4
"""Lines around those that a finding names."""
LONGEST = 40
MOST_FILES = 4
"""More files would be the same again for other hosts."""
_PLACE = re.compile(r"^  (?:at|and) ([^:]+):(/[^:\n]*)(?::([0-9]+))?$", re.MULTILINE)

_INTRODUCTION = """
`oxconf check` and `oxconf render` judge the files of the whole cluster together. Each rule has a code that is never
given to another one, and a name that says what is wrong. An error stops `oxconf render`; a warning changes an exit code
only with `--strict`. `oxconf explain CODE` says the same without this site.
"""


def pages(rules: Sequence[Rule] = RULES, clusters: Path = CLUSTERS) -> dict[str, str]:
    """Return a page for each rule, and their list."""
    return {f"{FOLDER}/index.md": _index(rules), **{path(rule): _page(rule, clusters) for rule in rules}}


def missing(
    rules: Sequence[Rule] = RULES, clusters: Path = CLUSTERS, families: Mapping[str, str] = FAMILIES
) -> Iterator[str]:
    """Yield the texts that a rule lacks, and the rules without an example."""
    for rule in rules:
        for text in ("name", "title", "why", "remedy", "source", "daemons"):
            if not getattr(rule, text).strip():
                yield f"the rule {rule.code} has no {text}"
        if not _examples(rule, clusters):
            yield f"the rule {rule.code} has no example, a folder {rule.code}-{rule.name} in tests/clusters/err"
        if rule.family not in families:
            yield f"the family {rule.family} of the rule {rule.code} has no title in FAMILIES"


def path(rule: Rule) -> str:
    """Return where the page of a rule is."""
    return f"{FOLDER}/{rule.code}.md"


def _index(rules: Sequence[Rule]) -> str:
    blocks = ["# Rules", _INTRODUCTION]
    for family, title in FAMILIES.items():
        rows = [
            (f"[{rule.code}]({rule.code}.md)", code(rule.name), rule.severity.value, prose(rule.title))
            for rule in rules
            if rule.family == family
        ]
        blocks += [
            heading(2, f"{escape(title)} ({family}xx)", family),
            table(("Code", "Name", "Severity", "What is wrong"), rows),
        ]
    return document(*blocks)


def _page(rule: Rule, clusters: Path) -> str:
    severity = f"**{rule.severity.value.capitalize()}**"
    if rule.deploy is not None and rule.deploy is not rule.severity:
        severity += f", and {rule.deploy.value} under {code('oxconf check --deploy')}"
    family = f"[{escape(FAMILIES[rule.family])}](index.md#{rule.family})"
    return document(
        f"# {rule.code} {rule.name}",
        f"{prose(rule.title)}.",
        f"{severity}. Family: {family}.",
        heading(2, "What happens", "what-happens"),
        prose(rule.why),
        heading(2, "What to do", "what-to-do"),
        prose(rule.remedy),
        heading(2, "What the daemons say", "daemons"),
        prose(rule.daemons),
        heading(2, "Source", "source"),
        prose(rule.source),
        heading(2, "Example", "example"),
        *(block for folder in _examples(rule, clusters) for block in _example(folder, rule, clusters)),
    )


def _examples(rule: Rule, clusters: Path) -> list[Path]:
    """Return the clusters on which the rule fires, the plain one first."""
    return sorted(folder for folder in clusters.glob(f"err/{rule.code}-{rule.name}*") if folder.is_dir())


def _example(folder: Path, rule: Rule, clusters: Path) -> Iterator[str]:
    words = folder.name.removeprefix(f"{rule.code}-{rule.name}").lstrip("-").replace("-", " ")
    if words:
        yield heading(3, f"Example: {escape(words)}", anchor(f"example-{words}"))
    said = (folder / "expected.txt").read_text("utf-8")
    yield f"{code('oxconf check')} says:"
    yield fence(said, wrapped=True)
    places: dict[tuple[str, str], set[int]] = {}
    for host, file, line in _PLACE.findall(said):
        places.setdefault((host, file), set()).add(int(line or 0))
    shown = [
        _excerpt(folder / host / "rootfs" / file[1:], f"{host}:{file}", lines)
        for (host, file), lines in places.items()
        if (folder / host / "rootfs" / file[1:]).exists()
    ]
    if shown:
        yield "The lines that it names:"
        yield from shown[:MOST_FILES]
    if len(shown) > MOST_FILES:
        yield f"And so on, in {len(shown) - MOST_FILES} more files."


def _excerpt(file: Path, title: str, marked: set[int]) -> str:
    """Return the surroundings of some lines of a file; where no line is named, its beginning."""
    lines = file.read_text("utf-8", errors="replace").splitlines()
    inside = sorted(number for number in marked if 0 < number <= len(lines))
    first = max(1, inside[0] - CONTEXT) if inside else 1
    last = min(inside[-1] + CONTEXT if inside else LONGEST, first + LONGEST - 1)
    text = "\n".join(lines[first - 1 : last])
    marks = " ".join(str(number - first + 1) for number in inside if first <= number <= last)
    return fence(text, title=title, first=first, marks=marks)
