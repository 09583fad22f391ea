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
# wsrep_node_address: Galera would take the first interface's address
wsrep_node_address = 10.20.30.219
# wsrep_sst_donor: not the writer first: the health check takes a donor out; the last comma allows any node
wsrep_sst_donor = db3,
"""
    )


@pytest.mark.parametrize(
    ("writer", "donors"),
    [
        ("db1", {"db1": "db2,db3,", "db2": "db3,", "db3": "db2,"}),
        ("db2", {"db1": "db3,", "db2": "db1,db3,", "db3": "db1,"}),
    ],
)
def test_donors_are_the_other_nodes_that_take_no_writes(writer: str, donors: dict[str, str]) -> None:
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
    assert host_cnf(text, "db2").wsrep_sst_donor is None


@pytest.mark.parametrize(
    ("version", "incoming"), [("10.0", True), ("10.1", True), ("10.2", False), ("10.11", False)]
)
def test_old_mariadb_is_told_its_address_for_clients(version: str, incoming: bool) -> None:
    made = host_cnf(f'tier = "1m"\n[database]\nversion = "{version}"\n', "db1")
    assert made.wsrep_node_incoming_address == ("10.20.30.217:3306" if incoming else None)


def test_only_galera_nodes_have_it() -> None:
    deployment = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
    assert HostCnf.from_deployment(deployment, deployment.host("db1")) is None


def test_a_list_of_donors_with_a_hole_is_a_problem() -> None:
    made, problems = HostCnf.read("[mysqld]\nwsrep_sst_donor = db2,,db3\n")
    assert made.wsrep_sst_donor is None
    assert [(problem.line, problem.message) for problem in problems] == [
        (2, 'wsrep_sst_donor: "db2,,db3" has an empty name before its end')
    ]
