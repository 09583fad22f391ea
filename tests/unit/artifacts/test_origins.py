"""Why the settings of the key-value files are what they are, by example."""

from oxconf.artifacts._explained import Value
from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.deployment.load import load_text
from oxconf.deployment.origin import Mark
from oxconf.plan import make_plan


def why(text: str, host: str, kind: str) -> dict[str, Value]:
    """Return what a host's file says, by place and setting: `User jcs.region.*`, `wait_timeout`."""
    plans = {each.host.name: each for each in make_plan(load_text(text)).hosts}
    (artifact,) = (each for each in plans[host].artifacts if each.kind == kind)
    return {f"{value.where} {value.setting.key}".strip(): value for value in artifact.explained()}


def test_a_size_rests_on_the_memory_and_the_roles_of_its_host() -> None:
    pool = why('tier = "1m"', "db2", "ox-cnf")["innodb_buffer_pool_size"]

    assert (pool.text, pool.setting.unit) == ("21G", "bytes")
    assert pool.origin.mark is Mark.SOURCE
    assert pool.origin.why == "two thirds of 32 GiB (oxpedia, My.cnf)"
    assert pool.origin.keys == (("hosts", 4, "memory"), ("hosts", 4, "roles"))


def test_what_follows_from_a_size_rests_on_the_same_keys() -> None:
    found = why('tier = "1m"', "db1", "ox-cnf")

    assert found["innodb_log_file_size"].origin.keys == found["innodb_buffer_pool_size"].origin.keys
    assert found["open_files_limit"].origin.keys == found["max_connections"].origin.keys
    assert ("database", "pool", "max_active") in found["max_connections"].origin.keys


def test_a_value_of_the_user_names_its_line() -> None:
    text = 'tier = "1m"\n\n[database.tuning]\nmax_connections = 700\n\n[database.pool]\nmax_active = 50\n'

    origin = why(text, "db1", "ox-cnf")["max_connections"].origin
    assert (origin.mark, origin.place) == (Mark.CLUSTER, "cluster.toml:4")
    assert origin.keys == (("database", "tuning", "max_connections"),)
    pool = why(text, "ox1", "groupware-configdb")["maxActive"].origin
    assert (pool.mark, pool.place) == (Mark.CLUSTER, "cluster.toml:7")


def test_a_value_of_the_tier_names_the_tier() -> None:
    assert why('tier = "1m"', "db1", "host-cnf")["wsrep_node_address"].origin.place == "tier 1m"
    assert why('tier = "1m"', "ox1", "ajp-properties")["AJP_PORT"].origin.place == "every tier"
    assert why('tier = "poc"', "ox1", "groupware-configdb")["maxActive"].origin.place == "tier poc"


def test_the_replication_monitor_and_the_waiting_reads_rest_on_where_reads_go() -> None:
    policy = ("database", "read_policy")
    told = {}
    for name in ("round-robin-causal", "round-robin-monitor", "write-address"):
        text = f'tier = "1m"\n[database]\nread_policy = "{name}"\n'
        monitor = why(text, "ox1", "groupware-configdb")["com.openexchange.database.replicationMonitor"]
        wait = why(text, "db1", "wsrep-cnf")["wsrep_sync_wait"]
        assert monitor.origin.keys == (("database", "mode"), policy)
        assert wait.origin.keys == (policy,)
        assert monitor.origin.mark is wait.origin.mark is Mark.TUTORIAL
        told[name] = (monitor.text, wait.text)

    assert told == {
        "round-robin-causal": ("false", "1"),
        "round-robin-monitor": ("true", "0"),
        "write-address": ("false", "0"),
    }


def test_the_tutorial_says_nothing_of_reads_through_an_address_of_their_own() -> None:
    text = 'tier = "1m"\n[database]\naccess = "floating-address"\nread_address = "10.20.30.222"\n'

    monitor = why(text, "ox1", "groupware-configdb")["com.openexchange.database.replicationMonitor"]
    assert (monitor.text, monitor.origin.mark) == ("true", Mark.OURS)
    assert why(text, "db1", "wsrep-cnf")["wsrep_sync_wait"].origin.mark is Mark.OURS


