"""The filestore of a lab: nfs-ganesha serves what the rendered exports say, clients mount by the rendered fstab.

Called once per host when it is made, before its steps run. The steps find what they expect: nfs-server.service,
exportfs, mount, umount and mountpoint.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from judges.harness import need

from lab.host import LabHost
from oxconf.syntax import exports

HERE = Path(__file__).parent

DIFFERENCES = (
    "nfs-ganesha serves instead of the kernel, over NFS 3 to the lab's clients; no time of grace after a restart.",
    "The exported folder is in memory.",
    "The client is libnfs behind FUSE: no cache, one call after the other, locks within one host alone.",
    "mount says at once that the server is away, where the kernel's client tries for two minutes.",
    "A client whose server refuses connections asks without a pause, at the lowest priority.",
)
"""What is not as on a real filestore, for people who read a lab's results."""

RPCBIND = "/run/rpcbind"

SERVER = """\
[Service]
Type=simple
ExecStartPre=
ExecStartPre=/usr/bin/systemctl start rpcbind.service
ExecStartPre=/usr/sbin/exportfs -r
ExecStart=
ExecStart=/usr/bin/ganesha.nfsd -F -f /run/ganesha/ganesha.conf -p /run/ganesha/ganesha.pid -L /dev/stdout -N EVENT
ExecStartPost=/bin/bash -c 'for i in {1..100}; do : </dev/tcp/127.0.0.1/2049 && exit; sleep 0.1; done; exit 1'
ExecStop=
ExecStopPost=
ExecStopPost=/usr/sbin/exportfs -au
"""
"""The unit of nfs-kernel-server with nfs-ganesha in it."""

UNIT = "/etc/systemd/system/nfs-server.service.d/lab.conf"


def need_nfs() -> None:
    """Skip the test unless the lab's server and client are here."""
    need("ganesha.nfsd", "nfs-ganesha")
    need("exportfs", "nfs-kernel-server")
    need("rpcbind", "rpcbind")
    need("nfs-ls", "libnfs-utils")
    if not list(Path("/usr/lib").glob("*/ganesha/libfsalvfs.so")):
        pytest.skip("needs nfs-ganesha's VFS (Debian package nfs-ganesha-vfs)")
    if not Path("/dev/fuse").exists():
        pytest.skip("needs FUSE in the kernel")
    if subprocess.run(["/usr/bin/python3", "-c", "import fusepy"], capture_output=True).returncode:
        pytest.skip("needs Python's FUSE (Debian package python3-fusepy)")


def prepare_server(lab: LabHost, size: str = "512M") -> None:
    """Make a host that keeps the files able to serve: an empty disk of `size` for each export, and the server's unit.

    The exports' paths are those of the host's rendered /etc/exports.
    """
    for export in exports.parse(lab.host.text("/etc/exports")).exports:
        lab.box.run("mkdir", "-p", export.path)
        # The server finds files by handles, which an overlay does not give out.
        lab.box.run("mount", "-t", "tmpfs", "-o", f"mode=0755,size={size}", "tmpfs", export.path)
    lab.sh(f"mkdir -p {Path(UNIT).parent} {RPCBIND} && chown _rpc {RPCBIND}")
    lab.write(UNIT, SERVER)
    lab.write(
        "/etc/exports", "# /etc/exports: the access control list for filesystems which may be exported\n"
    )
    lab.sh("mv /usr/sbin/exportfs /usr/sbin/exportfs.real")
    _install(lab, "nfs_exportfs.py", "/usr/sbin/exportfs")


def prepare_client(lab: LabHost) -> None:
    """Make a host able to mount what its fstab says is of the type nfs. It needs this machine's own Python."""
    _install(lab, "nfs_mount.py", "/usr/sbin/mount.nfs")


def _install(lab: LabHost, name: str, path: str) -> None:
    # A link of the package may lead elsewhere.
    lab.sh(f"rm -f {path}")
    lab.write(path, (HERE / name).read_text())
    lab.sh(f"chmod 0755 {path}")
