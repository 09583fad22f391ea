from oxconf.artifacts.munin import MuninDatabase, MuninNode
from oxconf.deployment.load import load_text

ON = load_text('[munin]\nmaster = "10.20.30.24"\n', tier="1m")
OFF = load_text("", tier="1m")


def test_every_host_lets_the_server_in_and_nobody_whose_address_begins_so() -> None:
    for host in ON.hosts:
        made = MuninNode.from_deployment(ON, host)
        assert made is not None
        assert made.render().splitlines()[2] == r"allow ^10\.20\.30\.24$"


def test_database_hosts_have_a_login_without_its_password() -> None:
    made = {host.name: MuninDatabase.from_deployment(ON, host) for host in ON.hosts}

    assert [name for name, file in made.items() if file] == ["db1", "db2", "db3"]
    assert made["db1"] is not None
    assert "password" not in made["db1"].render().split("[mysql*]\n# ")[1].split("\n", 1)[1]


def test_without_a_server_there_is_nothing() -> None:
    for host in OFF.hosts:
        assert MuninNode.from_deployment(OFF, host) is None
        assert MuninDatabase.from_deployment(OFF, host) is None
