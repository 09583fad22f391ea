"""What a daemon takes and our types can not hold is no finding; what it refuses is one."""

import pytest

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.secrets import Secret
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import Facts
from oxconf.rules import judge


def messages(code: str, **hosts: dict[str, str]) -> list[str]:
    """Return what a rule says about hosts of which all files are known."""
    evidence = Evidence(
        tuple(
            HostFiles(
                name=name,
                facts=Facts(addresses=("10.20.30.213" if name == "ox1" else "10.20.30.231",)),
                files=tuple(File(path, text) for path, text in files.items()),
                complete=True,
            )
            for name, files in hosts.items()
        )
    )
    return [finding.message for finding in judge(evidence) if finding.code == code]


@pytest.mark.parametrize(
    "line",
    [
        "server x [fd00::1]:3306 check",
        "server x [fd00::1]",
        "server x ipv6@[fd00::1]:3306",
        "server x /run/mysqld.sock",
        "server x unix@/run/mysqld.sock",
        "server x 10.0.0.1:$P",
        'server x "${DB}:3306" check port "${CHECK}"',
        "server x 10.0.0.1:+1",
        "bind /run/h.sock mode 600",
        "bind unix@/run/h.sock",
        "bind fd@3",
        "bind :80-90",
        "bind 10.0.0.1:80-90,:$P",
        "bind [::1]:80",
        "bind $HERE",
        "timeout client ${LONG}",
    ],
)
def test_haproxy_takes_it(line: str) -> None:
    text = f"listen a\n  mode tcp\n  bind :1\n  {line}\n"

    assert messages("OX001", ox1={HaproxyCfg.path: text}) == []


def test_addresses_and_ports_of_haproxy() -> None:
    lines = (
        "bind ipv4@127.0.0.1:3306",
        "bind :80-90",
        "bind /run/h.sock",
        "server a [fd00::1]:3306",
        "server b [fd00::1]",
        "server c 10.0.0.1:$P",
        "server d ipv4@10.0.0.1:3306",
    )
    read = HaproxyCfg.parse("listen a\n  " + "\n  ".join(lines) + "\n")

    assert [(each.address, each.port) for each in read.listeners] == [("127.0.0.1", 3306), ("", None)]
    assert [(each.address, each.port) for each in read.listeners[0].servers] == [
        ("[fd00::1]", 3306),
        ("[fd00::1]", None),
        ("10.0.0.1", None),
        ("10.0.0.1", 3306),
    ]


@pytest.mark.parametrize("bind", [":3300-3310", ":$PORT", "$EVERYTHING", "$HERE:3306"])
def test_who_may_listen_there_is_not_called_dead(bind: str) -> None:
    files = {
        HaproxyCfg.path: f"listen a\n  bind {bind}\n",
        GroupwareConfigdb.path: "readUrl=jdbc:mysql://127.0.0.1:3306/configdb\n",
    }

    assert messages("OX704", ox1=files) == []
    assert messages("OX701", ox1=files) == []


@pytest.mark.parametrize(
    "line",
    [
        "unicast_src_ip fd00::1",
        "unicast_peer { fd00::2 }",
        "virtual_ipaddress { fd00::3/64 dev eth0 }",
        "virtual_ipaddress { $VIP dev eth0 }",
    ],
)
def test_keepalived_takes_it(line: str) -> None:
    assert messages("OX001", web1={KeepalivedConf.path: f"vrrp_instance a {{\n  {line}\n}}\n"}) == []


@pytest.mark.parametrize(
    "member",
    [
        "http://[fd00::1]:8080",
        "http://10.0.0.1:8080/ajax",
        "unix:/run/ox.sock|http://localhost/ajax",
        "ajp://${NODE}:${PORT}",
        "ajp://10.0.0.1:8009 loadfactor=1.5 retry=${RETRY}",
    ],
)
def test_apache_takes_it(member: str) -> None:
    text = f"<Proxy balancer://a>\n    BalancerMember {member}\n</Proxy>\n"

    assert messages("OX001", web1={ProxyAjp.path: text}) == []


def test_a_balancer_member_with_an_ipv6_address() -> None:
    (balancer,) = ProxyAjp.parse(
        "<Proxy balancer://a>\nBalancerMember http://[fd00::1]:8080 route=A\n</Proxy>\n"
    ).balancers

    assert [(each.host, each.port, each.route) for each in balancer.members] == [("[fd00::1]", 8080, "A")]


@pytest.mark.parametrize("address", ["*", "::", "10.20.30.217,127.0.0.1", "db1"])
def test_a_server_may_listen_on_more_than_one_address(address: str) -> None:
    assert OxCnf.parse(f"[mysqld]\nbind-address = {address}\n").bind_address is None


def test_a_node_address_may_have_a_port() -> None:
    assert HostCnf.parse("[mysqld]\nwsrep_node_address = 10.20.30.217:4567\n").wsrep_node_address is None


def test_a_bare_switch_is_on_and_another_bare_option_has_no_value() -> None:
    read = WsrepCnf.parse("[mysqld]\nwsrep_on\nwsrep_cluster_name\n")

    assert read.wsrep_on is True
    assert read.wsrep_cluster_name is None


def test_state_transfers_may_have_another_account() -> None:
    assert WsrepCnf.parse("[mysqld]\nwsrep_sst_auth = backup:Bu4-nightjar\n").wsrep_sst_auth is None


def test_driver_properties_are_known_by_their_names() -> None:
    text = "readProperty.1=useSSL=false\nreadProperty.2=user=ox\nreadProperty.7=password=Bu4-nightjar\n"
    read = GroupwareConfigdb.parse(text)

    assert messages("OX001", ox1={GroupwareConfigdb.path: text}) == []
    assert (read.read_user, read.read_password) == ("ox", Secret("configdb", "Bu4-nightjar"))
    assert read.lines == {"read_user": 2, "read_password": 3}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (HaproxyCfg.path, "listen a\n  bind here\n"),
        (HaproxyCfg.path, "listen a\n  bind :http\n"),
        (HaproxyCfg.path, "listen a\n  bind :1\n  server a 10.0.0.1:mysql\n"),
        (KeepalivedConf.path, "vrrp_instance a {\n  unicast_src_ip 10.20.30.321\n}\n"),
        (ProxyAjp.path, "<Proxy balancer://a>\nBalancerMember 10.0.0.1:8009\n</Proxy>\n"),
        (GroupwareConfigdb.path, "readProperty.2=openexchange\n"),
        (AjpProperties.path, "AJP_PORT=ajp\n"),
    ],
)
def test_what_the_daemon_refuses_is_found(path: str, text: str) -> None:
    assert len(messages("OX001", ox1={path: text})) == 1
