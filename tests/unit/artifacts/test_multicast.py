from ipaddress import IPv4Network

import pytest

from oxconf.artifacts._artifact import Enable, Install, Switch
from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit, Route
from oxconf.deployment.load import load_text

ROUTE = Route(IPv4Network("224.0.0.0/8"), "eth0")
OTHER = 'tier = "1m"\n[network]\nmanaged_by = "other"\ninterface = "ens3"\n'

DEBIAN = """\
# This file describes the network interfaces available on your system
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

allow-hotplug eth0
iface eth0 inet static
    address 10.20.30.213/24
"""


def test_every_ox_host_has_a_stanza_of_its_own() -> None:
    cluster = load_text("", tier="1m")
    files = {host.name: MulticastInterfaces.from_deployment(cluster, host) for host in cluster.hosts}
    assert [name for name, file in files.items() if file] == ["ox1", "ox2", "ox3", "prov1"]
    assert MulticastInterfaces.install is Install.BLOCK
    assert files["ox1"] is not None
    assert files["ox1"].render() == (
        "# BEGIN oxconf\n"
        "# Route of the multicast group in which the caches find each other.\n"
        "# It stands beside the interface's own stanza and changes no address.\n"
        "iface eth0 inet manual\n"
        "    post-up ip route replace 224.0.0.0/8 dev eth0\n"
        "# END oxconf\n"
    )
    assert MulticastUnit.from_deployment(cluster, cluster.host("ox1")) is None


def test_without_ifupdown_a_unit_sets_it() -> None:
    cluster = load_text(OTHER)
    assert MulticastInterfaces.from_deployment(cluster, cluster.host("ox1")) is None
    assert MulticastUnit.from_deployment(cluster, cluster.host("db1")) is None
    file = MulticastUnit.from_deployment(cluster, cluster.host("ox1"))
    assert file is not None
    assert file.render() == (
        "# Route of the multicast group in which the caches find each other. Written by oxconf.\n"
        "[Unit]\n"
        "Description=Multicast route of the Open-Xchange caches\n"
        "# The interface must be up, and OX, whatever starts it, must find the route.\n"
        "Wants=network-online.target\n"
        "After=network-online.target\n"
        "Before=open-xchange.service open-xchange-groupware.service open-xchange-admin.service\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "RemainAfterExit=yes\n"
        "ExecStart=/bin/ip route replace 224.0.0.0/8 dev ens3\n"
        "\n"
        "[Install]\n"
        "WantedBy=multi-user.target\n"
    )
    assert file.enables() == (Enable(Switch.UNIT, "oxconf-multicast-route.service"),)
    assert file.path == "/etc/systemd/system/oxconf-multicast-route.service"


@pytest.mark.parametrize(
    "option",
    [
        "post-up ip route replace 224.0.0.0/8 dev eth0",
        "up  /sbin/ip route add multicast 224.0.0.0/8   dev eth0",
        "post-up route add -net 224.0.0.0/8 dev eth0",
    ],
)
def test_the_route_is_found_in_the_machines_own_file(option: str) -> None:
    file, problems = MulticastInterfaces.read(f"{DEBIAN}    {option}\n")
    assert file.routes == (ROUTE,)
    assert file.routes[0].line == 10
    assert problems == ()


def test_other_commands_are_no_routes() -> None:
    commands = [
        "ip route replace 224.0.0.1/8 dev eth0",
        "ip link set eth0 mtu 9000",
        "ip route add x/8 dev eth0",
    ]
    text = DEBIAN + "".join(f"    post-up {command}\n" for command in commands)
    assert MulticastInterfaces.parse(text).routes == ()
    assert MulticastUnit.parse("[Service]\nExecStart=/bin/true\n").routes == ()


def test_an_option_outside_of_a_stanza_is_a_problem() -> None:
    _, problems = MulticastInterfaces.read("post-up route add -net 224.0.0.0/8 dev eth0\n")
    assert [problem.line for problem in problems] == [1]


def test_only_blanks_of_a_shell_part_the_words_of_a_command() -> None:
    made = MulticastInterfaces(routes=(Route(IPv4Network("224.0.0.0/8"), "a\u2028b"),))

    assert MulticastInterfaces.parse(made.render()) == made
