import pytest

from oxconf.artifacts.host_cnf import HostCnf
from oxconf.deployment.load import load_text


def host_cnf(text: str, host: str) -> HostCnf:
    deployment = load_text(text)
    made = HostCnf.from_deployment(deployment, deployment.host(host))
    assert made is not None
    return made


def test_a_node_of_the_1m_tier() -> None:
    assert (
        host_cnf('tier = "1m"', "db2").render()
        == """# Galera settings of this node alone. Written by oxconf.
[mysqld]
wsrep_node_name = db2
# wsrep_node_address: Galera would take the first interface's address (Galera manual)
wsrep_node_address = 10.20.30.219
# wsrep_node_incoming_address: MariaDB may show another address, or port 0
wsrep_node_incoming_address = 10.20.30.219:3306
# wsrep_sst_donor: the last to take writes first: the health check takes a donor out; the last comma allows any node
wsrep_sst_donor = db3,db1,
"""
    )


@pytest.mark.parametrize(
    ("writer", "donors"),
    [
        ("db1", {"db1": "db3,db2,", "db2": "db3,db1,", "db3": "db2,db1,"}),
        ("db2", {"db1": "db3,db2,", "db2": "db3,db1,", "db3": "db1,db2,"}),
    ],
)
def test_the_last_to_take_the_writes_is_the_first_donor(writer: str, donors: dict[str, str]) -> None:
    for name, wanted in donors.items():
        made = host_cnf(f'tier = "1m"\n[database]\nwriter = "{writer}"\n', name)
        assert {data.key: text for _, data, text in made.written()}["wsrep_sst_donor"] == wanted


def test_the_second_of_two_nodes_has_nobody_but_the_writer_to_ask() -> None:
    hosts = "".join(
        f'[[hosts]]\nname = "{name}"\naddress = "{address}"\nroles = {roles}\nmemory = "16G"\ncores = 4\n'
        for name, address, roles in (
            ("ox1", "10.20.30.213", '["groupware", "web", "balancer", "filestore"]'),
            ("db1", "10.20.30.217", '["database"]'),
            ("db2", "10.20.30.219", '["database"]'),
        )
    )
    text = 'tier = "1m"\n' + hosts
    assert host_cnf(text, "db1").wsrep_sst_donor == ("db2", "")
    assert host_cnf(text, "db2").wsrep_sst_donor == ("db1", "")


@pytest.mark.parametrize(
    ("flavour", "version", "incoming"),
    [
        ("mariadb", "10.0", "10.20.30.217:3306"),
        ("mariadb", "10.11", "10.20.30.217:3306"),
        ("percona-xtradb-cluster", "8.0", None),
    ],
)
def test_mariadb_is_told_its_address_for_clients(flavour: str, version: str, incoming: str | None) -> None:
    made = host_cnf(f'tier = "1m"\n[database]\nflavour = "{flavour}"\nversion = "{version}"\n', "db1")
    assert made.wsrep_node_incoming_address == incoming


def test_only_galera_nodes_have_it() -> None:
    deployment = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
    assert HostCnf.from_deployment(deployment, deployment.host("db1")) is None


def test_a_list_of_donors_with_a_hole_is_a_problem() -> None:
    made, problems = HostCnf.read("[mysqld]\nwsrep_sst_donor = db2,,db3\n")
    assert made.wsrep_sst_donor is None
    assert [(problem.line, problem.message) for problem in problems] == [
        (2, 'wsrep_sst_donor: "db2,,db3" has an empty name before its end')
    ]
