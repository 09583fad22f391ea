"""Numbers, lines and links of the hand-written pages, against the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from generate import spans

from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError
from oxconf.deployment.model import Deployment, ReadPolicy, Span
from oxconf.deployment.origin import Mark
from oxconf.deployment.sizing import budget
from oxconf.deployment.units import MIB
from oxconf.plan import make_plan
from oxconf.rules import RULES

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
PAGES = sorted(SITE.glob("*.md"))
TOTAL = "**together**"


def text(page: str) -> str:
    return (SITE / page).read_text("utf-8")


def rows(part: str) -> list[list[str]]:
    """Return the cells of all tables, without heads and rules."""
    lines = [line for line in part.splitlines() if line.startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if re.fullmatch(r"[|:\- ]+", line)}
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for number, row in enumerate(cells) if not {number, number - 1} & heads]


def sections(page: str, marks: str) -> dict[str, str]:
    """Return what stands below each heading of one level."""
    parts = re.split(rf"^{marks} (.+)$", text(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@cache
def deployment(cluster: str) -> Deployment:
    return load_text(cluster)


@cache
def rendered(cluster: str) -> dict[tuple[str, str], list[str]]:
    """Return the lines of each file of each host, without what stands in front of and behind them."""
    return {
        (host.host.name, artifact.path): [line.strip(" \\") for line in artifact.render().splitlines()]
        for host in make_plan(deployment(cluster)).hosts
        for artifact in host.artifacts
    }


SUMS = {
    heading: body.split("\n## ")[0]
    for heading, body in sections("sizing.md", "###").items()
    if " of the " in heading
}


@pytest.mark.parametrize("heading", SUMS)
def test_the_memory_of_a_host_is_the_sum_that_the_library_makes(heading: str) -> None:
    name, tier = re.fullmatch(r"(\w+) of the (\w+) tier", heading).groups()  # type: ignore[union-attr]
    host = deployment(f'tier = "{tier}"').host(name)
    shown = {part: int(size.strip("*").replace(",", "")) for part, size, _ in rows(SUMS[heading])}
    parts = {part.name: part.size // MIB for part in budget(deployment(f'tier = "{tier}"'), host)}

    assert shown == {**parts, TOTAL: sum(parts.values())}
    left = host.memory // MIB - sum(parts.values())
    assert f"of {host.memory // MIB:,}, so {left:,} are left" in SUMS[heading]


def test_sums_are_shown_for_a_database_and_an_ox_host() -> None:
    assert {"db1 of the 1m tier", "ox1 of the 1m tier"} <= set(SUMS)


def test_every_line_of_the_formulas_is_in_a_rendered_file() -> None:
    written = {line for lines in rendered('tier = "1m"').values() for line in lines}
    formulas = rows(sections("sizing.md", "##")["Every formula"])

    assert len(formulas) > 10
    assert [row[0] for row in formulas if row[0].strip("`") not in written] == []
    assert "gcache.size=2G" in "".join(written)


POLICIES = {
    heading: body for heading, body in sections("read-policies.md", "##").items() if heading.startswith("`")
}
EXAMPLES = [
    (heading, *example)
    for heading, body in POLICIES.items()
    for example in re.findall(r"```toml\n([^`]*)```\n\n((?:\|.*\n)+)", body)
]


def test_every_policy_has_a_section_with_an_example() -> None:
    assert list(POLICIES) == [f"`{policy.value}`" for policy in ReadPolicy]
    assert {heading for heading, _, _ in EXAMPLES} == set(POLICIES)


@pytest.mark.parametrize(("heading", "cluster", "table"), EXAMPLES)
def test_a_policy_writes_the_lines_of_the_page(heading: str, cluster: str, table: str) -> None:
    assert f"`{deployment(cluster).database.read_policy.value}`" == heading
    for host, file, line in rows(table):
        assert line.strip("`") in rendered(cluster)[host, file.strip("`")]


def test_every_policy_keeps_the_admin_daemon_at_the_writer() -> None:
    for host, file, line in rows(sections("read-policies.md", "##")["The admin daemon"]):
        for _, cluster, _ in EXAMPLES:
            assert line.strip("`") in rendered(cluster)[host, file.strip("`")]


def lvs_hosts() -> str:
    """Return the cluster with directors, without its table of the database."""
    tree = (ROOT / "tests/clusters/deployments/1m-lvs.toml").read_text("utf-8")
    return re.sub(r"\[database\]\n(.+\n)+", "", tree)


COLUMNS = (
    'tier = "1m"\n[database]\nmode = "galera"\naccess = "haproxy"\n',
    'tier = "1m"\n[database]\nmode = "galera"\naccess = "maxscale"\n',
    f'{lvs_hosts()}[database]\nmode = "galera"\naccess = "lvs"\nwrite_address = "10.20.30.218"\n',
    'tier = "1m"\n[database]\nmode = "galera"\naccess = "floating-address"\n',
    'tier = "1m"\n[database]\nmode = "replication"\naccess = "haproxy"\n',
    'tier = "1m"\n[database]\nmode = "replication"\naccess = "floating-address"\n',
    'tier = "poc"\n[database]\nmode = "standalone"\n',
)
READ_ADDRESS = 'read_address = "10.20.30.220"\n'


def verdict(column: str, policy: str) -> str:
    """Return `default`, `yes` or `no`, with or without an address for reads, as the page has it."""
    for address, what in (("", ""), (READ_ADDRESS, " with `read_address`")):
        if chosen(f'{column}{address}read_policy = "{policy}"\n') is not None:
            return ("default" if chosen(column + address) == policy else "yes") + what
    return "no"


def chosen(cluster: str) -> str | None:
    """Return the read policy of a cluster; None where it is refused."""
    try:
        return deployment(cluster).database.read_policy.value
    except ClusterError:
        return None


def test_the_table_of_policies_says_what_is_accepted() -> None:
    table = rows(sections("read-policies.md", "##")["Which policy goes with what"])

    assert [row[0].strip("`") for row in table] == [policy.value for policy in ReadPolicy]
    for policy, *cells in table:
        assert cells == [verdict(column, policy.strip("`")) for column in COLUMNS], policy


def test_every_setting_that_follows_from_the_span_is_on_its_page() -> None:
    shown = {setting.rpartition(" ")[2] for _, _, _, setting, _ in spans.SETTINGS}
    for cluster in spans.CLUSTERS:
        for host in make_plan(spans.deployment(cluster, Span.WAN)).hosts:
            for artifact in host.artifacts:
                for value in artifact.explained():
                    if (
                        "network",
                        "span",
                    ) in value.origin.keys and "OPTIONS" not in value.setting.key.upper():
                        assert value.setting.key.rpartition(" ")[2] in shown, value.setting.key


def test_the_tables_of_the_spans_are_filled_in() -> None:
    page = spans.filled((SITE / spans.PAGE).read_bytes()).decode()

    assert "<!-- spans" not in page
    assert "| `evs.suspect_timeout` | `PT1S` | `PT5S` | `PT30S` | PT5S, by default |" in page
    assert "| `retry` | 5 s | 10 s | 20 s | 60 s |" in page
    assert all(
        len({row.count("|") for row in part.splitlines()}) == 1
        for part in re.findall(r"(?:^\|.*\n)+", page, re.M)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_pages_that_there_are(page: Path) -> None:
    codes = {f"reference/rules/{rule.code}.md" for rule in RULES}
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        if link.startswith("https://"):
            continue
        if target.startswith("reference/rules/OX"):
            assert target in codes
        elif not target.startswith(("reference/", "bundles/")):
            headings = (SITE / (target or page.name)).read_text("utf-8")
            slugs = {
                re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
                for heading in re.findall(r"^#+ (.+)$", headings, re.MULTILINE)
            }
            assert not anchor or anchor in slugs, link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_rules_and_tests_that_a_page_names_exist(page: Path) -> None:
    named = page.read_text("utf-8")

    assert set(re.findall(r"\bOX\d{3}\b", named)) <= {rule.code for rule in RULES}
    for path in re.findall(r"`((?:tests|oxconf)/[\w./-]+)`", named):
        assert (ROOT / path).exists(), path


NAMED = re.compile(
    r"[\w.-]+\(\d\)|RFC \d+|CVE-[\d-]+|[\w-]+\.(?:properties|ccf|cnf|cfg|md|sql)\b|oxpedia, [\w.]+"
)
"""What can be looked up: manual pages, standards, shipped files, articles."""


def sources() -> Iterator[str]:
    """Yield what rules, tiers and settings say of where they have it from."""
    yield from (rule.source for rule in RULES)
    for tier in sorted((ROOT / "oxconf/deployment/tiers").glob("*.toml")):
        yield from re.findall(r"# SOURCE (.*)", tier.read_text("utf-8"))
    for cluster in COLUMNS:
        complete = cluster if chosen(cluster) else cluster + READ_ADDRESS
        for host in make_plan(deployment(complete)).hosts:
            for artifact in host.artifacts:
                origins = [value.origin for value in artifact.explained()]
                yield from (origin.why for origin in origins if origin.mark is Mark.SOURCE)


def test_every_source_is_on_the_page_of_sources() -> None:
    page = text("sources.md").lower()
    named = {name for source in sources() for name in NAMED.findall(source)}

    assert len(named) > 20
    assert sorted(name for name in named if name.lower() not in page) == []


EVIDENCE = re.compile(
    r"\bmeasured\b|\bread\b|\(reference/rules/OX\d{3}\.md\)|`(tests|oxconf)/[^`]+`|`apt-cache [^`]+`"
)


def test_every_difference_was_tried_or_says_that_it_was_read() -> None:
    differences = rows(text("differences.md"))

    assert len(differences) > 20
    assert [row[0] for row in differences if len(row) != 4 or not all(row)] == []
    assert [row[0] for row in differences if not EVIDENCE.search(row[3])] == []
    assert any("read" in row[3].split("; ")[0] for row in differences)


def test_the_tutorial_keeps_the_line_of_the_schema() -> None:
    files = re.findall(r'^```toml title="cluster.toml"\n(.*)$', text("tutorial.md"), re.MULTILINE)

    assert len(files) > 1
    assert {*files} == {"#:schema ./oxconf-cluster.schema.json"}


def test_split_brain_is_a_term_of_the_site() -> None:
    assert "OX310" in sections("why.md", "##")["Split brain"]


def test_a_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"^    make ([\w-]+)$", page.read_text(), re.MULTILINE)
    }

    assert named
    assert named <= targets