def test_an_address_of_the_database_says_what_it_leads_to() -> None:
    found = why('tier = "1m"', "ox1", "groupware-configdb")
    reads, writes = found["readUrl"].origin, found["writeUrl"].origin

    assert reads.why.startswith(
        "the HAProxy of this host, which spreads the reads over the servers, the tutorial's"
    )
    assert (reads.mark, reads.why.rpartition("; ")[2][:16]) == (Mark.SOURCE, "oxpedia, HAproxy")
    assert ("database", "read_port") in reads.keys
    assert writes.why == (
        "the HAProxy of this host, which sends all writes to one server, the tutorial's step; the next port beside the "
        "read listener"
    )
    assert writes.mark is Mark.OURS
    assert ("database", "write_port") in writes.keys


def test_the_installer_is_told_an_address_and_a_port_and_each_has_its_own_reason() -> None:
    found = why('tier = "1m"\n[database]\nwrite_port = 3333\n', "ox1", "oxinstaller")

    assert found["--configdb-writehost"].origin.mark is Mark.TUTORIAL
    assert found["--configdb-readport"].origin.place == "every tier"
    assert found["--configdb-writeport"].origin.place == "cluster.toml:3"


FLOATING = 'tier = "1m"\n[database]\naccess = "floating-address"\nwrite_address = "10.20.30.244"\n'


def test_an_address_of_the_cluster_file_is_no_address_of_the_tutorial() -> None:
    url = why(FLOATING, "ox1", "groupware-configdb")["writeUrl"].origin
    installer = why(FLOATING, "ox1", "oxinstaller")

    assert (url.mark, ("database", "write_address") in url.keys) == (Mark.CLUSTER, True)
    assert url.why.startswith(
        "the floating address of the server that takes the writes, the tutorial's step; "
    )
    assert installer["--configdb-writehost"].origin.place == "cluster.toml:4"
    assert installer["--configdb-writeport"].origin.mark is Mark.SOURCE
    # Without an address for reads they go where the writes go.
    assert installer["--configdb-readhost"].origin.why.startswith("as the writes: ")


def test_on_one_host_reads_and_writes_go_to_the_same_place_for_the_same_reason() -> None:
    found = why('tier = "poc"', "ox1", "groupware-configdb")

    assert found["readUrl"].text == found["writeUrl"].text
    assert found["readUrl"].origin.mark is found["writeUrl"].origin.mark is Mark.OURS


def test_the_admin_daemon_reads_where_its_shipped_file_does() -> None:
    origin = why('tier = "1m"', "ox1", "admindaemon-configdb")["readUrl"].origin

    assert origin.mark is Mark.SOURCE
    assert "configdb.properties as shipped" in origin.why
    assert ("database", "write_port") in origin.keys


def test_a_member_of_a_balancer_is_the_tutorials_only_where_its_address_is() -> None:
    found = why('tier = "1m"', "web1", "proxy-ajp")
    marks = {host: found[f"oxcluster 10.20.30.{host} BalancerMember"].origin.mark for host in (213, 215, 216)}

    assert marks == {213: Mark.TUTORIAL, 215: Mark.TUTORIAL, 216: Mark.OURS}


def test_the_filestore_is_mounted_from_where_the_cluster_file_says() -> None:
    ours = why('tier = "1m"', "ox1", "fstab")["device"].origin
    outside = (
        'tier = "poc"\n[filestore]\nserver = "nfs.example.com"\n[[hosts]]\nname = "ox1"\naddress = "10.20.30.213"\n'
        'roles = ["groupware", "database", "web"]\nmemory = "8G"\ncores = 4\n'
    )
    own = why(outside, "ox1", "fstab")["device"].origin

    assert (ours.mark, own.mark) == (Mark.OURS, Mark.CLUSTER)
    assert own.keys == (("filestore", "server"), ("filestore", "path"))


def test_the_master_reads_only_while_no_slave_does() -> None:
    backup = why('tier = "1m"\n[database]\nmode = "replication"\n', "ox1", "haproxy-cfg")
    chain = why('tier = "1m"', "ox1", "haproxy-cfg")

    assert backup["mysql-read db1 server backup"].origin.mark is Mark.OURS
    assert chain["mysql-write mysql-write-2 server backup"].origin.mark is Mark.TUTORIAL


