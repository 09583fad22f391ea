"""The pages of the reference deployments: their archives are those of the command line, and nothing is left out."""

import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import pytest
from generate import bundles, stage
from pygments.lexers import get_lexer_by_name

from oxconf.api import load
from oxconf.deployment.origin import Mark
from oxconf.deployment.secrets import ENVIRONMENT_PREFIX, PURPOSES
from oxconf.plan import Plan, make_plan

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "bundles"
NAMES = bundles.ORDER


@cache
def pages() -> dict[str, str | bytes]:
    return bundles.pages(FOLDER)


def page(path: str) -> str:
    found = pages()[f"bundles/{path}"]
    assert isinstance(found, str)
    return found


@cache
def plan(name: str) -> Plan:
    return make_plan(load(FOLDER / name / "cluster.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_archives_and_digests_are_those_of_the_command_line(name: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "oxconf",
        "render",
        f"bundles/{name}/cluster.toml",
        "--output",
        str(tmp_path),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in files}

    # Pages have a head that keeps them out of the search.
    shown = {file: pages()[f"bundles/{name}/{file}"] for file in made}
    heads = {file: data.removesuffix(made[file]) for file, data in shown.items() if data != made[file]}
    assert set(heads) == {file for file in made if file.endswith(".md")}
    assert set(heads.values()) == {b"---\nsearch:\n  exclude: true\n---\n\n"}
    for host, entry in json.loads(made["manifest.json"])["hosts"].items():
        digest = hashlib.sha256(gzip.decompress(made[entry["archive"]])).hexdigest()
        assert entry["tar_sha256"] == digest
        assert f"| {host} | [{entry['archive']}]({name}/{entry['archive']}) | `{digest}` |" in page(
            f"{name}.md"
        )
        assert f"\n{digest}\n" in page(f"{name}/{host}.md")


@pytest.mark.parametrize("name", NAMES)
def test_a_deployment_is_shown_in_full(name: str) -> None:
    shown = page(f"{name}.md")

    assert f"<title>Topology of the cluster {name}</title>" in shown
    assert "    - The cluster " in shown, "the picture in words"
    assert (FOLDER / name / "cluster.toml").read_text("utf-8").rstrip() in shown
    for host in plan(name).hosts:
        assert f"| [{host.host.name}]({name}/{host.host.name}.md) | {host.host.address} | " in shown
    assert "finds no error" in shown
    assert "warning OX801 placeholder-secret" in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_host_page_has_each_of_its_files(name: str) -> None:
    for host in plan(name).hosts:
        shown = page(f"{name}/{host.host.name}.md")
        for artifact in host.artifacts:
            assert f"## `{artifact.path}` {{ #" in shown
            assert artifact.render().rstrip() in shown
            assert f"Mode {artifact.mode:04o}, {artifact.owner}:{artifact.group}" in shown


def test_the_list_has_every_deployment_and_what_it_is() -> None:
    shown = page("index.md")

    for name in NAMES:
        assert f"| [{name}]({name}.md) | " in shown
    assert "| 1,000,000 | 10 | MariaDB 10.11 galera | The cluster of the tutorial" in shown
    assert list(bundles.missing(FOLDER)) == []


@pytest.mark.parametrize(
    ("name", "tutorial"),
    [
        ("poc", set()),
        ("100k", set()),
        ("1m", {"mailboxes", "ox1", "ox2", "ox3", "db1", "db2", "db3", "prov1"}),
        ("1m-replication", {"mailboxes", "ox1", "ox2", "ox3", "db1", "db2", "db3", "prov1"}),
        ("1m-mysql57", {"mailboxes", "ox1", "ox2", "ox3", "db1", "db2", "db3", "prov1"}),
    ],
)
def test_whose_the_sizes_are_is_what_the_list_says(name: str, tutorial: set[str]) -> None:
    deployment = plan(name).deployment
    marks = {"mailboxes": {deployment.origin("mailboxes").mark}} | {
        host.name: {deployment.origin("hosts", index, size).mark for size in ("memory", "cores")}
        for index, host in enumerate(deployment.hosts)
    }

    assert {what for what, found in marks.items() if found == {Mark.TUTORIAL}} == tutorial
    assert all(found in ({Mark.TUTORIAL}, {Mark.OURS}) for found in marks.values())
    assert "its sizes, and all of\n`100k`, are ours" in page("index.md")


def test_the_sizes_that_the_smallest_cluster_of_the_tutorial_names_itself_are_the_tutorials() -> None:
    minimum, base = plan("1m-minimum").deployment, plan("1m").deployment

    for host in minimum.hosts:
        twin = base.host(host.name)
        assert (host.memory, host.cores, host.address) == (twin.memory, twin.cores, twin.address)


def test_what_differs_is_shown_once_for_all_hosts_that_it_concerns() -> None:
    shown = page("1m-replication.md").partition("## What differs from 1m")[2]

    (block,) = re.findall(
        r'\?\?\? note "/usr/local/sbin/oxconf-oxinstaller on ox1, ox2, ox3 and prov1"\n\n(.*?)\n\n\?',
        shown,
        re.DOTALL,
    )
    assert "    -    --configdb-writehost=127.0.0.1 \\\n" in block
    assert "    +    --configdb-writehost=10.20.30.218 \\\n" in block
    assert "- `/etc/mysql/ox.conf.d/gtid.cnf` on [db1](1m-replication/db1.md), " in shown
    assert "`/etc/mysql/ox.conf.d/wsrep.cnf`" in shown.partition("that no host has here: ")[2]


def test_a_host_that_1m_has_not_is_compared_with_the_nearest() -> None:
    shown = page("poc.md").partition("## What differs from 1m")[2]

    assert "Hosts of 1m that are not here: ox2, ox3, db1" in shown
    assert '??? note "/etc/mysql/ox.conf.d/ox.cnf on ox1, beside that of db1 in 1m"' in shown


def test_the_base_itself_differs_in_nothing() -> None:
    assert "This is it." in page("1m.md")
    assert "```diff" not in page("1m.md")


def test_every_language_is_known_to_the_highlighter() -> None:
    named = {
        name
        for text in pages().values()
        if isinstance(text, str)
        for name in re.findall(r"^ *```(\w+)", text, re.M)
    }

    assert {"ini", "properties", "apache", "bash", "systemd", "toml", "diff", "text"} <= named
    for name in named:
        get_lexer_by_name(name)


KNOWN = {purpose.name: f"Qx7{purpose.name[:4]}Z" for purpose in PURPOSES}
"""A password for each purpose: short enough for all, and nothing that stands anywhere by itself."""

ENVIRONMENT = {f"{ENVIRONMENT_PREFIX}{name.upper()}": value for name, value in KNOWN.items()}


def rootfs(archive: bytes) -> dict[str, str]:
    """Return the files for the host's own file system that an archive holds, by their paths there."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {
            member.name.partition("/rootfs")[2]: tar.extractfile(member) for member in tar if member.isfile()
        }
        return {path: file.read().decode() for path, file in files.items() if path and file}


def test_the_passwords_of_whoever_builds_the_site_are_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    bundles._reference.cache_clear()
    made = bundles.pages(FOLDER)
    bundles._reference.cache_clear()

    assert made == before
    for path, content in made.items():
        data = content.encode() if isinstance(content, str) else content
        plain = gzip.decompress(data) if path.endswith(".gz") else data
        assert [name for name, value in KNOWN.items() if value.encode() in plain] == [], path


@pytest.mark.parametrize("name", NAMES)
def test_every_password_in_an_archive_is_a_placeholder(name: str) -> None:
    given = make_plan(load(FOLDER / name / "cluster.toml", environment=ENVIRONMENT))
    placeholders = {KNOWN[each]: secret.reveal() for each, secret in plan(name).deployment.passwords.items()}
    archives = json.loads(pages()[f"bundles/{name}/manifest.json"])["hosts"]
    replaced = set()
    for host in given.hosts:
        archive = pages()[f"bundles/{name}/{archives[host.host.name]['archive']}"]
        assert isinstance(archive, bytes)
        found = rootfs(archive)
        shown = page(f"{name}/{host.host.name}.md")
        for artifact in host.artifacts:
            text = artifact.render()
            for password, placeholder in placeholders.items():
                if password in text:
                    replaced.add(password)
                text = text.replace(password, placeholder)
            # Whatever else stood where a password belongs would differ.
            assert found.pop(artifact.path) == text
            assert text.rstrip() in shown
        assert found == {}

    assert all(placeholder.startswith("REPLACE_") for placeholder in placeholders.values())
    assert KNOWN["configdb"] in replaced


def test_the_navigation_has_every_page() -> None:
    def flat(entries: object) -> list[str]:
        if isinstance(entries, str):
            return [entries]
        inner = entries.values() if isinstance(entries, dict) else entries
        return [path for entry in inner for path in flat(entry)]  # type: ignore[attr-defined]

    assert sorted(flat(bundles.navigation(FOLDER))) == sorted(
        path for path in pages() if path.endswith(".md")
    )


def test_a_deployment_without_a_comment_is_missed(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "cluster.toml").write_text('tier = "poc"\n')

    (said,) = bundles.missing(tmp_path)

    assert said.startswith("bundles/new/cluster.toml does not begin with a comment")


def test_a_written_page_gets_the_picture_that_it_asks_for() -> None:

    page = stage.written()["index.md"]

    assert isinstance(page, bytes)
    assert b"<!-- picture" not in page
    assert b"<title>Topology of the cluster 1m</title>" in page
