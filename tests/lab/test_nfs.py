"""The filestore as rendered: exported by its host's own steps, mounted by the OX hosts' own, over NFS."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from judges.harness import need_root, render_text
from judges.sandbox import bridge

from lab import nfs
from lab.cluster import PASSWORDS
from lab.host import LabHost
from lab.nfs_exportfs import clients
from oxconf.syntax import exports

PATH = "/var/opt/filestore"
SERVER = "10.20.30.223"
URL = f"nfs://{SERVER}{PATH}"

HOST = '[[hosts]]\nname = "{}"\naddress = "10.20.30.{}"\nroles = ["{}"]\nmemory = "4G"\ncores = 2\n'

CLUSTER = """\
name = "lab"
tier = "poc"
[network]
cidr = "10.20.30.0/24"
interface = "eth0"
""" + "".join(
    HOST.format(*words)
    for words in (
        ("ox1", 213, "groupware"),
        ("ox2", 215, "groupware"),
        ("prov1", 225, "provisioning"),
        ("db1", 217, 'database", "web'),
        ("filestore1", 223, "filestore"),
    )
)

DPKG_QUERY = "#!/bin/sh\necho installed\n"

SCRIPT = "#!/bin/sh\ndate >{path}/started-by-script\n"
"""How packages of older releases start a part of Open-Xchange."""

OX = """\
[Service]
User=open-xchange
ExecStart=/bin/sh -c 'date >{path}/started-$(hostname); exec sleep infinity'
[Install]
WantedBy=multi-user.target
"""


def prepared(lab: LabHost) -> None:
    """What the steps packages and oxinstaller leave: they need repositories that the lab has not."""
    lab.write("/usr/bin/dpkg-query", DPKG_QUERY)
    lab.step("user")
    if "groupware" in lab.host.roles:
        lab.sh("mkdir -p -m 0700 /var/lib/oxconf && touch /var/lib/oxconf/oxinstaller")
        lab.write("/etc/systemd/system/open-xchange.service", OX.format(path=PATH))


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, LabHost]]:
    need_root()
    nfs.need_nfs()
    tmp = tmp_path_factory.mktemp("nfs")
    secrets = tmp / "secrets.toml"
    secrets.touch(0o600)
    secrets.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in PASSWORDS.items()))
    network = bridge()
    made: dict[str, LabHost] = {}
    try:
        for number, host in enumerate(render_text(CLUSTER, tmp, "--secrets", str(secrets))):
            if host.name == "prov1":
                continue
            lab = made[host.name] = LabHost(host, network, number)
            if host.name == "filestore1":
                nfs.prepare_server(lab)
            else:
                nfs.prepare_client(lab)
            if host.name != "db1":
                prepared(lab)
        yield made
    finally:
        for lab in made.values():
            lab.close()
        network.close()


@pytest.fixture(scope="module")
def served(labs: dict[str, LabHost]) -> dict[str, LabHost]:
    """The hosts, with the filestore exported by its host's steps."""
    for slug in ("install", "enable", "filestore"):
        labs["filestore1"].step(slug)
    return labs


@pytest.fixture(scope="module")
def mounted(served: dict[str, LabHost]) -> dict[str, LabHost]:
    """The hosts, with the filestore mounted on both OX hosts by their steps."""
    for name in ("ox1", "ox2"):
        for slug in ("install", "enable", "mount"):
            served[name].step(slug)
    return served


def test_a_mount_before_the_server_is_there_says_so(labs: dict[str, LabHost]) -> None:
    ox1 = labs["ox1"]
    ox1.step("install")

    said = ox1.sh("sh runbook/*-mount.sh --yes", check=False)
    assert f"this does not hold: {SERVER} answers on port 2049. Take the step filestore on that host" in said
    assert "mount.nfs: Connection refused" in ox1.sh(f"mkdir -p {PATH}; mount {PATH}", check=False)
    # The unit mounts what fstab knows before it starts, and does not start without it.
    said = ox1.sh("systemctl start open-xchange.service", check=False)
    assert "A dependency job for open-xchange.service failed." in said
    assert ox1.sh(f"ls -A {PATH}") == "", "nothing was written into the folder below"


