"""A rendered host as it is after its files were installed on a fresh Debian."""

from __future__ import annotations

import shutil
from pathlib import Path

from judges.harness import Host
from judges.sandbox import Sandbox

TOPS = ("etc", "opt", "root", "usr", "var")

# What Debian has in the files that hold only a block of ours, and where names are resolved.
DEBIAN = {
    "/etc/exports": "# /etc/exports: the access control list for filesystems which may be exported\n",
    "/etc/fstab": "proc /proc proc defaults 0 0\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
    "/etc/network/interfaces": """\
auto lo
iface lo inet loopback

allow-hotplug {interface}
iface {interface} inet static
	address {address}/24
	gateway 10.20.30.1

source /etc/network/interfaces.d/*
""",
    # Without what opens logs and drops rights, which the tests' machines have no users for.
    "/etc/munin/munin-node.conf": """\
log_level 4
log_file /run/munin-node.log
pid_file /run/munin-node.pid
background 0
setsid 0
user root
group root
allow ^127\\.0\\.0\\.1$
allow ^::1$
host *
port 4949
""",
    "/etc/mysql/my.cnf": """\
[client-server]
socket = /run/mysqld/mysqld.sock

!includedir /etc/mysql/conf.d/
!includedir /etc/mysql/mariadb.conf.d/
""",
    "/etc/mysql/mariadb.conf.d/50-server.cnf": """\
[mysqld]
pid-file = /run/mysqld/mysqld.pid
basedir = /usr
bind-address = 127.0.0.1
expire_logs_days = 10
character-set-server = utf8mb4
collation-server = utf8mb4_general_ci
""",
    "/etc/nftables.conf": """\
#!/usr/sbin/nft -f

flush ruleset

table inet filter {{
	chain input {{
		type filter hook input priority filter;
	}}
}}
""",
    "/etc/resolv.conf": "",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}

# Users that packages of a real host make.
USERS = {"mysql": 991, "haproxy": 992, "open-xchange": 1001}


def install(sandbox: Sandbox, host: Host, scratch: Path) -> None:
    """Lay the host's files over the sandbox's folders; writes there stay in it."""
    staged = scratch / f"{host.name}-root"
    shutil.copytree(host.folder / "rootfs", staged, symlinks=True)
    merged = {file["path"] for file in host.manifest["files"] if file["install"] == "merge: block"}
    assert merged <= set(DEBIAN), f"which text does Debian have in {merged - set(DEBIAN)}?"
    for path, text in DEBIAN.items():
        block = host.text(path) if path in merged else ""
        _write(staged / path[1:], text.format(interface=interface(host), address=host.address) + block)
    _write(staged / "etc/passwd", _accounts("/etc/passwd", "{0}:x:{1}:{1}::/:/usr/sbin/nologin"))
    _write(staged / "etc/group", _accounts("/etc/group", "{0}:x:{1}:"))

    sandbox.tmpfs("/mnt", "/run")
    for top in TOPS:
        (staged / top).mkdir(exist_ok=True)
        sandbox.run("mkdir", f"/mnt/{top}.upper", f"/mnt/{top}.work")
        layers = f"lowerdir={staged / top}:/{top},upperdir=/mnt/{top}.upper,workdir=/mnt/{top}.work"
        sandbox.run("mount", "-t", "overlay", "-o", layers, "overlay", f"/{top}")
    sandbox.run("mkdir", "/run/lock")
    sandbox.run("hostname", host.name)


def machine(host: Host, scratch: Path) -> Sandbox:
    """Return a sandbox with the host's files, its name and its interface."""
    sandbox = Sandbox()
    install(sandbox, host, scratch)
    sandbox.interface(interface(host), f"{host.address}/24")
    return sandbox


def interface(host: Host) -> str:
    return next(iter(host.facts["interfaces"]))


def _accounts(path: str, line: str) -> str:
    text = Path(path).read_text()
    known = {entry.split(":")[0] for entry in text.splitlines()}
    return text + "".join(
        line.format(name, number) + "\n" for name, number in USERS.items() if name not in known
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
