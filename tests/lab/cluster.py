"""The database servers of a rendered cluster, set up by their runbook, and whoever looks at them from an OX node."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from judges.harness import Host, render_text
from judges.sandbox import bridge

from lab.host import LabHost
from lab.release import Release
from oxconf.artifacts._server import unit_name
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment

PASSWORDS = {
    "configdb": "Kp3'\\0vxLq\"",
    "master": "Vu7Zr2mW",
    "sst": "9Ttq&Ls$4b",
    "clustercheck": "hX5'c0NfE",
    "vrrp": "Qe81yKdj",
    "root": "pw-root\\x$;",
    "maintenance": "m4Int3nance",
    "replication": "r'epl\\ication",
    "backup": "b4ckUp",
}

CLIENT = "$(command -v mariadb || command -v mysql)"
"""What asks a server in a shell: older releases have the client under its old name alone."""

DUMP = "/root/oxconf-master.sql"

# What the packages left, as the files' own program knows it.
FRESH_MY_CNF = (
    "[ ! -e /etc/mysql ] || { rm -f /etc/mysql/my.cnf; printf '%s\\n' '[client-server]' "
    "'!includedir /etc/mysql/conf.d/' '!includedir /etc/mysql/mariadb.conf.d/' >/etc/mysql/my.cnf; }"
)


class LabCluster:
    """Hosts of one cluster. OX nodes are there as clients alone: nothing runs on them."""

    def __init__(self, text: str, tmp: Path, release: Release | None = None) -> None:
        self.text = text
        self.tmp = tmp
        self.release = release
        self.passwords = dict(PASSWORDS)
        self.rendered = 0
        self.wired = 0
        self.network = bridge()
        self.hosts: dict[str, LabHost] = {}
        rendered = self.render()
        try:
            for host in rendered:
                self._come(host)
        except BaseException:
            self.close()
            raise

    def render(self) -> list[Host]:
        """Render the cluster as it is described now."""
        self.rendered += 1
        folder = self.tmp / f"render{self.rendered}"
        folder.mkdir(parents=True)
        secrets = folder / "secrets.toml"
        secrets.write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in self.passwords.items())
        )
        secrets.chmod(0o600)
        hosts = render_text(self.text, folder, "--secrets", str(secrets))
        self.books = {
            book["name"]: book for book in json.loads((folder / "tree/runbook.json").read_text())["runbooks"]
        }
        return hosts

    def _come(self, host: Host) -> None:
        network = self.deployment.network
        self.hosts[host.name] = LabHost(
            host,
            self.network,
            self.wired,
            self.release,
            prefix=network.cidr.prefixlen,
            interface=network.interface,
        )
        self.wired += 1
        self._unpack(host)
        if not self.release:
            self.hosts[host.name].sh(FRESH_MY_CNF)

    def copy_new_archives(self, text: str | None = None, passwords: Mapping[str, str] | None = None) -> None:
        """Change the description, and bring what follows from it to the hosts, as a person does; new hosts come."""
        self.text = text or self.text
        self.passwords.update(passwords or {})
        for host in self.render():
            if host.name in self.hosts:
                self.hosts[host.name].sh("rm -rf /root/bundle/*")
                self._unpack(host)
            else:
                self._come(host)

    def _unpack(self, host: Host) -> None:
        lab = self.hosts[host.name]
        lab.host = host
        lab.unpack(host.folder)

    def __getitem__(self, name: str) -> LabHost:
        return self.hosts[name]

    @property
    def deployment(self) -> Deployment:
        """The cluster as it is described now."""
        return load_text(self.text)

    @property
    def unit(self) -> str:
        """The unit of the database servers."""
        return unit_name(self.deployment)

    def kill(self, *hosts: str) -> None:
        """End the server on each host as a loss of power does; nothing starts it again."""
        for host in hosts:
            self.hosts[host].sh("pkill -9 mysqld_safe; pkill -9 '^(mysqld|mariadbd)$'; rm -f /run/mysqld/*")

    @property
    def servers(self) -> list[LabHost]:
        return [host for host in self.hosts.values() if "database" in host.host.roles]

    def leaves(self, name: str, text: str) -> None:
        """Switch off a host, and describe the cluster without it."""
        self.hosts.pop(name).close()
        self.copy_new_archives(text)

    def steps(self, book: str) -> Iterator[dict[str, Any]]:
        for phase in self.books[book]["phases"]:
            yield from phase["steps"]

    def take(self, book: str, slug: str, host: str, *words: str, check: bool = True) -> str:
        """Take one step of a runbook on a host; return what it says."""
        (script,) = {
            step["script"]
            for step in self.steps(book)
            if host in step["on"] and step["script"].rpartition("/")[2].partition("-")[2] == slug
        }
        return self.hosts[host].sh(shlex.join(["sh", f"runbook/{script}.sh", "--yes", *words]), check=check)

    def set_up(self) -> None:
        """Take every step of the setup that belongs to a database server, in order."""
        names = {server.name for server in self.servers}
        for step in self.steps("setup"):
            if step["host"] in names:
                self.take("setup", step["script"].partition("-")[2], step["host"])
                if step["script"].endswith("-dump"):
                    self.copy_dump(step["host"])

    def copy_dump(self, source: str) -> None:
        """Do what the step dump says: bring the dump to the others."""
        text = self.hosts[source].sh(f"cat {DUMP}")
        for server in self.servers:
            if server.name != source:
                server.write(DUMP, text)

    def all_pass(self) -> None:
        """Take verify.sh on every database server."""
        for server in self.servers:
            said = server.sh("sh runbook/verify.sh", check=False)
            assert "FAIL" not in said, f"{server.name}:\n{said}"
            assert "passed." in said, said

    @contextmanager
    def asked_all_the_time(self, host: str, command: str) -> Iterator[Path]:
        """A client that asks again and again, with the password in /tmp/password; it may never be refused."""
        box = self.hosts[host].box
        log = self.tmp / f"asked{time.monotonic_ns()}"
        loop = (
            f"rm -f /tmp/end; n=0; while [ ! -e /tmp/end ]; do {command} >/tmp/said 2>&1 || "
            "{ echo refused; cat /tmp/said; }; n=$((n + 1)); done; echo asked $n; touch /tmp/ended"
        )
        box.start("sh", "-c", loop, log=log)
        try:
            time.sleep(0.5)
            yield log
            time.sleep(0.5)
        finally:
            box.run("touch", "/tmp/end")
            end = time.monotonic() + 10
            while box.run("test", "-e", "/tmp/ended", check=False).returncode and time.monotonic() < end:
                time.sleep(0.05)
            box.run("rm", "-f", "/tmp/ended")

    def close(self) -> None:
        for host in self.hosts.values():
            host.close()
        self.network.close()