def test_the_server_serves_what_the_rendered_exports_say(served: dict[str, LabHost]) -> None:
    filestore1 = served["filestore1"]

    assert "All 1 passed." in filestore1.sh("sh runbook/verify.sh")
    (export,) = exports.parse(filestore1.host.text("/etc/exports")).exports
    (listed,) = clients(filestore1.sh("cat /var/lib/nfs/etab")).values()
    assert [client for client, _ in listed] == [client.host for client in export.clients]
    for client, (_, options) in zip(export.clients, listed, strict=True):
        assert set(client.options) <= set(options)
    text = filestore1.sh("cat /run/ganesha/ganesha.conf")
    assert f"Path = {PATH};" in text
    for client in export.clients:
        assert f"Clients = {client.host};" in text
    for line in (
        "Access_Type = RW",
        "Squash = All_Squash",
        "Anonymous_uid = 1001",
        "Anonymous_gid = 1001",
        "SecType = sys",
        "PrivilegedPort = true",
    ):
        assert text.count(f"        {line};\n") == len(export.clients), line


def test_ox_does_not_start_on_an_unmounted_filestore(served: dict[str, LabHost]) -> None:
    ox2 = served["ox2"]
    ox2.step("install")
    # As where somebody has lost the line of fstab: there is nothing to mount first.
    ox2.sh("cp /etc/fstab /root/fstab; sed -i '/nfs/d' /etc/fstab")
    ox2.write("/etc/init.d/open-xchange-groupware", SCRIPT.format(path=PATH))
    ox2.sh("chmod 0755 /etc/init.d/open-xchange-groupware")

    for unit in ("open-xchange.service", "open-xchange-groupware.service"):
        said = ox2.sh(f"systemctl start {unit}", check=False)
        assert f"Assertion failed on job for {unit}." in said
        assert "inactive" in ox2.sh(f"systemctl is-active {unit}", check=False)

    assert not ox2.sh(f"ls -A {PATH} 2>/dev/null || true")
    ox2.sh("rm /etc/init.d/open-xchange-groupware; cat /root/fstab >/etc/fstab")
    assert "this does not hold: the filestore is mounted" in ox2.sh("sh runbook/*-start-ox.sh", check=False)


def test_what_one_host_writes_the_other_reads_and_all_belongs_to_open_xchange(
    mounted: dict[str, LabHost],
) -> None:
    ox1, ox2, filestore1 = mounted["ox1"], mounted["ox2"], mounted["filestore1"]

    ox1.sh(f"su -s /bin/sh -c 'mkdir -p {PATH}/a/b && echo mail >{PATH}/a/b/1' open-xchange")
    ox1.sh(f"echo root >{PATH}/root")

    assert ox2.sh(f"cat {PATH}/a/b/1") == "mail\n"
    ox2.sh(f"su -s /bin/sh -c 'echo more >>{PATH}/a/b/1 && mv {PATH}/a/b/1 {PATH}/a/2' open-xchange")
    assert ox1.sh(f"cat {PATH}/a/2; ls -A {PATH}/a/b") == "mail\nmore\n"
    # all_squash: the numbers are the server's, whoever writes.
    for lab in (ox1, ox2, filestore1):
        assert lab.sh(f"stat -c %u:%g {PATH} {PATH}/a {PATH}/a/2 {PATH}/root").split() == ["1001:1001"] * 4
    said = ox2.sh("sh runbook/verify.sh", check=False)
    assert f"pass  {PATH} is mounted" in said
    for name in ("ox1", "ox2"):
        assert f"pass  open-xchange sees the file that {name} has written, and may write to it" in said
    assert "FAIL  open-xchange sees the file that prov1 has written" in said, "prov1 has not taken its step"


def test_a_file_is_made_by_one_host_when_both_make_it(mounted: dict[str, LabHost]) -> None:
    race = f"set -C; for i in $(seq 40); do true >{PATH}/race$i && echo $i; done"
    with ThreadPoolExecutor() as pool:
        ended = [pool.submit(mounted[name].sh, f"{{ {race}; }} 2>/dev/null; true") for name in ("ox1", "ox2")]
        made = [each.result().split() for each in ended]

    print("files made by each of two hosts:", [len(each) for each in made])
    assert sorted(map(int, made[0] + made[1])) == list(range(1, 41))
    mounted["ox1"].sh(f"rm {PATH}/race*")


