"""How each daemon judges the files of one host before it starts, and what it says when it has nothing against them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from judges import apache
from judges.harness import Host, complaints
from judges.sandbox import Sandbox


@dataclass(frozen=True)
class Said:
    """What a daemon's own check answered: its exit code and its words."""

    code: int
    words: str


def apache2(sandbox: Sandbox, host: Host, _: str) -> Said:
    apache.switch_on(sandbox, host)
    return _said(sandbox, "apache2ctl", "-t")


def haproxy(sandbox: Sandbox, _: Host, path: str) -> Said:
    # -dW makes each warning an error.
    return _said(sandbox, "haproxy", "-c", "-dW", "-f", path)


def keepalived(sandbox: Sandbox, _: Host, path: str) -> Said:
    return _said(sandbox, "keepalived", "-t", "-f", path)


def mariadbd(sandbox: Sandbox, _: Host, __: str) -> Said:
    done = sandbox.run("mariadbd", "--user=mysql", "--help", "--verbose", check=False)
    return Said(done.returncode, "\n".join(complaints(done.stderr)))


def exportfs(sandbox: Sandbox, _: Host, __: str) -> Said:
    sandbox.run("mkdir", "-p", "/var/opt/filestore")
    sandbox.run("mount", "-t", "tmpfs", "tmpfs", "/var/lib/nfs")
    sandbox.run("touch", "/var/lib/nfs/etab", "/var/lib/nfs/rmtab")
    return _said(sandbox, "exportfs", "-ra")


def findmnt(sandbox: Sandbox, _: Host, path: str) -> Said:
    for target in re.findall(r"^[\d.]+:\S+\s+(/\S+)\s+nfs", sandbox.run("cat", path).stdout, re.MULTILINE):
        sandbox.run("mkdir", "-p", target)
    return _said(sandbox, "findmnt", "--verify", "--tab-file", path)


def ifup(sandbox: Sandbox, _: Host, path: str) -> Said:
    done = sandbox.run("ifup", "--no-act", "--force", "--all", "--allow=hotplug", "-i", path, check=False)
    # It prints what it would do there as well.
    refused = re.findall(r"^(?:ifup|warning): .*$", done.stderr, re.MULTILINE)
    return Said(done.returncode, "\n".join(refused))


def systemd(sandbox: Sandbox, _: Host, path: str) -> Said:
    unit = Path(path).parent.name.removesuffix(".d") if path.endswith(".conf") else Path(path).name
    stub = f"[Unit]\nDescription={unit}\n[Service]\nExecStart=/bin/true\n"
    if path.endswith(".conf"):
        sandbox.run("tee", f"/etc/systemd/system/{unit}", stdin=stub)
    return _said(sandbox, "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit)


LOADER = """
import java.nio.file.*;
import java.util.*;

public class Load {
    public static void main(String[] files) throws java.io.IOException {
        try (var in = Files.newInputStream(Path.of(files[0]))) {
            new Properties().load(in);
        }
    }
}
"""


@cache
def _loader() -> TemporaryDirectory[str]:
    """The compiled class, gone when the tests end."""
    folder = TemporaryDirectory()
    source = Path(folder.name, "Load.java")
    source.write_text(LOADER)
    subprocess.run(["javac", str(source)], check=True)
    return folder


def java(_: Sandbox, host: Host, path: str) -> Said:
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", _loader().name, "Load", str(host.file(path))]
    done = subprocess.run(command, capture_output=True, text=True)
    return Said(done.returncode, "\n".join(complaints(done.stdout, done.stderr)))


def _said(sandbox: Sandbox, *command: str) -> Said:
    done = sandbox.run(*command, check=False)
    return Said(done.returncode, "\n".join(complaints(done.stdout, done.stderr)))


@dataclass(frozen=True)
class Daemon:
    """How a daemon is asked, and what it says, all that it says, when it has nothing against a file."""

    shown: str
    command: str
    package: str
    content: str
    ask: Callable[[Sandbox, Host, str], Said]


# What stands on the page, the command, its Debian package, the words of a content daemon.
APACHE = Daemon("`apache2 -t`: Syntax OK", "apache2", "apache2", "Syntax OK", apache2)
PROXY = Daemon(
    "`haproxy -c`: Configuration file is valid", "haproxy", "haproxy", "Configuration file is valid", haproxy
)
VRRP = Daemon("`keepalived -t`: no word", "keepalived", "keepalived", "", keepalived)
SERVER = Daemon("`mariadbd --help --verbose`: no word", "mariadbd", "mariadb-server-core", "", mariadbd)
EXPORTS = Daemon("`exportfs -ra`: no word", "exportfs", "nfs-kernel-server", "", exportfs)
FINDMNT = Daemon(
    "`findmnt --verify`: no errors",
    "findmnt",
    "util-linux",
    "Success, no errors or warnings detected",
    findmnt,
)
IFUP = Daemon("`ifup --no-act`: no complaint", "ifup", "ifupdown", "", ifup)
SYSTEMD = Daemon("`systemd-analyze verify`: no word", "systemd-analyze", "systemd", "", systemd)
JAVA = Daemon("`java.util.Properties`: no word", "javac", "default-jdk-headless", "", java)
