"""The output folder: what is ours is replaced, what is not ours is left alone."""

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import pytest

from oxconf.api import load
from oxconf.bundle.read import UnreadableBundle, read
from oxconf.bundle.swap import STAGING, OutputError
from oxconf.bundle.write import write
from oxconf.deployment.load import load_text
from oxconf.plan import Plan, make_plan
from oxconf.rules import judge


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load(tier="1m"))


OTHERS = ("RUNBOOK.md", "SHA256SUMS", "manifest.json", "runbook.json", "runbooks")
"""What lies beside the archives."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_archive_for_each_host_with_sums_and_manifest(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")

    hosts = [host.host.name for host in plan.hosts]
    assert names(tmp_path / "out") == sorted([*(f"1m-{host}.tar.gz" for host in hosts), *OTHERS])
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
    modes = {p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "tree").iterdir() if p.is_dir()}
    # RUNBOOK.md leads to the pages, and everybody may read both.
    assert modes.pop("runbooks") == (tmp_path / "out/runbooks").stat().st_mode & 0o777 == 0o777
    assert set(modes.values()) == {0o700}


def test_an_unpacked_archive_is_the_tree_and_its_sums_hold(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")
    write(plan, tmp_path / "tree", tree=True)
    for host in plan.hosts:
        name = host.host.name
        subprocess.run(["tar", "xzf", f"out/1m-{name}.tar.gz"], cwd=tmp_path, check=True)
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / f"1m-{name}", check=True)

        unpacked = contents_of(tmp_path / f"1m-{name}")
        sums = unpacked["SHA256SUMS"].decode().splitlines()
        assert {line.partition("  ")[2] for line in sums} == {*unpacked} - {"SHA256SUMS"}
        assert unpacked == contents_of(tmp_path / "tree" / name)


def test_a_second_run_changes_nothing_and_removes_hosts_that_are_gone(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    first = contents_of(tmp_path)
    write(plan, tmp_path)
    assert contents_of(tmp_path) == first

    (tmp_path / "notes.txt").write_text("mine")
    written = write(make_plan(load_text('tier = "poc"\nname = "1m"\n')), tmp_path)

    assert names(tmp_path) == sorted(["1m-ox1.tar.gz", *OTHERS, "notes.txt"])
    assert "1m-db1.tar.gz" in written.removed


def test_one_host_keeps_the_archives_and_sums_of_the_others(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    before = contents_of(tmp_path)
    changed = make_plan(load_text('tier = "1m"\n[ox]\nserver_name = "other"\n'))

    written = write(changed, tmp_path, hosts=("ox1",))

    after = contents_of(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {
        "1m-ox1.tar.gz",
        *(name for name in OTHERS if name != "runbooks"),
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
     '{"schema": 1, "cluster": {"name": "1m"}, "format": "archives", "hosts": {"a": {"files": ["x"]}}}',
     '{"schema": 1, "cluster": {"name": "1m"}, "format": "tree", "hosts": {"a": {"files": [""]}}}',
     "[" * 9999,
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


def test_nothing_is_removed_through_a_link(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out", tree=True)
    (tmp_path / "out/ox1").rename(tmp_path / "elsewhere")
    (tmp_path / "out/ox1").symlink_to(tmp_path / "elsewhere")
    before = contents_of(tmp_path)

    with pytest.raises(OutputError, match="out/ox1 is a link"):
        write(plan, tmp_path / "out")

    assert contents_of(tmp_path) == before


def test_a_folder_that_has_the_name_of_an_old_file_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    (tmp_path / "1m-db1.tar.gz").unlink()
    (tmp_path / "1m-db1.tar.gz").mkdir()
    (tmp_path / "1m-db1.tar.gz/mine").write_text("mine")

    write(make_plan(load_text('tier = "poc"\nname = "1m"\n')), tmp_path)

    assert (tmp_path / "1m-db1.tar.gz/mine").read_text() == "mine"


def test_a_folder_that_can_not_be_made_leaves_nothing(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="can not be written: Not a directory"):
        write(plan, tmp_path / "file" / "out")
    with pytest.raises(OutputError, match="is not a folder"):
        write(plan, tmp_path / "file")
    with pytest.raises(OutputError, match="can not be written: File name too long"):
        write(plan, tmp_path / "new" / ("x" * 300))

    assert names(tmp_path) == ["file"]


def test_a_link_to_a_folder_that_is_missing_is_called_that(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "dang").symlink_to("nowhere")

    for folder in (tmp_path / "dang", tmp_path / "dang/out"):
        with pytest.raises(OutputError) as raised:
            write(plan, folder)
        assert str(raised.value) == (
            f"{tmp_path}/dang is a link to nowhere, which is not there; make that folder, or name another one"
        )
    assert names(tmp_path) == ["dang"]


def test_folders_that_were_made_for_nothing_are_removed(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("oxconf.bundle.swap._write", refuse)
        with pytest.raises(OutputError, match=r"new/out: can not be written: Permission denied"):
            write(plan, tmp_path / "new/out")
        assert names(tmp_path) == []

        (tmp_path / "new").mkdir()
        with pytest.raises(OutputError):
            write(plan, tmp_path / "new/out")
        assert contents_of(tmp_path) == {}
        assert (tmp_path / "new").is_dir()


def test_an_interrupt_while_making_the_folder_leaves_nothing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("oxconf.bundle.write.locked", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(plan, tmp_path / "new/out")

    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", [str, Path, PurePath])
@pytest.mark.parametrize("folder", ["out", "out/", "./out", "new/out", "new/../out", ".", "{absolute}/out/"])
def test_the_folder_is_named_in_any_way(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[str], Any], folder: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    given = kind(folder.format(absolute=tmp_path))

    for tree in (False, True, False):
        written = write(plan, given, tree=tree)
        assert written.folder == Path(given)
        assert {*names(Path(given))} >= {"manifest.json"} | {name for _, name in written.hosts}
    assert STAGING not in names(Path(given))
    assert read(Path(given)).complete


def test_a_stopped_run_of_another_user_or_form_is_no_output_of_ours(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "out" / STAGING).mkdir()
    (tmp_path / "out" / STAGING / "journal").write_text('["../precious"]')

    with pytest.raises(OutputError, match="is not a journal of this oxconf"):
        write(plan, tmp_path / "out")

    assert (tmp_path / "precious").read_text() == "precious"


def test_what_was_written_is_read_back(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path / "out")
    write(plan, tmp_path / "tree", tree=True)

    for folder in (tmp_path / "out", tmp_path / "tree"):
        evidence = read(folder)
        assert [host.name for host in evidence.hosts] == [host.host.name for host in plan.hosts]
        assert evidence.complete
        assert evidence.cluster.mailboxes == 1_000_000
        ox1 = evidence.hosts[0].facts
        assert ox1.addresses == ("10.20.30.213",)
        assert ox1.interfaces == {plan.deployment.network.interface: "10.20.30.213"}
        assert ox1.roles == ("groupware",)
        assert (ox1.uid, ox1.gid) == (plan.deployment.filestore.uid, plan.deployment.filestore.gid)
        assert (ox1.memory, ox1.cores) == (plan.hosts[0].host.memory, plan.hosts[0].host.cores)
        assert {host.facts.uid for host in evidence.hosts if host.name.startswith("db")} == {None}
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


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("memory", "32G", "memory must be a whole number"),
        ("memory", -1, "memory must be a whole number"),
        ("cores", True, "cores must be a whole number"),
        ("uid", 1.5, "uid must be a whole number"),
        ("roles", [["x"]], "roles must be a list of texts"),
        ("roles", "groupware", "roles must be a list of texts"),
        ("addresses", [["x"]], "addresses must be a list of IP addresses"),
        ("addresses", ["10.20.30"], "addresses must be a list of IP addresses"),
        ("addresses", "10.20.30.213", "addresses must be a list of IP addresses"),
        ("interfaces", {"eth0": ["x"]}, "interfaces must be an IP address for each interface"),
        ("interfaces", [], "interfaces must be an IP address for each interface"),
    ],
)
def test_an_edited_fact_of_another_type_is_one_sentence(
    plan: Plan, tmp_path: Path, key: str, value: object, message: str
) -> None:
    write(plan, tmp_path, tree=True, hosts=("ox1",))
    path = tmp_path / "ox1/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["facts"][key] = value
    path.write_text(json.dumps(manifest))

    with pytest.raises(UnreadableBundle) as raised:
        read(tmp_path)

    assert str(raised.value) == f"{path} has not the form of a host's manifest ({message})"


@pytest.mark.parametrize(
    "edited",
    [
        {"cluster": {"mailboxes": "many"}},
        {"cluster": {"name": ["x"]}},
        {"cluster": {"tier": 1}},
        {"cluster": []},
        {"facts": []},
        {"host": {"name": "ox1"}},
        {"files": 5},
        {"files": [{"path": "/etc/hosts", "owner": ["root"]}]},
        {"files": [{"path": "/etc/hosts", "mode": "rw"}]},
        {"files": [{"path": ["/etc/hosts"]}]},
    ],
)
def test_an_edited_manifest_of_a_host_is_one_sentence(
    plan: Plan, tmp_path: Path, edited: dict[str, Any]
) -> None:
    write(plan, tmp_path, tree=True, hosts=("ox1",))
    path = tmp_path / "ox1/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | edited))

    with pytest.raises(UnreadableBundle, match=r"has not the form of a host's manifest"):
        read(tmp_path)


def test_facts_that_this_version_does_not_know_are_left_aside(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "ox1/rootfs").mkdir(parents=True)
    (tmp_path / "ox1/manifest.json").write_text(
        '{"facts": {"rack": [[7]], "memory": null}, "cluster": {"x": 1}}'
    )

    assert read(tmp_path).hosts[0].facts.memory is None


def test_links_in_a_bundle_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "out/ox1/rootfs/etc").mkdir(parents=True)
    (tmp_path / "out/ox1/rootfs/etc/hosts").write_text("127.0.0.1 localhost\n")
    (tmp_path / "out/ox1/rootfs/etc/my.cnf").symlink_to(tmp_path / "secret")
    (tmp_path / "out/ox1/rootfs/linked").symlink_to(tmp_path)

    assert list(read(tmp_path / "out").hosts[0].files) == ["/etc/hosts"]


def test_a_damaged_archive_is_said_in_one_line(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path, hosts=("ox1",))
    path = tmp_path / "1m-ox1.tar.gz"
    whole = path.read_bytes()
    for at in range(10, len(whole), len(whole) // 60):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises(UnreadableBundle):
            read(path)
        path.write_bytes(whole[:at])
        with pytest.raises(UnreadableBundle):
            read(path)


def test_kept_hosts_of_another_description_are_named(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    changed = make_plan(load_text('tier = "1m"\n[ox]\najp_port = 8010\n'))

    assert write(plan, tmp_path, hosts=("db1",)).outdated == ()
    # The web servers and the OX nodes know the port; the README of a database server does not.
    assert write(changed, tmp_path, hosts=("ox1",)).outdated == ("ox2", "ox3", "prov1", "web1", "web2")


def test_an_archive_that_was_taken_away_is_not_kept(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path)
    (tmp_path / "1m-db2.tar.gz").unlink()

    written = write(plan, tmp_path, hosts=("db1",))

    assert "db2" not in written.kept
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)


def said(folder: Path, code: str) -> list[str]:
    return [f"{each.message} at {each.places[0]}" for each in judge(read(folder)) if each.code == code]


def test_a_damaged_archive_of_many_is_named_beside_what_is_found_on_the_others(
    plan: Plan, tmp_path: Path
) -> None:
    write(plan, tmp_path)
    for name in ("db1", "web2"):
        path = tmp_path / f"1m-{name}.tar.gz"
        path.write_bytes(path.read_bytes()[:1000])
    (tmp_path / "1m-ox3.tar.gz").unlink()

    evidence = read(tmp_path)

    assert {host.name for host in evidence.hosts} == {
        "ox1",
        "ox2",
        "prov1",
        "db2",
        "db3",
        "filestore1",
        "web1",
    }
    assert not evidence.complete
    assert set(evidence.absent) == {"ox3", "db1", "web2"}
    assert said(tmp_path, "OX019") == [
        "db1 is not judged: 1m-db1.tar.gz: can not be read: Compressed file ended before the end-of-stream marker "
        "was reached at db1:1m-db1.tar.gz",
        "ox3 is not judged: manifest.json lists 1m-ox3.tar.gz, which is not there at ox3:1m-ox3.tar.gz",
        "web2 is not judged: 1m-web2.tar.gz: can not be read: Compressed file ended before the end-of-stream marker "
        "was reached at web2:1m-web2.tar.gz",
    ]
    assert len(said(tmp_path, "OX801")) > 0


def test_where_nothing_can_be_read_each_host_has_its_line(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path, tree=True, hosts=("db1", "db2"))
    for name in ("db1", "db2"):
        (tmp_path / name / "manifest.json").write_text("{")

    with pytest.raises(UnreadableBundle) as raised:
        read(tmp_path)

    first, second = str(raised.value).splitlines()
    assert first.startswith(f"{tmp_path}/db1/manifest.json is not JSON")
    assert second.startswith(f"{tmp_path}/db2/manifest.json is not JSON")


def test_a_host_without_its_manifest_is_not_in_order(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path, tree=True)
    (tmp_path / "db3/manifest.json").unlink()

    assert said(tmp_path, "OX010") == [
        "db3 has no manifest.json: what it should hold, and whether it was edited, is not known at db3:manifest.json"
    ]
    assert not read(tmp_path).complete


def test_a_link_in_the_place_of_a_file_is_called_a_link(plan: Plan, tmp_path: Path) -> None:
    write(plan, tmp_path, tree=True)
    hosts, cnf = tmp_path / "web1/rootfs/etc/hosts", tmp_path / "db1/rootfs/etc/mysql"
    hosts.unlink()
    hosts.symlink_to("/etc/shadow")
    cnf.rename(tmp_path / "db1/mysql")
    cnf.symlink_to(tmp_path / "db1/mysql")
    (tmp_path / "web1/rootfs/etc/keepalived/keepalived.conf").unlink()

    messages = said(tmp_path, "OX010")

    assert (
        "/etc/hosts of web1 is a link, or lies behind one; links are not followed at web1:/etc/hosts"
        in messages
    )
    assert any(each.startswith("/etc/mysql/my.cnf of db1 is a link, or lies behind one") for each in messages)
    assert [each for each in messages if "missing" in each] == [
        "1 file of web1 is missing, though its manifest.json lists it at web1:/etc/keepalived/keepalived.conf"
    ]
