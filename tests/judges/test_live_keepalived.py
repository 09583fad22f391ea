"""keepalived, started from the rendered files on hosts in namespaces: who holds the floating addresses."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges.harness import need, need_root
from judges.sandbox import Sandbox, bridge, wire

from oxconf.artifacts.check_web import CheckWeb
from oxconf.artifacts.clustercheck import SCRIPT
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import floating_addresses

WEB = ""
DATABASE = """
[database]
access = "floating-address"
read_address = "10.20.30.220"
"""

# Two failed checks and VRRP's own time make 3 s; a busy machine may take longer.
PATIENCE = 20.0

# Longer than a host waits for adverts before it takes an address: 3 s and a part of a second.
A_WHILE = 5.0


class Hosts:
    """The hosts that hold the floating addresses of a deployment, each with keepalived and its check."""

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self.folder = folder
        self.addresses = {floating.name: str(floating.address) for floating in floating_addresses(deployment)}
        self.switch = bridge()
        self.sandboxes: dict[str, Sandbox] = {}
        self.daemons: dict[str, int] = {}
        holders = {
            host.name: host for floating in floating_addresses(deployment) for host in floating.holders
        }
        for number, host in enumerate(holders.values()):
            sandbox = self.sandboxes[host.name] = Sandbox()
            wire(self.switch, sandbox, number, f"{host.address}/24")
            conf = KeepalivedConf.from_deployment(deployment, host)
            assert conf is not None
            self.file(host.name, KeepalivedConf.path, conf.render(), conf.mode)
            self.file(host.name, CheckWeb.path, CheckWeb().render(), CheckWeb.mode)
            # The check that the database servers run looks at a file here, in place of Galera's state.
            self.file(host.name, SCRIPT, "#!/bin/sh\ntest -e /run/healthy\n", 0o755)
            sandbox.tmpfs("/run")
            self.start(host.name)

    def file(self, name: str, path: str, text: str, mode: int) -> None:
        """Put a file on a host, alone in its folder."""
        folder = self.folder / name / Path(path).parent.relative_to("/")
        folder.mkdir(parents=True)
        file = folder / Path(path).name
        file.write_text(text)
        file.chmod(mode)
        self.sandboxes[name].bind(folder, str(Path(path).parent))

    def start(self, name: str) -> None:
        self.daemons[name] = self.sandboxes[name].start(
            "keepalived", "--dont-fork", "--log-console", log=self.folder / f"{name}.log"
        )

    def stop(self, name: str) -> None:
        os.kill(self.daemons[name], signal.SIGTERM)
        assert self.says(name, "Stopped Keepalived")

    def healthy(self, name: str) -> None:
        self.sandboxes[name].run("touch", "/run/healthy")

    def sick(self, name: str) -> None:
        self.sandboxes[name].run("rm", "/run/healthy")

    def holders(self, floating: str) -> list[str]:
        """The hosts that have a floating address at this moment."""
        shown = f" {self.addresses[floating]}/"
        return [
            name
            for name, sandbox in self.sandboxes.items()
            if shown in sandbox.run("ip", "-4", "-o", "address", "show", "dev", "eth0").stdout
        ]

    def moves(self, floating: str, name: str) -> bool:
        """Wait until this host alone has the address."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.holders(floating) == [name]:
                return True
            time.sleep(0.1)
        return False

    def says(self, name: str, text: str, times: int = 1) -> bool:
        """Wait until keepalived of a host has said something so often."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if (self.folder / f"{name}.log").read_text().count(text) >= times:
                return True
            time.sleep(0.1)
        return False

    def stays(self, floating: str, *names: str) -> bool:
        """Watch for a while that these hosts, and no others, have the address."""
        end = time.monotonic() + A_WHILE
        while time.monotonic() < end:
            if self.holders(floating) != list(names):
                return False
            time.sleep(0.2)
        return True

    def close(self) -> None:
        for sandbox in (*self.sandboxes.values(), self.switch):
            sandbox.close()


@pytest.fixture
def hosts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hosts]:
    need_root()
    need("keepalived", "keepalived")
    running = Hosts(load_text(request.param, tier="1m"), tmp_path)
    yield running
    running.close()


@pytest.mark.parametrize("hosts", [WEB], indirect=True, ids=["web"])
def test_the_web_address_leaves_a_dead_web_server_and_stays_where_it_went(hosts: Hosts) -> None:
    server = ("python3", "-m", "http.server", "--bind", "127.0.0.1", "80")
    log = hosts.folder / "http.log"
    first = hosts.sandboxes["web1"].start(*server, log=log)
    assert hosts.moves("web", "web1")
    hosts.sandboxes["web2"].start(*server, log=log)
    assert hosts.says("web2", "Entering BACKUP STATE")
    assert hosts.stays("web", "web1")

    os.kill(first, signal.SIGKILL)
    assert hosts.moves("web", "web2")

    hosts.sandboxes["web1"].start(*server, log=log)
    assert hosts.says("web1", "Entering BACKUP STATE", times=2)
    assert hosts.stays("web", "web2")

    hosts.stop("web2")
    assert hosts.moves("web", "web1")

    hosts.start("web2")
    assert hosts.says("web2", "Entering BACKUP STATE", times=2)
    assert hosts.stays("web", "web1")


@pytest.mark.parametrize("hosts", [DATABASE], indirect=True, ids=["database"])
def test_the_database_addresses_follow_the_check_and_stay_where_they_went(hosts: Hosts) -> None:
    both = ("write", "read")
    hosts.healthy("db2")
    assert [hosts.moves(address, "db2") for address in both] == [True, True]

    hosts.healthy("db1")
    assert hosts.says("db1", "Entering BACKUP STATE", times=2)
    hosts.sick("db2")
    assert [hosts.moves(address, "db1") for address in both] == [True, True]

    hosts.healthy("db2")
    assert hosts.says("db2", "Entering BACKUP STATE", times=4)
    assert [hosts.stays(address, "db1") for address in both] == [True, True]

    hosts.stop("db1")
    assert [hosts.moves(address, "db2") for address in both] == [True, True]


@pytest.mark.parametrize("hosts", [WEB], indirect=True, ids=["web"])
def test_no_host_holds_the_address_while_no_web_server_answers(hosts: Hosts) -> None:
    for name in hosts.sandboxes:
        assert hosts.says(name, "VRRP_Script(web) failed")
    assert hosts.stays("web")
