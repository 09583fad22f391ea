"""keepalived.conf: who holds the floating addresses."""

from ipaddress import IPv4Address, IPv4Interface

import pytest

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts.keepalived_conf import (
    KeepalivedConf,
    SyncGroup,
    TrackScript,
    VirtualAddress,
    VrrpInstance,
    priority,
)
from oxconf.deployment.load import load_text
from oxconf.deployment.secrets import Secret

FLOATING = 'tier = "1m"\n[database]\naccess = "floating-address"\nread_address = "10.20.30.220"\n'

WEB1_TEXT = """\
# Floating addresses that this host may hold. Written by oxconf.

global_defs {
    router_id web1
    script_user root
    # No script runs that anybody but root could have changed.
    enable_script_security
}

vrrp_script web {
    script /usr/local/sbin/oxconf-check-web
    interval 1
    timeout 2
    rise 2
    fall 2
    # Without a weight a failure takes this host out. With one, nopreempt would keep the address here.
}

vrrp_instance web {
    state BACKUP
    # A host that comes back does not take the address again: one interruption, not two.
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    unicast_src_ip 10.20.30.231
    unicast_peer {
        10.20.30.232
    }
    authentication {
        auth_type PASS
        auth_pass REPLACE_
    }
    virtual_ipaddress {
        10.20.30.230/24 dev eth0
    }
    track_script {
        web
    }
}
"""


def artifacts(text: str) -> dict[str, KeepalivedConf]:
    deployment = load_text(text)
    found = {host.name: KeepalivedConf.from_deployment(deployment, host) for host in deployment.hosts}
    return {name: each for name, each in found.items() if each is not None}


def test_the_file_of_a_web_server() -> None:
    assert artifacts('tier = "1m"')["web1"].render() == WEB1_TEXT


def test_only_hosts_that_hold_an_address_have_the_file() -> None:
    assert list(artifacts('tier = "1m"')) == ["web1", "web2"]
    assert list(artifacts('tier = "100k"')) == ["ox1", "ox2"]
    assert artifacts('tier = "poc"') == {}


def test_the_write_address_of_replication_is_nobodys_here() -> None:
    assert list(artifacts('tier = "1m"\n[database]\nmode = "replication"\n')) == ["web1", "web2"]


@pytest.mark.parametrize("text", ['tier = "100k"', 'tier = "1m"', FLOATING])
def test_what_is_rendered_reads_back(text: str) -> None:
    for each in artifacts(text).values():
        assert KeepalivedConf.parse(each.render()) == each


def test_instances_on_one_host_have_ids_of_their_own_and_the_reads_avoid_the_writer() -> None:
    held = {
        name: [(each.name, each.virtual_router_id, each.priority) for each in conf.instances]
        for name, conf in artifacts(FLOATING).items()
        if name.startswith("db")
    }
    assert held == {
        "db1": [("write", 52, 150), ("read", 53, 130)],
        "db2": [("write", 52, 140), ("read", 53, 150)],
        "db3": [("write", 52, 130), ("read", 53, 140)],
    }


def test_database_addresses_follow_the_state_of_galera() -> None:
    conf = artifacts(FLOATING)["db1"]
    assert [(script.name, script.command) for script in conf.scripts] == [
        ("database", "/usr/local/bin/clustercheck")
    ]
    assert {instance.track_scripts for instance in conf.instances} == {("database",)}


def test_each_host_sends_to_all_others() -> None:
    for name, conf in artifacts(FLOATING).items():
        for instance in conf.instances:
            assert instance.unicast_src_ip not in instance.unicast_peers
            assert len(instance.unicast_peers) == (1 if name.startswith("web") else 2)


def test_nobody_preempts_and_nobody_has_a_weight() -> None:
    for conf in artifacts(FLOATING).values():
        assert {(each.state, each.nopreempt) for each in conf.instances} == {("BACKUP", True)}
        assert {script.weight for script in conf.scripts} == {None}


