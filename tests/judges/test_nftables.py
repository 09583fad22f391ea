"""The kernel takes the filter, lets in whom the port matrix names, and nobody else."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges.harness import CLUSTERS, Host, need, need_root, render
from judges.machine import install
from judges.sandbox import Sandbox, bridge, wire

FILE = "/etc/nftables.conf"
GROUP, PORT = "224.0.0.1", 6780
VRRP_GROUP, VRRP = "224.0.0.18", 112
STRANGER = "10.20.30.99"


def test_every_filter_is_taken_twice(machines: dict[Host, Sandbox]) -> None:
    """The second time is a reload; what another program filters stays."""
    need("nft", "nftables")
    for host, machine in machines.items():
        if FILE not in host.paths:
            continue
        if Path("/etc/protocols").exists():
            # A small Debian has no such list: netbase brings it, and nftables does not ask for netbase.
            machine.run("mount", "--bind", "/dev/null", "/etc/protocols")
        machine.run("nft", "-c", "-f", FILE)
        machine.run("nft", "-f", FILE)
        once = machine.run("nft", "-j", "list", "ruleset").stdout
        machine.run("nft", "-f", FILE)
        assert _rules(machine.run("nft", "-j", "list", "ruleset").stdout) == _rules(once), host.name
        # By itself, without the text of Debian in front.
        machine.run("nft", "add", "table", "inet", "others")
        machine.run("nft", "-f", "-", stdin=host.text(FILE))
        assert "table inet others" in machine.run("nft", "list", "tables").stdout
        machine.run("nft", "flush", "ruleset")


def _rules(text: str) -> list[str]:
    return [json.dumps(each["rule"]["expr"]) for each in json.loads(text)["nftables"] if "rule" in each]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sandbox]]:
    """Hosts on one network with their filters in force, and a stranger."""
    need_root()
    need("nft", "nftables")
    scratch = tmp_path_factory.mktemp("nft")
    hosts = {host.name: host for host in render_beside(scratch)}
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(bridge())
        made: dict[str, Sandbox] = {}
        for number, name in enumerate(("ox1", "ox2", "web1", "web2", "db1", "stranger")):
            made[name] = stack.enter_context(Sandbox())
            address = hosts[name].address if name in hosts else STRANGER
            wire(net, made[name], number, f"{address}/24")
            made[name].run("ip", "route", "add", "224.0.0.0/8", "dev", "eth0")
            if name in hosts:
                install(made[name], hosts[name], scratch)
                made[name].run("nft", "-f", FILE)
        yield made


def render_beside(folder: Path) -> list[Host]:
    assert "1m-beside" in CLUSTERS
    return render("1m-beside", folder)


@pytest.mark.parametrize(
    ("server", "port", "client", "let_in"),
    [
        ("db1", 3306, "ox1", True),
        ("db1", 3306, "web1", False),
        ("db1", 3306, "stranger", False),
        ("db1", 4567, "ox1", False),
        ("ox1", 8009, "web2", True),
        ("ox1", 8009, "ox2", False),
        ("ox1", 57462, "ox2", True),
        ("web1", 80, "stranger", True),
        ("web1", 22, "stranger", True),
        ("web1", 4949, "ox1", False),
        # What the host says to itself goes by the loopback interface.
        ("ox1", 9999, "ox1", True),
        ("ox1", 9999, "stranger", False),
    ],
)
def test_only_callers_of_the_matrix_connect(
    cluster: dict[str, Sandbox], server: str, port: int, client: str, let_in: bool
) -> None:
    with cluster[server].network():
        listener = socket.create_server(("0.0.0.0", port))
    address = _address(cluster[server])
    with listener, cluster[client].network(), socket.socket() as connection:
        connection.settimeout(2 if let_in else 0.7)
        if let_in:
            connection.connect((address, port))
        else:
            with pytest.raises(TimeoutError):
                connection.connect((address, port))


def test_a_rule_of_your_own_is_let_in_as_well(cluster: dict[str, Sandbox]) -> None:
    own = "/etc/nftables.d/oxconf-input"
    cluster["web2"].run("mkdir", "-p", own)
    cluster["web2"].run("tee", f"{own}/exporter.nft", stdin=f"ip saddr {STRANGER} tcp dport 9100 accept\n")
    cluster["web2"].run("nft", "-f", FILE)
    test_only_callers_of_the_matrix_connect(cluster, "web2", 9100, "stranger", True)
    test_only_callers_of_the_matrix_connect(cluster, "web2", 9100, "ox1", False)


@pytest.mark.parametrize(("sender", "heard"), [("ox2", True), ("ox1", True), ("stranger", False)])
def test_the_caches_find_each_other(cluster: dict[str, Sandbox], sender: str, heard: bool) -> None:
    """Both processes of one host as well: what it sends to the group comes back by its own interface."""
    with cluster["ox1"].network():
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with listener:
        listener.bind(("", PORT))
        _join(listener, GROUP, _address(cluster["ox1"]))
        with cluster[sender].network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"here", (GROUP, PORT))
        assert _hears(listener) is heard


@pytest.mark.parametrize(("sender", "heard"), [("web2", True), ("stranger", False)])
def test_keepalived_hears_its_peer_alone(cluster: dict[str, Sandbox], sender: str, heard: bool) -> None:
    with cluster["web1"].network():
        listener = socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP)
    with listener:
        _join(listener, VRRP_GROUP, _address(cluster["web1"]))
        with (
            cluster[sender].network(),
            socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP) as out,
        ):
            out.sendto(b"\x21\x33\x64\x01", (VRRP_GROUP, 0))
        assert _hears(listener) is heard


def _address(sandbox: Sandbox) -> str:
    (interface,) = json.loads(sandbox.run("ip", "-j", "-4", "address", "show", "eth0").stdout)
    return str(interface["addr_info"][0]["local"])


def _join(listener: socket.socket, group: str, address: str) -> None:
    member = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(address))
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)


def _hears(listener: socket.socket) -> bool:
    listener.settimeout(0.7)
    try:
        listener.recv(1024)
    except TimeoutError:
        return False
    return True