def test_files_of_every_size_are_the_same_on_the_other_side(mounted: dict[str, LabHost]) -> None:
    ox1, ox2 = mounted["ox1"], mounted["ox2"]
    for size in (0, 1, 4096, 131_073, 5_000_000):
        ox1.sh(f"head -c {size} /dev/urandom >{PATH}/size-{size}")
    ox1.sh(f"truncate -s 100 {PATH}/size-4096; ln -s size-1 {PATH}/link; chmod 0600 {PATH}/size-1")

    sums = f"cd {PATH}; sha256sum size-*; stat -c '%n %s %a' size-*; readlink link; ls -A | sort"
    assert ox1.sh(sums) == ox2.sh(sums) == mounted["filestore1"].sh(sums)
    assert "size-4096 100 " in ox2.sh(sums)
    ox2.sh(f"rm {PATH}/size-* {PATH}/link")


def test_a_host_that_is_not_exported_to_is_refused(mounted: dict[str, LabHost]) -> None:
    db1 = mounted["db1"]

    said = db1.sh(f"mkdir -p {PATH}; mount -t nfs {SERVER}:{PATH} {PATH}", check=False)
    assert said == f"mount.nfs: access denied by server while mounting {SERVER}:{PATH}\n"
    # A client of others sees the same.
    assert "MNT3ERR_ACCES" in db1.sh(f"nfs-ls {URL}", check=False)
    assert re.search(
        r"^-rw-\S+ +1 +1001 +1001 +0 .oxconf-probe-ox1$", mounted["ox1"].sh(f"nfs-ls {URL}"), re.M
    )
    assert "MNT3ERR_ACCES" in mounted["ox1"].sh(f"nfs-ls nfs://{SERVER}/etc", check=False)


def test_umount_and_mount_again(mounted: dict[str, LabHost]) -> None:
    ox2 = mounted["ox2"]
    ox2.sh(f"echo kept >{PATH}/kept")

    ox2.sh(f"umount {PATH}")
    assert "is not a mountpoint" in ox2.sh(f"mountpoint {PATH}", check=False)
    assert ox2.sh(f"ls -A {PATH}") == ""
    # The unit mounts it itself: fstab knows it.
    ox2.sh("systemctl start open-xchange.service")
    assert "is a mountpoint" in ox2.sh(f"mountpoint {PATH}")
    assert ox2.sh(f"cat {PATH}/kept") == "kept\n"
    assert "started-ox2" in mounted["ox1"].sh(f"ls {PATH}")
    ox2.sh("systemctl stop open-xchange.service")


def soon(what: Callable[[], object]) -> None:
    """Wait until something holds: the server reads its exports again on its own time."""
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def exported_as(filestore1: LabHost, change: str) -> Iterator[None]:
    """Meanwhile the rendered exports are changed by a program of sed; what the files ask for is done."""
    filestore1.sh(f"cp /etc/exports /root/exports; sed -i '{change}' /etc/exports; exportfs -ra")
    try:
        yield
    finally:
        filestore1.sh("cat /root/exports >/etc/exports; exportfs -ra")


def test_an_export_that_is_taken_back_is_refused_from_then_on(mounted: dict[str, LabHost]) -> None:
    filestore1, ox2 = mounted["filestore1"], mounted["ox2"]
    ox2.sh(f"umount {PATH}")

    with exported_as(filestore1, "s/ 10.20.30.215([^)]*)//"):
        soon(lambda: "access denied by server" in ox2.sh(f"mount {PATH} && umount {PATH}", check=False))
        mounted["ox1"].sh(f"touch {PATH}/others-stay")

    soon(lambda: ox2.sh(f"mount {PATH}", check=False) == "")


def test_other_numbers_on_the_server_keep_open_xchange_out(mounted: dict[str, LabHost]) -> None:
    filestore1, ox1 = mounted["filestore1"], mounted["ox1"]
    ox1.sh(f"umount {PATH}")

    with exported_as(filestore1, "s/anonuid=1001,anongid=1001/anonuid=1002,anongid=1002/g"):
        soon(lambda: "touch: cannot touch" in ox1.sh("sh runbook/*-mount.sh --yes", check=False))
        assert "Permission denied" in ox1.sh("sh runbook/*-mount.sh --yes", check=False)

    soon(lambda: "06-mount: done." in ox1.sh("sh runbook/*-mount.sh --yes", check=False))