def test_a_holder_without_others_has_no_peers() -> None:
    text = 'tier = "poc"\n[web]\naccess = "keepalived"\naddress = "10.20.30.230"\n'
    text += '[[hosts]]\nname = "one"\naddress = "10.20.30.1"\nmemory = "8G"\ncores = 2\n'
    text += 'roles = ["groupware", "database", "web", "balancer", "filestore"]\n'
    (instance,) = artifacts(text)["one"].instances
    assert (instance.unicast_src_ip, instance.unicast_peers) == (None, ())
    assert "unicast" not in artifacts(text)["one"].render()


@pytest.mark.parametrize("holders", [1, 2, 15, 16, 100, 254])
def test_priorities_fall_in_the_order_of_the_holders(holders: int) -> None:
    found = [priority(position, holders) for position in range(holders)]
    assert found == sorted(set(found), reverse=True)
    assert 1 <= found[-1] <= found[0] <= 254


def test_the_password_is_in_a_file_that_others_can_not_read() -> None:
    deployment = load_text("", tier="1m", secrets={"vrrp": "hunter22"})
    conf = KeepalivedConf.from_deployment(deployment, deployment.host("web1"))
    assert conf is not None
    assert "auth_pass hunter22\n" in conf.render()
    assert "hunter22" not in repr(conf)
    assert conf.mode == 0o640
    assert KeepalivedConf.parse(conf.render()) == conf


def test_the_unit_is_switched_on() -> None:
    assert artifacts('tier = "1m"')["web1"].enables() == (Enable(Switch.UNIT, "keepalived.service"),)


FOREIGN = """\
vrrp_sync_group OX { group { OX_VRRP } }
vrrp_script chk { script "/usr/bin/killall -0 haproxy"
  interval 0.5
  weight -20
}
vrrp_instance OX_VRRP {
  state MASTER
  interface eth0
  virtual_router_id 10
  priority 101
  advert_int 1.5
  authentication {
    auth_type AH
    auth_pass 1234
  }
  virtual_ipaddress {
    10.20.30.77/24 brd 10.20.30.255 dev eth0
    10.20.30.78
  }
  track_script {
    chk weight 3
  }
}
"""


def test_a_file_of_somebody_else() -> None:
    read = KeepalivedConf.parse(FOREIGN)
    assert read == KeepalivedConf(
        scripts=(
            TrackScript(
                name="chk", command="/usr/bin/killall -0 haproxy", interval=Milliseconds(500), weight=-20
            ),
        ),
        groups=(SyncGroup(name="OX", instances=("OX_VRRP",)),),
        instances=(
            VrrpInstance(
                name="OX_VRRP",
                state="MASTER",
                interface="eth0",
                virtual_router_id=10,
                priority=101,
                advert_int=Milliseconds(1500),
                auth_type="AH",
                auth_pass=Secret("vrrp", "1234"),
                addresses=(
                    VirtualAddress(address=IPv4Interface("10.20.30.77/24"), interface="eth0"),
                    VirtualAddress(address=IPv4Interface("10.20.30.78/32")),
                ),
                track_scripts=("chk",),
            ),
        ),
    )
    assert read.lines == {"groups": 1, "scripts": 2, "instances": 6}
    assert [address.line for address in read.instances[0].addresses] == [17, 18]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("priority high", 'priority: "high" does not fit'),
        ("advert_int 1s", 'advert_int: "1s" does not fit'),
        ("unicast_src_ip 10.20.30.321", 'unicast_src_ip: "10.20.30.321" does not fit'),
        ("virtual_ipaddress { 10.20.30.321/24 }", '10.20.30.321/24: "10.20.30.321/24" does not fit'),
        ("unicast_peer { web2 }", 'web2: "web2" does not fit'),
    ],
)
def test_what_does_not_fit_is_a_problem_with_its_line(line: str, message: str) -> None:
    read, problems = KeepalivedConf.read(f"vrrp_instance a {{\n  unicast_peer {{ 10.0.0.2 }}\n  {line}\n}}\n")
    assert [(problem.line, problem.message) for problem in problems] == [(3, message)]
    assert [instance.name for instance in read.instances] == ["a"]


def test_peers_are_addresses() -> None:
    read = KeepalivedConf.parse("vrrp_instance a {\n  unicast_peer {\n    10.0.0.2\n    10.0.0.3\n  }\n}\n")
    assert read.instances[0].unicast_peers == (IPv4Address("10.0.0.2"), IPv4Address("10.0.0.3"))