def test_an_arbitrator_names_the_package_that_it_is_of() -> None:
    nodes = {cls: {each.key: each.origin.why for each in cls.documented()} for cls in (Garb, PerconaGarb)}

    assert nodes[Garb]["GALERA_NODES"] == "galera-arbitrator-4 of Debian 12"
    assert nodes[PerconaGarb]["GALERA_NODES"] == "Percona's guide to the arbitrator"


def test_galeras_own_options_are_settings_beside_the_list_that_holds_them() -> None:
    found = why('tier = "1m"\n[database.tuning]\ngcache_size = "4G"\n', "db1", "wsrep-cnf")
    whole = found["wsrep_provider_options"]
    gcache = found["wsrep_provider_options gcache.size"]
    suspect = found["wsrep_provider_options evs.suspect_timeout"]

    assert (gcache.text, gcache.line, gcache.origin.place) == ("4G", whole.line, "cluster.toml:3")
    assert (suspect.text, suspect.setting.type, suspect.origin.mark) == ("PT1S", "period", Mark.OURS)
    assert whole.origin.keys == (("network", "span"), ("database", "tuning", "gcache_size"))
    assert suspect.origin.keys == (("network", "span"),)


def test_a_setting_of_a_region_says_which_region_it_is_of() -> None:
    objects = "jcs.region.*.cacheattributes.MaxObjects"
    found = why('tier = "1m"', "ox1", "groupware-cache")

    assert {name: found[f"{name} {objects}"].text for name in ("default", "User", "Filestore")} == {
        "default": "1000000",
        "User": "40000",
        "Filestore": "10",
    }
    assert (found["User jcs.region.*"].text, found["OXMessageCache jcs.region.*"].text) == ("LTCP", "")
    assert found[f"User {objects}"].origin.why == "cache.ccf as shipped"


def test_what_differs_from_the_shipped_caches_says_so() -> None:
    lateral = "jcs.region.*.elementattributes.IsLateral"
    admin = why('tier = "1m"', "ox1", "admindaemon-cache")
    sessions = why('tier = "1m"', "ox1", "session-cache")

    assert admin[f"OXFolderCache {lateral}"].origin.why.startswith("the shipped file says true")
    assert admin[f"User {lateral}"].origin.why == "cache.ccf as shipped"
    # Nobody knows the shipped sessioncache.ccf.
    assert "cache.ccf as shipped" not in {value.origin.why for value in sessions.values()}


def test_passwords_name_the_secret_and_not_its_value() -> None:
    found = why('tier = "1m"', "ox1", "groupware-configdb")

    assert found["password readProperty.2"].text == "***"
    assert found["password readProperty.2"].origin.keys == (("secrets", "configdb"),)


def test_a_server_that_depends_on_its_product_says_so() -> None:
    found = why('tier = "1m"\n[database]\nversion = "10.6"\n', "db1", "ox-cnf")

    assert found["sql_mode"].origin.keys == (("database", "flavour"), ("database", "version"))


def test_who_is_the_master_rests_on_the_writer() -> None:
    text = 'tier = "1m"\n[database]\nmode = "replication"\nwriter = "db2"\n'
    found = why(text, "db1", "gtid-cnf")

    assert found["read_only"].text == "ON"
    assert found["read_only"].origin.keys == (("database", "writer"), ("hosts", 3, "name"))
    # Its id stays with a server when another one becomes the master.
    assert found["server_id"].text == "1"
    assert found["server_id"].origin.keys == (("hosts", 3, "name"),)


def test_a_comment_keeps_what_is_to_know_of_an_address_of_the_cluster_file() -> None:
    host = (
        '[[hosts]]\nname = "solo"\naddress = "10.20.30.9"\nmemory = "8G"\ncores = 4\nroute = "OX7"\n'
        'roles = ["groupware", "database", "web", "filestore"]\n'
    )
    deployment = load_text(f'tier = "poc"\n{host}')
    made = AjpProperties.from_deployment(deployment, deployment.hosts[0])

    assert made is not None
    assert made.origins["jvm_route"].place == "cluster.toml:7"
    assert (
        "# AJP_JVM_ROUTE: equals the route of this node's BalancerMember on every web server\n"
        in made.render()
    )
    assert "cluster.toml" not in made.render()
