"""LVS: what a director and the database servers behind it get."""

import stat
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts._virtual_server import Check, RealServer, VirtualServer
from oxconf.artifacts.clustercheck import ClustercheckSocket
from oxconf.artifacts.keepalived_conf import KeepalivedConf, SyncGroup
from oxconf.artifacts.lvs_kernel import LvsAddresses, LvsModules, LvsSysctl
from oxconf.artifacts.none_fit import NoneFit
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.ports import listeners
from oxconf.deployment.topology import read_endpoint, write_endpoint

CLUSTER = (Path(__file__).parents[2] / "clusters" / "deployments" / "1m-lvs.toml").read_text("utf-8")
WRITE_ADDRESS_ALONE = CLUSTER.replace('read_address = "10.20.30.220"', 'read_policy = "write-address"')
DATABASES = ["db1", "db2", "db3"]
DIRECTORS = ["director1", "director2"]


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    return load_text(CLUSTER)


def director(deployment: Deployment, name: str = "director1") -> KeepalivedConf:
    found = KeepalivedConf.from_deployment(deployment, deployment.host(name))
    assert found is not None
    return found


def hosts_with(deployment: Deployment, cls: type) -> list[str]:
    made: list[Host] = [host for host in deployment.hosts if cls.from_deployment(deployment, host)]  # type: ignore[attr-defined]
    return [host.name for host in made]


def test_who_gets_what(deployment: Deployment) -> None:
    assert hosts_with(deployment, LvsModules) == DIRECTORS
    assert hosts_with(deployment, NoneFit) == DIRECTORS
    assert hosts_with(deployment, LvsAddresses) == DATABASES
    assert hosts_with(deployment, LvsSysctl) == [*DATABASES, *DIRECTORS]


def test_behind_haproxy_nobody_gets_anything() -> None:
    deployment = load_text("", tier="1m")
    for cls in (LvsModules, LvsSysctl, LvsAddresses, NoneFit):
        assert hosts_with(deployment, cls) == []


def test_writes_go_to_the_first_of_those_that_are_there(deployment: Deployment) -> None:
    write = director(deployment).virtual_servers[0]
    assert (str(write.address), write.port, write.lvs_sched, write.lvs_method) == (
        "10.20.30.218",
        3306,
        "fo",
        "DR",
    )
    assert [(str(server.address), server.weight) for server in write.servers] == [
        ("10.20.30.217", 3),
        ("10.20.30.219", 2),
        ("10.20.30.221", 1),
    ]
    assert [server.address for server in write.active] == [write.servers[0].address]


def test_a_server_behind_the_writer_is_there_only_while_no_one_before_it_is_fit(
    deployment: Deployment,
) -> None:
    write = director(deployment).virtual_servers[0]
    commands = [[check.command for check in server.checks if check.command] for server in write.servers]
    assert commands == [
        [],
        [f"{NoneFit.path} 10.20.30.217"],
        [f"{NoneFit.path} 10.20.30.217 10.20.30.219"],
    ]


def test_another_writer_is_the_first() -> None:
    deployment = load_text(CLUSTER.replace('access = "lvs"', 'access = "lvs"\nwriter = "db3"'))
    write = director(deployment).virtual_servers[0]
    assert [str(server.address) for server in write.servers] == [
        "10.20.30.221",
        "10.20.30.217",
        "10.20.30.219",
    ]


def test_reads_go_to_all_in_turn(deployment: Deployment) -> None:
    read = director(deployment).virtual_servers[1]
    assert (str(read.address), read.lvs_sched) == ("10.20.30.220", "rr")
    assert [server.weight for server in read.servers] == [1, 1, 1]
    assert read.active == read.servers


def test_each_server_is_asked_by_clustercheck(deployment: Deployment) -> None:
    for service in director(deployment).virtual_servers:
        for server in service.servers:
            (check,) = [check for check in server.checks if check.kind == "HTTP_GET"]
            assert (check.path, check.status_code, check.connect_port) == ("/", "200", 9200)


def test_nothing_of_what_would_keep_connections_on_a_failed_server(deployment: Deployment) -> None:
    for service in director(deployment).virtual_servers:
        assert service.persistence_timeout is None
        assert not service.inhibit_on_failure
        assert not any(server.inhibit_on_failure for server in service.servers)


def test_both_addresses_move_together(deployment: Deployment) -> None:
    conf = director(deployment)
    assert conf.groups == (SyncGroup(name="database", instances=("write", "read")),)
    assert [instance.name for instance in conf.instances] == ["write", "read"]
    assert [instance.priority for instance in director(deployment, "director2").instances] == [140, 140]
    assert all(instance.track_scripts == () for instance in conf.instances)


def test_one_address_needs_no_group() -> None:
    conf = director(load_text(WRITE_ADDRESS_ALONE))
    assert conf.groups == ()
    assert [str(service.address) for service in conf.virtual_servers] == ["10.20.30.218"]


@pytest.mark.parametrize(("life", "seconds"), [(600_000, 1200), (3_600_000, 7200), (700_001, 1401)])
def test_lvs_forgets_a_connection_after_ox_does(life: int, seconds: int) -> None:
    deployment = load_text(f"{CLUSTER}\n[database.pool]\nmax_life_time = {life}\n")
    assert director(deployment).tcp_timeout == Milliseconds(seconds * 1000)


def test_a_directors_file_is_read_back(deployment: Deployment) -> None:
    conf = director(deployment)
    assert KeepalivedConf.parse(conf.render()) == conf


