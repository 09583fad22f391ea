"""The output folder: what is ours is replaced, what is not ours is left alone."""

import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from oxconf.api import load
from oxconf.bundle.read import UnreadableBundle, read
from oxconf.bundle.swap import OutputError
from oxconf.bundle.write import write
from oxconf.deployment.load import load_text
from oxconf.plan import Plan, make_plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load(tier="1m"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_archive_for_each_host_with_sums_and_manifest(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")

    hosts = [host.host.name for host in plan.hosts]
    assert names(tmp_path / "out") == sorted(
        [*(f"1m-{host}.tar.gz" for host in hosts), "SHA256SUMS", "manifest.json"]
    )
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "out", check=True)
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert list(manifest["hosts"]) == hosts
    with tarfile.open(tmp_path / "out/1m-ox1.tar.gz") as archive:
        plain = subprocess.run(["gzip", "-dc", archive.name], check=True, capture_output=True).stdout
    assert manifest["hosts"]["ox1"]["tar_sha256"] == hashlib.sha256(plain).hexdigest()


def test_archives_are_for_their_owner_alone(plan: Plan, tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        write(plan, tmp_path / "out")
        write(plan, tmp_path / "tree", tree=True)
    finally:
        os.umask(previous)

    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "out").glob("*.tar.gz")} == {0o600}
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "tree").iterdir() if p.is_dir()} == {0o700}


def test_an_unpacked_archive_is_the_tree_and_its_sums_hold(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")
    write(plan, tmp_path / "tree", tree=True)
    for host in plan.hosts:
        name = host.host.name
        subprocess.run(["tar", "xzf", f"out/1m-{name}.tar.gz"], cwd=tmp_path, check=True)
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / f"1m-{name}", check=True)

        assert contents_of(tmp_path / f"1m-{name}") == contents_of(tmp_path / "tree" / name)


def test_a_second_run_changes_nothing_and_removes_hosts_that_are_gone(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    first = contents_of(tmp_path)
    write(plan, tmp_path)
    assert contents_of(tmp_path) == first

    (tmp_path / "notes.txt").write_text("mine")
    written = write(make_plan(load_text('tier = "poc"\nname = "1m"\n')), tmp_path)

    assert names(tmp_path) == ["1m-ox1.tar.gz", "SHA256SUMS", "manifest.json", "notes.txt"]
    assert "1m-db1.tar.gz" in written.removed


def test_one_host_keeps_the_archives_and_sums_of_the_others(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    before = contents_of(tmp_path)
    changed = make_plan(load_text('tier = "1m"\n[ox]\nserver_name = "other"\n'))

    written = write(changed, tmp_path, hosts=("ox1",))

    after = contents_of(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {
        "1m-ox1.tar.gz",
        "SHA256SUMS",
        "manifest.json",
    }
    assert len(written.kept) == len(plan.hosts) - 1
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)


def test_one_host_of_another_cluster_is_refused(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)

    with pytest.raises(OutputError, match=r'holds archives of the cluster "1m"'):
        write(make_plan(load_text('tier = "1m"\nname = "other"\n')), tmp_path, hosts=("ox1",))


def test_a_folder_of_somebody_else_is_refused(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear ...")

    with pytest.raises(OutputError, match=r"is not empty and holds no manifest\.json of oxconf"):
        write(plan, tmp_path)

    assert names(tmp_path) == ["letter.txt"]


@pytest.mark.parametrize(
    "manifest",
    ["", "{}", "[]", "null", '{"schema": 1, "cluster": {"name": "1m"}, "format": "archives", "hosts": 5}',
     '{"schema": 99, "cluster": {"name": "1m"}, "format": "archives", "hosts": {}}',
     '{"schema": 1, "cluster": {"name": "1m"}, "format": "archives", "hosts": {"a": {"archive": "../x"}}}',
     '{"schema": 1, "cluster": {"name": "1m"}, "format": "archives", "hosts": {"a": {"archive": "/etc/passwd"}}}'],
)  # fmt: skip
def test_a_manifest_that_is_not_ours_is_refused(plan: Plan, tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)

    with pytest.raises(OutputError, match="is not a manifest of this oxconf"):
        write(plan, tmp_path)

    assert names(tmp_path) == ["manifest.json"]


def test_a_file_in_the_way_that_is_not_listed_is_refused(plan: Plan, tmp_path: Path) -> None:
    write(make_plan(load(tier="poc")), tmp_path, tree=True)
    (tmp_path / "web1").mkdir()
    (tmp_path / "web1/README.md").write_text("mine")
    before = contents_of(tmp_path)

    with pytest.raises(OutputError, match=r"web1/README\.md exists and is not listed"):
        write(plan, tmp_path, tree=True)

    assert contents_of(tmp_path) == before


def test_nothing_is_written_through_a_link(plan: Plan, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    write(make_plan(load(tier="poc")), tmp_path / "out", tree=True)
    (tmp_path / "out/web1").symlink_to(outside)

    with pytest.raises(OutputError, match="is a link"):
        write(plan, tmp_path / "out", tree=True)

    assert not list(outside.iterdir())


def test_a_folder_that_can_not_be_made_leaves_nothing(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match=r"can not be created|is not a folder"):
        write(plan, tmp_path / "file" / "out")
    with pytest.raises(OutputError, match="is not a folder"):
        write(plan, tmp_path / "file")


def test_what_was_written_is_read_back(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")
    write(plan, tmp_path / "tree", tree=True)

    for folder in (tmp_path / "out", tmp_path / "tree"):
        evidence = read(folder)
        assert [host.name for host in evidence.hosts] == [host.host.name for host in plan.hosts]
        assert evidence.complete
        assert evidence.cluster.mailboxes == 1_000_000
        assert evidence.hosts[0].facts.addresses == ("10.20.30.213",)
    assert [host.name for host in read(tmp_path / "out/1m-db1.tar.gz").hosts] == ["db1"]
    assert [host.name for host in read(tmp_path / "tree/db1").hosts] == ["db1"]


def test_a_bundle_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBundle, match="holds no bundle"):
        read(tmp_path)
    (tmp_path / "x.tar.gz").write_bytes(b"no archive")
    with pytest.raises(UnreadableBundle, match="can not be read"):
        read(tmp_path / "x.tar.gz")
    (tmp_path / "manifest.json").write_text('{"hosts": {"ox1": {"archive": "../../etc/passwd"}}}')
    with pytest.raises(UnreadableBundle, match="names neither an archive nor a folder"):
        read(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(UnreadableBundle, match="is not JSON"):
        read(tmp_path)
