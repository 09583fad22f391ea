import pytest

from oxconf.artifacts._artifact import Enable, Install, Switch
from oxconf.artifacts.filestore import (
    Client,
    Export,
    Exports,
    FilestoreGuard,
    FilestoreGuardForScripts,
    Fstab,
)
from oxconf.deployment.load import load_text
from oxconf.syntax._base import Unwritable

CLUSTER = load_text("", tier="1m")
OPTIONS = "rw,sync,no_subtree_check,all_squash,anonuid=1001,anongid=1001"


def test_every_ox_host_may_mount() -> None:
    file = Exports.from_deployment(CLUSTER, CLUSTER.host("filestore1"))
    assert file is not None
    assert file.install is Install.BLOCK
    assert file.enables() == (Enable(Switch.UNIT, "nfs-server.service"),)
    clients = " ".join(f"10.20.30.{last}({OPTIONS})" for last in (213, 215, 216, 225))
    assert file.render() == (
        "# BEGIN oxconf\n"
        "# Exports the filestore to the OX hosts.\n"
        "# all_squash: whoever writes, the files belong to open-xchange, the same numbers on all hosts.\n"
        f"/var/opt/filestore {clients}\n"
        "# END oxconf\n"
    )


def test_every_ox_host_mounts_it_at_the_same_path() -> None:
    files = {host.name: Fstab.from_deployment(CLUSTER, host) for host in CLUSTER.hosts}
    assert [name for name, file in files.items() if file] == ["ox1", "ox2", "ox3", "prov1"]
    assert files["ox1"] == files["prov1"]
    assert files["ox1"] is not None
    assert files["ox1"].render() == (
        "# BEGIN oxconf\n"
        "# Mounts the filestore.\n"
        "# hard: writers wait while the server is away, and lose nothing. _netdev: after the network.\n"
        "10.20.30.223:/var/opt/filestore /var/opt/filestore nfs rw,hard,noatime,_netdev 0 0\n"
        "# END oxconf\n"
    )


def test_ox_does_not_start_on_an_unmounted_filestore() -> None:
    file = FilestoreGuard.from_deployment(CLUSTER, CLUSTER.host("ox1"))
    assert file is not None
    assert file.render() == (
        "# OX does not start while the filestore is not mounted. Written by oxconf.\n"
        "[Unit]\n"
        "# Mounts it first, where fstab knows it.\n"
        "RequiresMountsFor=/var/opt/filestore\n"
        "# Fails where fstab does not, instead of writing into the folder below.\n"
        "AssertPathIsMountPoint=/var/opt/filestore\n"
    )
    assert FilestoreGuard.parse(file.render()).lines["assert_path_is_mount_point"] == 6


def test_units_that_systemd_makes_of_init_scripts_are_guarded_too() -> None:
    file = FilestoreGuardForScripts.from_deployment(CLUSTER, CLUSTER.host("prov1"))
    assert file is not None
    # systemd.unit(5): open-xchange-.service.d is for open-xchange-groupware.service and open-xchange-admin.service.
    assert file.path == "/etc/systemd/system/open-xchange-.service.d/oxconf-filestore.conf"
    assert "RequiresMountsFor=/var/opt/filestore\n" in file.render()
    assert "AssertPathIsMountPoint=/var/opt/filestore\n" in file.render()
    assert FilestoreGuardForScripts.parse(file.render()) == file


def test_one_host_that_has_the_files_itself_exports_and_mounts_nothing() -> None:
    cluster = load_text("", tier="poc")
    (host,) = cluster.hosts
    for artifact in (Exports, Fstab, FilestoreGuard, FilestoreGuardForScripts):
        assert artifact.from_deployment(cluster, host) is None


OUTSIDE = """
tier = "poc"
[filestore]
server = "nas.example.org"
[[hosts]]
name = "ox1"
address = "10.20.30.213"
roles = ["groupware", "database", "web"]
memory = "8G"
cores = 4
"""


def test_an_outside_server_is_mounted_and_not_configured() -> None:
    cluster = load_text(OUTSIDE)
    (host,) = cluster.hosts
    file = Fstab.from_deployment(cluster, host)
    assert file is not None
    assert file.mounts[0].spec == "nas.example.org:/var/opt/filestore"
    assert FilestoreGuard.from_deployment(cluster, host) is not None
    assert Exports.from_deployment(cluster, host) is None


def test_numbers_path_and_names_are_the_clusters() -> None:
    cluster = load_text('tier = "1m"\n[filestore]\npath = "/srv/ox"\nuid = 4711\ngid = 4712\n')
    exported = Exports.from_deployment(cluster, cluster.host("filestore1"))
    mounted = Fstab.from_deployment(cluster, cluster.host("ox2"))
    assert exported is not None
    assert mounted is not None
    client = exported.exports[0].clients[0]
    assert (exported.exports[0].path, client.anonuid, client.anongid) == ("/srv/ox", 4711, 4712)
    assert (client.squash, client.writable, client.sync) == ("all_squash", True, True)
    mount = mounted.mounts[0]
    assert (mount.server, mount.exported, mount.file, mount.nfs) == (
        "10.20.30.223",
        "/srv/ox",
        "/srv/ox",
        True,
    )


@pytest.mark.parametrize(
    ("options", "squash", "anonuid", "writable", "sync"),
    [
        ((), "root_squash", None, False, True),
        (("ro", "async", "no_root_squash"), "no_root_squash", None, False, False),
        (("rw", "ro", "anonuid=1", "anonuid=2"), "root_squash", 2, False, True),
        (("all_squash", "root_squash", "anonuid=x"), "all_squash", None, False, True),
    ],
)
def test_what_the_options_of_a_client_mean(
    options: tuple[str, ...], squash: str, anonuid: int | None, writable: bool, sync: bool
) -> None:
    client = Client("*", options)
    assert (client.squash, client.anonuid, client.writable, client.sync) == (squash, anonuid, writable, sync)


def test_the_machines_own_lines_are_read_too() -> None:
    file, problems = Exports.read(
        "/srv *(ro)\n\n# BEGIN oxconf\n/var/opt/filestore 10.0.0.1(rw)\n# END oxconf\n"
    )
    assert file.exports == (
        Export("/srv", (Client("*", ("ro",)),)),
        Export("/var/opt/filestore", (Client("10.0.0.1", ("rw",)),)),
    )
    assert [export.line for export in file.exports] == [1, 4]
    assert problems == ()
    fstab, problems = Fstab.read("UUID=1 / ext4 defaults 0 1\nnas:/srv /mnt nfs4 ro 0 0\nbroken\n")
    assert [(mount.server, mount.exported, mount.line) for mount in fstab.mounts] == [
        (None, None, 1),
        ("nas", "/srv", 2),
    ]
    assert [problem.line for problem in problems] == [3]


def test_a_mount_point_that_a_unit_reads_in_two_ways_is_refused() -> None:
    with pytest.raises(Unwritable, match="plain word"):
        FilestoreGuard(requires_mounts_for="/a b").render()
