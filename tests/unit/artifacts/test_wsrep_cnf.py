import pytest

from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.secrets import Secret


def wsrep_cnf(text: str, host: str = "db1") -> WsrepCnf:
    deployment = load_text(text)
    made = WsrepCnf.from_deployment(deployment, deployment.host(host))
    assert made is not None
    return made


def server(flavour: str, version: str) -> dict[str, str]:
    made = wsrep_cnf(f'tier = "1m"\n[database]\nflavour = "{flavour}"\nversion = "{version}"\n')
    return {data.key: text for _, data, text in made.written()}


def test_a_node_of_the_1m_tier() -> None:
    assert server("mariadb", "10.11") == {
        "wsrep_on": "ON",
        "wsrep_provider": "/usr/lib/galera/libgalera_smm.so",
        "wsrep_cluster_name": "1m",
        "wsrep_cluster_address": "gcomm://10.20.30.217,10.20.30.219,10.20.30.221",
        "wsrep_provider_options": (
            "gcache.size=2G; evs.keepalive_period=PT0.3S; evs.inactive_check_period=PT0.2S; "
            "evs.suspect_timeout=PT1S; evs.inactive_timeout=PT3S; evs.install_timeout=PT3S"
        ),
        "server_id": "1",
        "binlog_format": "ROW",
        "default_storage_engine": "InnoDB",
        "innodb_autoinc_lock_mode": "2",
        "wsrep_slave_threads": "8",
        "wsrep_sync_wait": "1",
        "wsrep_sst_method": "mariabackup",
        "wsrep_sst_auth": "sstuser:REPLACE_sst",
    }


def test_the_file_is_the_same_on_every_node() -> None:
    text = 'tier = "1m"\n[database]\nwriter = "db3"\n'
    assert len({wsrep_cnf(text, name).render() for name in ("db1", "db2", "db3")}) == 1


def test_an_arbitrator_is_no_member() -> None:
    hosts = "".join(
        f'[[hosts]]\nname = "{name}"\naddress = "{address}"\nroles = {roles}\nmemory = "16G"\ncores = 4\n'
        for name, address, roles in (
            ("ox1", "10.20.30.213", '["groupware", "web", "balancer", "filestore", "arbitrator"]'),
            ("db1", "10.20.30.217", '["database"]'),
            ("db2", "10.20.30.219", '["database"]'),
        )
    )
    assert wsrep_cnf(f'tier = "1m"\n{hosts}').wsrep_cluster_address == "gcomm://10.20.30.217,10.20.30.219"


def test_the_smallest_node_decides_how_many_threads_apply() -> None:
    hosts = "".join(
        f'[[hosts]]\nname = "{name}"\naddress = "{address}"\nroles = {roles}\nmemory = "16G"\ncores = {cores}\n'
        for name, address, roles, cores in (
            ("ox1", "10.20.30.213", '["groupware", "web", "balancer", "filestore"]', 2),
            ("db1", "10.20.30.217", '["database"]', 16),
            ("db2", "10.20.30.219", '["database"]', 6),
        )
    )
    made = wsrep_cnf(f'tier = "1m"\n{hosts}')
    assert made.wsrep_slave_threads == 6
    assert "# wsrep_slave_threads: one for each of the 6 cores of the smallest node\n" in made.render()


def test_no_more_threads_than_the_servers_take() -> None:
    hosts = "".join(
        f'[[hosts]]\nname = "db{number}"\naddress = "10.20.30.{number}"\nroles = ["database"]\n'
        'memory = "16G"\ncores = 600\n'
        for number in (1, 2, 3)
    )
    ox = '[[hosts]]\nname = "ox1"\naddress = "10.20.30.213"\nroles = ["groupware", "web", "balancer", "filestore"]\n'
    made = wsrep_cnf(f'tier = "1m"\n{ox}memory = "16G"\ncores = 4\n{hosts}')
    assert made.wsrep_slave_threads == 512
    assert WsrepCnf.parse(made.render()) == made


@pytest.mark.parametrize(
    ("policy", "sync_wait"), [("round-robin-causal", 1), ("round-robin-monitor", 0), ("write-address", 0)]
)
def test_reads_wait_only_where_nothing_else_makes_them_right(policy: str, sync_wait: int) -> None:
    made = wsrep_cnf(f'tier = "1m"\n[database]\nread_policy = "{policy}"\n')
    assert made.wsrep_sync_wait == sync_wait


def test_old_mariadb() -> None:
    assert "wsrep_on" not in server("mariadb", "10.0")
    assert server("mariadb", "10.0")["wsrep_sst_method"] == "xtrabackup-v2"
    assert server("mariadb", "10.1")["wsrep_on"] == "ON"
    assert server("mariadb", "10.1")["wsrep_sst_method"] == "mariabackup"


def test_percona_xtradb_cluster() -> None:
    old, middle, new = (server("percona-xtradb-cluster", version) for version in ("5.6", "5.7", "8.0"))
    assert [found.get("pxc_strict_mode") for found in (old, middle, new)] == [None, "ENFORCING", "ENFORCING"]
    assert [found.get("wsrep_sst_auth") for found in (old, middle, new)] == [
        "sstuser:REPLACE_sst",
        "sstuser:REPLACE_sst",
        None,
    ]
    assert new["wsrep_applier_threads"] == "8"
    assert new["pxc_encrypt_cluster_traffic"] == "OFF"
    assert not {"wsrep_slave_threads", "binlog_format"} & set(new)
    for found in (old, middle, new):
        assert found["wsrep_sst_method"] == "xtrabackup-v2"
        assert "wsrep_on" not in found
        assert "server_id" not in found


def test_the_password_is_in_a_file_that_others_cannot_read_and_nowhere_else() -> None:
    deployment = load_text("", tier="1m", secrets={"sst": "Xy1#quoted"})
    made = WsrepCnf.from_deployment(deployment, deployment.host("db1"))
    assert made is not None
    assert (made.mode, made.group) == (0o640, "mysql")
    assert "Xy1#quoted" not in repr(made)
    # Without the quotes the server would read up to the sign.
    assert 'wsrep_sst_auth = "sstuser:Xy1#quoted"\n' in made.render()
    assert WsrepCnf.parse(made.render()).wsrep_sst_auth == Secret("sst", "Xy1#quoted")


def test_only_galera_has_it() -> None:
    deployment = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
    assert WsrepCnf.from_deployment(deployment, deployment.host("db1")) is None
    galera = load_text("", tier="1m")
    assert WsrepCnf.from_deployment(galera, galera.host("ox1")) is None


def test_provider_options_that_galera_refuses_are_a_problem_with_a_line() -> None:
    made, problems = WsrepCnf.read('[mysqld]\nwsrep_provider_options = "evs.suspect_timeout=5s"\n')
    assert made.wsrep_provider_options is None
    assert [(problem.line, problem.message) for problem in problems] == [
        (
            2,
            'wsrep_provider_options: evs.suspect_timeout: "5s" is not a period; write it like PT1S or PT0.3S',
        )
    ]
