"""The files that the system's own tools read: mounts, exports, interfaces, names, users."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox

SYSUSERS = "/etc/sysusers.d/oxconf.conf"


def test_exportfs_exports_the_filestore_to_every_ox_node(machines: dict[Host, Sandbox]) -> None:
    need("exportfs", "nfs-kernel-server")
    nodes = {host.address for host in machines if "groupware" in host.roles or "provisioning" in host.roles}
    for host, machine in machines.items():
        if "/etc/exports" in host.paths:
            (exported,) = set(re.findall(r"^(/\S+)", host.text("/etc/exports"), re.MULTILINE))
            machine.run("mkdir", "-p", exported)
            machine.run("mount", "-t", "tmpfs", "tmpfs", "/var/lib/nfs")
            machine.run("touch", "/var/lib/nfs/etab", "/var/lib/nfs/rmtab")
            done = machine.run("exportfs", "-ra", check=False)
            said = complaints(done.stdout, done.stderr)
            assert (host.name, done.returncode, said) == (host.name, 0, [])
            table = machine.run("cat", "/var/lib/nfs/etab").stdout
            clients = dict(re.findall(r"^\S+\s+([^(\s]+)\((.*)\)$", table, re.MULTILINE))
            assert set(clients) == nodes - {host.address}
            for options in clients.values():
                identity = {f"anonuid={host.facts['uid']}", f"anongid={host.facts['gid']}"}
                assert {"rw", "all_squash", "no_subtree_check", *identity} <= set(options.split(","))


def test_findmnt_verifies_the_mounts(machines: dict[Host, Sandbox]) -> None:
    need("findmnt", "util-linux")
    for host, machine in machines.items():
        if "/etc/fstab" in host.paths:
            targets = re.findall(r"^[^#\s]\S*\s+(/\S+)\s+nfs", host.text("/etc/fstab"), re.MULTILINE)
            assert targets
            machine.run("mkdir", "-p", *targets)
            done = machine.run("findmnt", "--verify", "--verbose", "--tab-file", "/etc/fstab", check=False)
            assert (host.name, done.returncode) == (host.name, 0), done.stdout
            assert re.search(r"\[W\]|\[E\]", done.stdout) is None, done.stdout


def test_ifup_accepts_the_whole_interfaces_file(machines: dict[Host, Sandbox]) -> None:
    need("ifup", "ifupdown")
    for host, machine in machines.items():
        if any(path.startswith("/etc/network/") for path in host.paths):
            done = machine.run(
                "ifup", "--no-act", "--force", "--verbose", "--all", "--allow=hotplug", check=False
            )
            assert (host.name, done.returncode) == (host.name, 0), done.stderr
            assert "warning" not in done.stderr.lower()
            assert (
                done.stderr.count(f"ip addr add {host.address}")
                + done.stderr.count(f"address {host.address}")
                <= 1
            )


def test_names_of_the_cluster_are_resolved_without_dns(machines: dict[Host, Sandbox]) -> None:
    addresses = {host.name: host.address for host in machines}
    for host, machine in machines.items():
        if "/etc/hosts" in host.paths:
            answers = machine.run("getent", "ahostsv4", *addresses).stdout
            found = dict(re.findall(r"^(\S+)\s+STREAM\s+(\S+)", answers, re.MULTILINE))
            assert found == {address: name for name, address in addresses.items()}


def test_sysusers_makes_the_user_of_open_xchange(hosts: list[Host], tmp_path: Path) -> None:
    need("systemd-sysusers", "systemd")
    for host in hosts:
        if SYSUSERS in host.paths:
            root = tmp_path / host.name
            (root / "etc").mkdir(parents=True)
            command = ["systemd-sysusers", f"--root={root}", str(host.file(SYSUSERS))]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (host.name, done.returncode) == (host.name, 0), done.stderr
            uid, gid = host.facts["uid"], host.facts["gid"]
            assert f"open-xchange:x:{uid}:{gid}:" in (root / "etc/passwd").read_text()
            assert f"open-xchange:x:{gid}:" in (root / "etc/group").read_text()
