import shutil
import subprocess

import pytest
from attrs import evolve

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts.clustercheck import (
    Clustercheck,
    ClustercheckCnf,
    ClustercheckService,
    ClustercheckSocket,
)
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment, Role
from oxconf.syntax import unit

GALERA = load_text("", tier="1m")
TWO = evolve(GALERA, hosts=tuple(host for host in GALERA.hosts if host.name != "db3"))
FILES = (Clustercheck, ClustercheckSocket, ClustercheckService, ClustercheckCnf)


def script(deployment: Deployment = GALERA) -> str:
    made = Clustercheck.from_deployment(deployment, deployment.host("db1"))
    assert made is not None
    return made.render()


def test_every_galera_node_and_nobody_else_has_all_four_files() -> None:
    for host in GALERA.hosts:
        has = [cls.from_deployment(GALERA, host) is not None for cls in FILES]
        assert has == [host.name.startswith("db")] * 4
    replication = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
    assert [cls.from_deployment(replication, replication.host("db1")) for cls in FILES] == [None] * 4


def test_the_socket_is_open_to_every_haproxy_and_to_nobody_else() -> None:
    made = ClustercheckSocket.from_deployment(GALERA, GALERA.host("db1"))
    assert made is not None
    document = unit.parse(made.render())
    assert document.problems == ()
    assert [entry.value for entry in document.values("Socket", "IPAddressDeny")] == ["any"]
    assert [entry.value for entry in document.values("Socket", "IPAddressAllow")] == [
        "localhost",
        "10.20.30.213",
        "10.20.30.215",
        "10.20.30.216",
        "10.20.30.225",
    ]
    assert [entry.value for entry in document.values("Socket", "ListenStream")] == ["9200"]
    assert [entry.value for entry in document.values("Socket", "TriggerLimitIntervalSec")] == ["0"]
    assert made.enables() == (Enable(Switch.UNIT, "clustercheck.socket"),)


def test_with_floating_addresses_only_the_node_itself_asks() -> None:
    deployment = load_text('tier = "1m"\n[database]\naccess = "floating-address"\n')
    made = ClustercheckSocket.from_deployment(deployment, deployment.host("db1"))
    assert made is not None
    assert made.clients == ()
    assert "IPAddressAllow=localhost\nMaxConnections=64\n" in made.render()


def test_many_balancers_may_ask_at_the_same_time() -> None:
    made = ClustercheckSocket.from_deployment(GALERA, GALERA.host("db1"))
    assert made is not None
    many = ClustercheckSocket(port=9200, clients=made.clients * 5)
    assert "MaxConnections=320\n" in many.render()


def test_the_service_gets_the_connection_and_the_account_and_ends() -> None:
    made = ClustercheckService.from_deployment(GALERA, GALERA.host("db1"))
    assert made is not None
    document = unit.parse(made.render())
    assert document.problems == ()
    for key, value in {
        "ExecStart": "/usr/local/bin/clustercheck --http",
        "StandardInput": "socket",
        "DynamicUser": "yes",
        "LoadCredential": "clustercheck.cnf:/etc/mysql/clustercheck.cnf",
        "RuntimeMaxSec": "5",
        # Start and end of each check are told at the level info.
        "LogLevelMax": "notice",
    }.items():
        assert [entry.value for entry in document.values("Service", key)] == [value]
    assert made.enables() == ()


def test_the_account_is_for_root_alone() -> None:
    deployment = load_text("", tier="1m", secrets={"clustercheck": "a#b"})
    made = ClustercheckCnf.from_deployment(deployment, deployment.host("db1"))
    assert made is not None
    assert (made.mode, made.owner, made.group) == (0o600, "root", "root")
    assert '[client]\nuser = clustercheck\npassword = "a#b"\n' in made.render()
    assert ClustercheckCnf.parse(made.render()) == made


def test_the_client_has_the_name_of_its_version() -> None:
    assert " mariadb --defaults-file=" in script()
    percona = load_text('tier = "1m"\n[database]\nflavour = "percona-xtradb-cluster"\nversion = "5.7"\n')
    assert " mysql --defaults-file=" in script(percona)


def test_the_script_may_be_run_by_everybody_and_holds_no_password() -> None:
    deployment = load_text("", tier="1m", secrets={"clustercheck": "Very5ecret"})
    assert Clustercheck.mode == 0o755
    assert "Very5ecret" not in script(deployment)


def test_the_donor_serves_where_no_third_node_could() -> None:
    assert "[[ $local_state = [24] ]]" in script(TWO)
    assert "[[ $local_state = [4] ]]" in script()
    assert "donor" not in script()
    # An arbitrator has a vote and no data.
    third = evolve(GALERA.host("db3"), name="arb1", roles=(Role.ARBITRATOR,))
    assert script(evolve(TWO, hosts=(*TWO.hosts, third))) == script(TWO)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck (Debian package shellcheck)")
def test_shellcheck_has_nothing_to_say() -> None:
    for text in (script(), script(TWO)):
        done = subprocess.run(["shellcheck", "-"], input=text, capture_output=True, text=True)
        assert done.stdout == ""


def test_without_a_server_the_node_is_not_fit() -> None:
    # Neither the client nor the account is there; whatever goes wrong means not fit.
    text = script().replace(" mariadb --defaults-file", " no-such-client --defaults-file")
    done = subprocess.run(
        ["bash", "-c", text, "clustercheck"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 1
    assert done.stdout.startswith("not fit: wsrep_cluster_status= ")
    asked = subprocess.run(
        ["bash", "-c", text, "clustercheck", "--http"], capture_output=True, input=b"GET / HTTP/1.0\r\n\r\n"
    )
    assert asked.returncode == 0
    assert asked.stdout.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
