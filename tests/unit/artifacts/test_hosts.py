from oxconf.artifacts._artifact import Install
from oxconf.artifacts.hosts import Hosts, Name
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment


def block(cluster: Deployment) -> str:
    texts = set()
    for host in cluster.hosts:
        file = Hosts.from_deployment(cluster, host)
        assert file is not None
        texts.add(file.render())
    (text,) = texts
    return text


def test_every_host_knows_all_names() -> None:
    assert Hosts.install is Install.BLOCK
    assert block(load_text("", tier="1m")) == (
        "# BEGIN oxconf\n"
        "# The hosts and floating addresses of the cluster: no failover needs DNS.\n"
        "10.20.30.213 ox1\n"
        "10.20.30.215 ox2\n"
        "10.20.30.216 ox3\n"
        "10.20.30.217 db1\n"
        "10.20.30.219 db2\n"
        "10.20.30.221 db3\n"
        "10.20.30.223 filestore1\n"
        "10.20.30.225 prov1\n"
        "10.20.30.231 web1\n"
        "10.20.30.232 web2\n"
        "10.20.30.230 1m-web\n"
        "# END oxconf\n"
    )


def test_floating_addresses_of_the_database_have_names_where_they_are_used() -> None:
    assert "10.20.30.218 1m-write\n" in block(load_text('tier = "1m"\n[database]\nmode = "replication"\n'))
    galera = block(
        load_text('tier = "1m"\n[database]\naccess = "floating-address"\nread_address = "10.20.30.222"\n')
    )
    assert "10.20.30.218 1m-write\n10.20.30.222 1m-read\n" in galera


def test_the_machines_own_lines_are_read_too() -> None:
    file, problems = Hosts.read("127.0.0.1 localhost\n::1 ip6-localhost ip6-loopback\nnonsense\n")
    assert file.names == (Name("127.0.0.1", ("localhost",)), Name("::1", ("ip6-localhost", "ip6-loopback")))
    assert [name.line for name in file.names] == [1, 2]
    assert [problem.line for problem in problems] == [3]
