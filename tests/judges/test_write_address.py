"""The unit of the write address, its commands run on two hosts of one network: only one of them can hold it.

Each test runs with what a host may have to ask with: arping of iputils; the other program of that name, by Habets,
whose package conflicts with iputils-arping and so is unpacked beside it; ping alone.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from judges.harness import need, need_root
from judges.sandbox import Sandbox, bridge, wire

from oxconf.artifacts.write_address import WriteAddress
from oxconf.deployment.load import load_text
from oxconf.syntax import unit

ADDRESS = "10.20.30.218"


class Server:
    """One database host with the rendered unit."""

    def __init__(self, number: int, network: Sandbox, address: str, env: Mapping[str, str]) -> None:
        self.env = env
        self.said = ""
        deployment = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
        made = WriteAddress.from_deployment(deployment, deployment.host(f"db{number}"))
        assert made is not None
        self.document = unit.parse(made.render())
        self.host = Sandbox()
        wire(network, self.host, number, address)

    def run(self, *keys: str) -> bool:
        """Run the commands of these keys in their order as systemd does; whether all that count succeeded."""
        self.said = ""
        for key in keys:
            for entry in self.document.values("Service", key):
                command = entry.value.removeprefix("-")
                words = [word.replace("$$", "$") for word in shlex.split(command)]
                done = self.host.run(*words, check=False, env=self.env)
                self.said += done.stderr
                if done.returncode and command == entry.value:
                    return False
        return True

    def start(self) -> bool:
        return self.run("ExecStartPre", "ExecStart", "ExecStartPost")

    def stop(self) -> bool:
        return self.run("ExecStop")

    def holds(self) -> bool:
        return f"inet {ADDRESS}/32 " in self.host.run("ip", "address", "show", "dev", "eth0").stdout


def _folder(folder: Path, *programs: str) -> Path:
    """A folder to be the whole PATH of the unit's commands: no other program is found."""
    folder.mkdir()
    for program in ("nsenter", "ip", "grep", *programs):
        found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        assert found, program
        (folder / program).symlink_to(found)
    return folder


def _unpacked_habets(folder: Path) -> Path:
    """Debian's package arping and its libraries, unpacked and not installed."""
    folder.mkdir()
    need("apt-get", "apt")
    got = subprocess.run(
        ["apt-get", "download", "-qq", "arping", "libnet1", "libpcap0.8", "libdbus-1-3"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if got.returncode:
        pytest.skip(f"needs Debian's package arping: {got.stderr}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def programs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a host that has only these programs."""
    need_root()
    folder = tmp_path_factory.mktemp("programs")
    if request.param == "nothing":
        return {"PATH": str(_folder(folder / "bin"))}
    if request.param == "iputils":
        need("arping", "iputils-arping")
        return {"PATH": str(_folder(folder / "bin", "arping"))}
    need("ping", "iputils-ping")
    path = {"PATH": str(_folder(folder / "bin", "ping"))}
    if request.param == "ping":
        return path
    habets = _unpacked_habets(folder / "habets")
    (folder / "bin" / "arping").symlink_to(habets / "usr/sbin/arping")
    libraries = ":".join(str(each.parent) for each in habets.glob("usr/lib/*/libnet.so.1"))
    return {**path, "LD_LIBRARY_PATH": libraries}


@pytest.fixture
def servers(programs: dict[str, str]) -> Iterator[tuple[Server, Server]]:
    with bridge() as network:
        first = Server(1, network, "10.20.30.217/24", programs)
        second = Server(2, network, "10.20.30.219/24", programs)
        try:
            yield first, second
        finally:
            first.host.close()
            second.host.close()


ASKING = pytest.mark.parametrize("programs", ["iputils", "habets", "ping"], indirect=True)
ANNOUNCING = pytest.mark.parametrize("programs", ["iputils"], indirect=True)
NOTHING = pytest.mark.parametrize("programs", ["nothing"], indirect=True)


@pytest.mark.parametrize("programs", ["habets"], indirect=True)
def test_the_other_arping_means_the_opposite(servers: tuple[Server, Server]) -> None:
    # If this fails the two programs have become one, and the unit need not tell them apart.
    first, second = servers
    ask = ("arping", "-D", "-q", "-c", "1", "-w", "1", "-I", "eth0")
    assert first.host.run(*ask, "10.20.30.219", check=False, env=first.env).returncode == 0
    assert second.host.run(*ask, ADDRESS, check=False, env=second.env).returncode == 1


@NOTHING
def test_an_address_that_nobody_can_ask_for_is_not_taken(servers: tuple[Server, Server]) -> None:
    first, _ = servers
    assert not first.start()
    assert not first.holds()
    assert f"Nobody could ask who has the write address {ADDRESS}: install iputils-arping" in first.said


@ASKING
def test_a_second_master_does_not_get_the_address_until_the_first_one_gave_it_up(
    servers: tuple[Server, Server],
) -> None:
    first, second = servers
    assert first.start()
    assert first.holds()

    assert not second.start()
    assert not second.holds()
    assert f"Another host has the write address {ADDRESS}" in second.said

    assert first.stop()
    assert not first.holds()
    assert second.start()
    assert second.holds()
    assert not first.start()


@ASKING
def test_the_unit_can_be_started_again_on_the_host_that_has_the_address(
    servers: tuple[Server, Server],
) -> None:
    # After a crash of the host's systemd or a change by hand the address may still be there.
    first, _ = servers
    assert first.start()
    assert first.start()
    assert first.holds()


@ANNOUNCING
def test_the_neighbours_learn_at_once_where_the_address_is_now(servers: tuple[Server, Server]) -> None:
    first, second = servers
    stale = ("lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "stale")
    second.host.run("ip", "neighbour", "replace", ADDRESS, *stale)
    assert first.start()
    # ADDRESS dev eth0 lladdr CARD STATE; and eth0@port1 UP CARD <...>
    learnt = second.host.run("ip", "neighbour", "show", ADDRESS).stdout.split()[4]
    assert learnt == first.host.run("ip", "-brief", "link", "show", "dev", "eth0").stdout.split()[2]


@ASKING
def test_a_host_that_is_cut_off_does_not_take_the_address(servers: tuple[Server, Server]) -> None:
    first, _ = servers
    first.host.run("ip", "link", "set", "eth0", "down")
    assert not first.start()
    assert "look at eth0" in first.said
    assert not first.holds()