FOREIGN = """\
virtual_server 10.0.0.1 80 {
  lb_algo wlc
  lb_kind DR
  persistence_timeout
  sorry_server 10.0.0.9 80
  real_server 10.0.0.2 80 { weight 5 inhibit_on_failure }
  real_server 10.0.0.3 {
    HTTP_GET {
      url { path /a }
      url { path /b
        status_code 200-299 302
      }
      connect_timeout 2.5
    }
    TCP_CHECK { connect_port 81 }
  }
}
virtual_server fwmark 5 { lb_algo rr }
virtual_server group web { lb_algo rr }
virtual_server 2001:db8::1 80 { lb_algo rr }
"""


def test_services_of_somebody_else() -> None:
    text = FOREIGN.replace("{ weight 5 inhibit_on_failure }", "{\n weight 5\n inhibit_on_failure\n }")
    (service,) = KeepalivedConf.parse(text).virtual_servers
    assert service == VirtualServer(
        address=IPv4Address("10.0.0.1"),
        port=80,
        lvs_sched="wlc",
        lvs_method="DR",
        persistence_timeout=360,
        servers=(
            RealServer(address=IPv4Address("10.0.0.2"), port=80, weight=5, inhibit_on_failure=True),
            RealServer(
                address=IPv4Address("10.0.0.3"),
                checks=(
                    Check(
                        kind="HTTP_GET",
                        path="/b",
                        status_code="200-299 302",
                        connect_timeout=Milliseconds(2500),
                    ),
                    Check(kind="TCP_CHECK", connect_port=81),
                ),
            ),
        ),
    )


def test_what_does_not_fit_is_a_problem() -> None:
    text = "virtual_server 10.0.0.1 80 {\n  real_server 10.0.0.321 80 {\n  }\n  delay_loop soon\n}\n"
    _, problems = KeepalivedConf.read(text)
    assert sorted(problem.line for problem in problems) == [2, 4]


def test_the_kernel_of_a_director(deployment: Deployment) -> None:
    host = deployment.host("director1")
    modules, settings = (
        LvsModules.from_deployment(deployment, host),
        LvsSysctl.from_deployment(deployment, host),
    )
    assert modules is not None
    assert settings is not None
    assert modules.modules == ("ip_vs", "ip_vs_fo", "ip_vs_rr")
    assert settings.settings == (("net.ipv4.vs.expire_nodest_conn", "1"),)
    assert LvsModules.parse(modules.render()) == modules
    assert LvsSysctl.parse(settings.render()) == settings


def test_only_the_schedulers_that_are_used_are_loaded() -> None:
    deployment = load_text(WRITE_ADDRESS_ALONE)
    modules = LvsModules.from_deployment(deployment, deployment.host("director1"))
    assert modules is not None
    assert modules.modules == ("ip_vs", "ip_vs_fo")


ADDRESSES = """\
# Addresses at which the directors send OX to this database server. Written by oxconf.
[Unit]
Description=Addresses of the database's directors on lo
# Without the settings of ARP this host would answer for the addresses.
After=systemd-sysctl.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/ip address replace 10.20.30.218/32 dev lo
ExecStart=/bin/ip address replace 10.20.30.220/32 dev lo
ExecStop=/bin/ip address delete 10.20.30.218/32 dev lo
ExecStop=/bin/ip address delete 10.20.30.220/32 dev lo

[Install]
WantedBy=multi-user.target
"""


def test_a_server_has_the_addresses_on_lo_and_keeps_quiet_about_them(deployment: Deployment) -> None:
    host = deployment.host("db2")
    addresses, settings = (
        LvsAddresses.from_deployment(deployment, host),
        LvsSysctl.from_deployment(deployment, host),
    )
    assert addresses is not None
    assert settings is not None
    assert addresses.render() == ADDRESSES
    assert LvsAddresses.parse(ADDRESSES) == addresses
    assert addresses.enables() == (Enable(Switch.UNIT, "oxconf-lvs-addresses.service"),)
    assert dict(settings.settings) == {
        "net.ipv4.conf.all.arp_ignore": "1",
        "net.ipv4.conf.all.arp_announce": "2",
    }


def test_a_server_listens_at_the_addresses_on_lo_too(deployment: Deployment) -> None:
    conf = OxCnf.from_deployment(deployment, deployment.host("db2"))
    assert conf is not None
    assert str(conf.bind_address) == "0.0.0.0"


def test_clustercheck_answers_the_directors_and_nobody_else(deployment: Deployment) -> None:
    socket = ClustercheckSocket.from_deployment(deployment, deployment.host("db2"))
    assert socket is not None
    assert [str(client) for client in socket.clients] == ["10.20.30.227", "10.20.30.229"]


def test_ox_calls_the_addresses_on_the_port_of_the_servers(deployment: Deployment) -> None:
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    assert (str(write.address), write.port) == ("10.20.30.218", 3306)
    assert (str(read.address), read.port) == ("10.20.30.220", 3306)


def test_reads_at_the_write_address() -> None:
    deployment = load_text(WRITE_ADDRESS_ALONE)
    assert read_endpoint(deployment) == write_endpoint(deployment)


def test_a_director_listens_at_the_addresses_for_ox(deployment: Deployment) -> None:
    found = [
        (listener.port, listener.address, listener.callers)
        for listener in listeners(deployment, deployment.host("director2"))
        if listener.protocol == "tcp"
    ]
    callers = ("ox1", "ox2", "ox3", "prov1")
    assert found == [
        (22, "*", ("everybody",)),
        (3306, "10.20.30.218", callers),
        (3306, "10.20.30.220", callers),
    ]


def test_the_check_is_a_program_in_a_folder_that_keepalived_trusts() -> None:
    assert NoneFit(seconds=2).render().startswith("#!/bin/bash\n")
    assert NoneFit.mode == stat.S_IMODE(0o755)
    assert Path(NoneFit.path).parent == Path("/usr/local/sbin")
