"""The unit of the write address, its commands run on two hosts of one network: only one of them can hold it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from judges.harness import need, need_root
from judges.sandbox import Sandbox, bridge, wire

from oxconf.artifacts.write_address import WriteAddress
from oxconf.deployment.load import load_text
from oxconf.syntax import unit

ADDRESS = "10.20.30.218"


class Server:
    """One database host with the rendered unit."""

    def __init__(self, number: int, network: Sandbox, address: str) -> None:
        deployment = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
        made = WriteAddress.from_deployment(deployment, deployment.host(f"db{number}"))
        assert made is not None
        self.document = unit.parse(made.render())
        self.host = Sandbox()
        wire(network, self.host, number, address)

    def run(self, *keys: str) -> bool:
        """Run the commands of these keys in their order as systemd does; whether all that count succeeded."""
        for key in keys:
            for entry in self.document.values("Service", key):
                command = entry.value.removeprefix("-")
                done = self.host.run(*shlex.split(command), check=False)
                if done.returncode and command == entry.value:
                    return False
        return True

    def start(self) -> bool:
        return self.run("ExecStartPre", "ExecStart", "ExecStartPost")

    def stop(self) -> bool:
        return self.run("ExecStop")

    def holds(self) -> bool:
        return f"inet {ADDRESS}/32 " in self.host.run("ip", "address", "show", "dev", "eth0").stdout


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    need_root()
    need("arping", "iputils-arping")
    with bridge() as network:
        first, second = Server(1, network, "10.20.30.217/24"), Server(2, network, "10.20.30.219/24")
        try:
            yield first, second
        finally:
            first.host.close()
            second.host.close()


def test_a_second_master_does_not_get_the_address_until_the_first_one_gave_it_up(
    servers: tuple[Server, Server],
) -> None:
    first, second = servers
    assert first.start()
    assert first.holds()

    assert not second.start()
    assert not second.holds()

    assert first.stop()
    assert not first.holds()
    assert second.start()
    assert second.holds()
    assert not first.start()


def test_the_unit_can_be_started_again_on_the_host_that_has_the_address(
    servers: tuple[Server, Server],
) -> None:
    # After a crash of the host's systemd or a change by hand the address may still be there.
    first, _ = servers
    assert first.start()
    assert first.start()
    assert first.holds()


def test_the_neighbours_learn_at_once_where_the_address_is_now(servers: tuple[Server, Server]) -> None:
    first, second = servers
    stale = ("lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "stale")
    second.host.run("ip", "neighbour", "replace", ADDRESS, *stale)
    assert first.start()
    # ADDRESS dev eth0 lladdr CARD STATE; and eth0@port1 UP CARD <...>
    learnt = second.host.run("ip", "neighbour", "show", ADDRESS).stdout.split()[4]
    assert learnt == first.host.run("ip", "-brief", "link", "show", "dev", "eth0").stdout.split()[2]


def test_a_host_that_is_cut_off_does_not_take_the_address(servers: tuple[Server, Server]) -> None:
    first, _ = servers
    first.host.run("ip", "link", "set", "eth0", "down")
    assert not first.start()
    assert not first.holds()
