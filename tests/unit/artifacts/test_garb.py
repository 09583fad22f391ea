from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts._provider_options import timers
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment


def two_nodes(database: str = "") -> Deployment:
    hosts = "".join(
        f'[[hosts]]\nname = "{name}"\naddress = "{address}"\nroles = {roles}\nmemory = "16G"\ncores = 4\n'
        for name, address, roles in (
            ("ox1", "10.20.30.213", '["groupware", "web", "balancer", "filestore", "arbitrator"]'),
            ("db1", "10.20.30.217", '["database"]'),
            ("db2", "10.20.30.219", '["database"]'),
        )
    )
    return load_text(f'tier = "1m"\n[database]\n{database}\n{hosts}')


def test_an_arbitrator_joins_the_two_nodes_with_their_timers() -> None:
    deployment = two_nodes()
    made = Garb.from_deployment(deployment, deployment.host("ox1"))
    assert made is not None
    assert made.path == "/etc/default/garb"
    assert made.enables() == (Enable(Switch.UNIT, "garb.service"),)
    assert (
        made.render() == """# Settings of the Galera arbitrator. Written by oxconf.
GALERA_NODES="10.20.30.217 10.20.30.219"
GALERA_GROUP="1m"
# The same timers as wsrep_provider_options in wsrep.cnf of the nodes.
GALERA_OPTIONS="evs.keepalive_period=PT0.3S; evs.inactive_check_period=PT0.2S; evs.suspect_timeout=PT1S; """
        """evs.inactive_timeout=PT3S; evs.install_timeout=PT3S"
"""
    )
    assert Garb.parse(made.render()) == made
    assert PerconaGarb.from_deployment(deployment, deployment.host("ox1")) is None
    assert Garb.from_deployment(deployment, deployment.host("db1")) is None


def test_perconas_package_has_other_names() -> None:
    deployment = two_nodes('flavour = "percona-xtradb-cluster"\nversion = "8.0"')
    made = PerconaGarb.from_deployment(deployment, deployment.host("ox1"))
    assert made is not None
    assert made.path == "/etc/default/garbd"
    assert made.enables() == (Enable(Switch.UNIT, "garbd.service"),)
    assert Garb.from_deployment(deployment, deployment.host("ox1")) is None


def test_a_file_written_by_a_person_is_read() -> None:
    made, problems = Garb.read(
        "# GALERA_NODES=\"\"\nGALERA_NODES='10.0.0.1:4567, 10.0.0.2'\nGALERA_GROUP=ox\nLOG_FILE=/var/log/garb\n"
    )
    assert problems == ()
    assert made == Garb(nodes=("10.0.0.1:4567", "10.0.0.2"), cluster="ox")
    assert made.lines == {"nodes": 2, "cluster": 3}


def test_options_that_garbd_refuses_are_a_problem() -> None:
    made, problems = Garb.read('GALERA_GROUP="ox"\nGALERA_OPTIONS="evs.suspect_timeout=1min"\n')
    assert made.options is None
    assert [problem.line for problem in problems] == [2]
    assert "PT1S" in problems[0].message


def test_an_empty_file_has_nothing() -> None:
    assert Garb.parse("") == Garb()
    options = timers(two_nodes())
    assert Garb.parse(Garb(options=options).render()) == Garb(options=options)
