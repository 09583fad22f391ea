"""A bundle of a few files, a root to install it into, and the call."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import resources
from pathlib import Path

INSTALLER = Path(str(resources.files("oxconf.bundle").joinpath("install.sh")))
ROOT_USER = os.geteuid() == 0

# Where the tests are not root, everything belongs to the one who runs them.
USERS = {"root": 0, "mysql": 4991, "open-xchange": 4992}


def number(user: str) -> tuple[int, int]:
    """The uid and gid that a user has in the roots of these tests."""
    return (USERS[user], USERS[user]) if ROOT_USER else (os.geteuid(), os.getegid())


@dataclass
class File:
    """One file of a bundle."""

    text: str
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    how: str = "replace"
    path: str = ""


def block(body: str) -> str:
    return f"# BEGIN oxconf\n{body}\n# END oxconf\n"


FILES = {
    "/etc/hosts": File(block("10.20.30.217 db1"), how="block"),
    "/etc/mysql/my.cnf": File(block("!includedir /etc/mysql/ox.conf.d/"), how="block"),
    "/etc/mysql/ox.conf.d/ox.cnf": File("[mysqld]\nmax_connections = 400\n"),
    "/etc/mysql/ox.conf.d/wsrep.cnf": File(
        "[mysqld]\nwsrep_sst_auth = sst:Hush1\n", mode="0640", group="mysql"
    ),
    "/etc/haproxy/haproxy.cfg": File("listen reads\n"),
    "/usr/local/bin/clustercheck": File("#!/bin/sh\n", mode="0755"),
}

SERVICES = """\
both /etc/mysql/ox.conf.d/ox.cnf systemctl restart mariadb.service  # one node at a time
both /etc/mysql/ox.conf.d/wsrep.cnf systemctl restart mariadb.service  # one node at a time
remove /etc/haproxy/haproxy.cfg systemctl disable --now haproxy.service
install /etc/haproxy/haproxy.cfg systemctl reload haproxy.service
"""


@dataclass
class Machine:
    """A root as a package manager left it, and bundles to install into it."""

    folder: Path
    shell: tuple[str, ...] = ("sh",)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str:
        return self.at(path).read_text()

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        file = self.at(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def set_up(self) -> Machine:
        """Lay down what Debian has."""
        for name, extra in (("passwd", "::/:/usr/sbin/nologin"), ("group", "")):
            lines = []
            for user in USERS:
                uid, gid = number(user)
                ids = f"{uid}:{gid}" if name == "passwd" else f"{gid}:"
                lines.append(f"{user}:x:{ids}{extra}\n")
            self.write(f"/etc/{name}", "".join(lines))
        self.write("/etc/hosts", "127.0.0.1 localhost\n")
        self.write("/etc/haproxy/haproxy.cfg", "# of the package\n", 0o640)
        self.write("/etc/mysql/mariadb.cnf", "[client-server]\nport = 3306", 0o640)
        self.at("/etc/alternatives").mkdir()
        self.at("/etc/alternatives/my.cnf").symlink_to("/etc/mysql/mariadb.cnf")
        self.at("/etc/mysql/my.cnf").symlink_to("/etc/alternatives/my.cnf")
        for folder in [self.root, *self.root.rglob("*")]:
            if folder.is_dir() and not folder.is_symlink():
                folder.chmod(0o755)
        return self

    def pack(self, files: dict[str, File] | None = None, services: str = SERVICES) -> None:
        """Write the bundle anew."""
        files = FILES if files is None else files
        shutil.rmtree(self.bundle, ignore_errors=True)
        self.bundle.mkdir(parents=True)
        listed = {"services.txt": services}
        lines = []
        for path, file in files.items():
            listed[f"rootfs{path}"] = file.text
            digest = sha256(file.text.encode()).hexdigest()
            lines.append(f"{file.mode} {file.owner} {file.group} {file.how} {digest} {file.path or path}\n")
        listed["files.txt"] = "".join(lines)
        for path, text in listed.items():
            (self.bundle / path).parent.mkdir(parents=True, exist_ok=True)
            (self.bundle / path).write_text(text)
        sums = [f"{sha256(text.encode()).hexdigest()}  {path}\n" for path, text in listed.items()]
        (self.bundle / "SHA256SUMS").write_text("".join(sums))
        shutil.copy(INSTALLER, self.bundle)

    def amend(self, name: str, text: str) -> None:
        """Write one file of the bundle anew, and its sum."""
        path = self.bundle / name
        before, after = (sha256(each.encode()).hexdigest() for each in (path.read_text(), text))
        path.write_text(text)
        sums = self.bundle / "SHA256SUMS"
        sums.write_text(sums.read_text().replace(f"{before}  {name}\n", f"{after}  {name}\n"))

    def command(self, *options: str) -> list[str]:
        return [*self.shell, str(self.bundle / "install.sh"), "--root", str(self.root), *options]

    def run(self, *options: str, code: int = 0) -> str:
        """Run the installer, demand its exit code, and return what it says."""
        done = subprocess.run(
            self.command(*options),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=os.environ | self.environment,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def install(self, *options: str, code: int = 0) -> str:
        return self.run("--yes", *options, code=code)

    def state(self) -> dict[str, tuple[str, str, int, int]]:
        """Everything below the root but what the installer keeps: text or link, mode, uid, gid."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = "/" + str(path.relative_to(self.root))
            if name.startswith(("/var/lib", "/var/backups")) or name == "/var":
                continue
            status = path.lstat()
            if path.is_symlink():
                content = f"link to {os.readlink(path)}"
            else:
                content = path.read_text() if path.is_file() else "folder"
            found[name] = (content, f"{status.st_mode:o}", status.st_uid, status.st_gid)
        return found

    def backups(self) -> list[Path]:
        return sorted(self.at("/var/backups/oxconf").iterdir())