def test_without_squash_files_belong_to_whoever_writes(mounted: dict[str, LabHost]) -> None:
    """What all_squash is for: the numbers of the client's users reach the server."""
    ox1 = mounted["ox1"]
    write = (
        f"rm -f {PATH}/by-*; echo root >{PATH}/by-root; su -s /bin/sh -c 'echo ox >{PATH}/by-ox' open-xchange"
    )

    with exported_as(mounted["filestore1"], "s/all_squash/no_root_squash/g"):
        soon(lambda: ox1.sh(f"{write}; stat -c %u {PATH}/by-root {PATH}/by-ox") == "0\n1001\n")

    soon(lambda: ox1.sh(f"{write}; stat -c %u {PATH}/by-root {PATH}/by-ox") == "1001\n1001\n")


def test_an_export_to_read_is_read_alone(mounted: dict[str, LabHost]) -> None:
    filestore1, ox1 = mounted["filestore1"], mounted["ox1"]
    touch = f"touch {PATH}/written; cat {PATH}/kept"

    with exported_as(filestore1, "s/(rw,/(ro,/g"):
        soon(lambda: "Read-only file system\nkept\n" in ox1.sh(touch, check=False))

    soon(lambda: ox1.sh(touch, check=False) == "kept\n")


def kill_server(filestore1: LabHost) -> None:
    filestore1.sh("kill -9 $(cat /run/standin/nfs-server.service.pid)")


def test_a_write_completes_that_a_restart_of_the_server_meets(mounted: dict[str, LabHost]) -> None:
    ox1, ox2, filestore1 = mounted["ox1"], mounted["ox2"], mounted["filestore1"]
    ox1.sh("head -c 60000000 /dev/urandom >/tmp/big")
    # A megabyte each 30 ms: about two seconds.
    write = "i=0; while [ $i -lt 60 ]; do dd if=/tmp/big bs=1000000 skip=$i count=1 status=none || exit; "
    write += f"i=$((i + 1)); sleep 0.03; done >{PATH}/big; echo $? >/tmp/ended"
    log = ox1.host.folder / "write.log"
    ox1.box.start("sh", "-c", write, log=log)
    time.sleep(0.8)

    killed = time.monotonic()
    kill_server(filestore1)
    try:
        size = int(filestore1.sh(f"stat -c %s {PATH}/big"))
        assert 0 < size < 60_000_000, "it was met while it wrote"
        time.sleep(2)
        assert "no" in ox1.sh("[ -e /tmp/ended ] || echo no"), "it waits"
        assert int(filestore1.sh(f"stat -c %s {PATH}/big")) == size
    finally:
        called = time.monotonic()
        filestore1.sh("systemctl start nfs-server.service")
    soon(lambda: int(filestore1.sh(f"stat -c %s {PATH}/big")) > size)
    on = time.monotonic()

    print(
        f"away for {called - killed:.1f} s; writes went on {on - called:.2f} s after the server was started"
    )
    soon(lambda: ox1.sh("cat /tmp/ended", check=False) == "0\n")
    assert ox1.sh("sha256sum </tmp/big") == ox2.sh(f"sha256sum <{PATH}/big")
    assert log.read_text() == ""


def test_a_write_completes_after_the_link_of_the_server_was_cut(mounted: dict[str, LabHost]) -> None:
    ox1, filestore1 = mounted["ox1"], mounted["filestore1"]
    filestore1.sh("ip link set eth0 down")

    with ThreadPoolExecutor() as pool:
        ended = pool.submit(ox1.sh, f"echo through >{PATH}/cut")
        try:
            time.sleep(1.5)
            assert not ended.done(), "it waits"
        finally:
            filestore1.sh("ip link set eth0 up")
        ended.result(timeout=30)
    assert mounted["ox2"].sh(f"cat {PATH}/cut") == "through\n"


def test_a_host_ends_while_its_server_is_gone(mounted: dict[str, LabHost]) -> None:
    """The last test: it takes the hosts away."""
    ox1 = mounted.pop("ox1")
    mounted.pop("filestore1").close()
    ox1.box.start("sh", "-c", f"echo late >{PATH}/late", log=ox1.host.folder / "late.log")
    time.sleep(0.5)
    began = time.monotonic()

    ox1.close()

    assert time.monotonic() - began < 5
