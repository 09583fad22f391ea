"""No server gets an option that it does not know, ignores, or calls deprecated.

`oxconf/options/options.csv` has a line for each option that oxconf can write, and for each release series what the
server says to it: asked of the servers themselves, or read in their sources.
"""

import pytest

from oxconf.artifacts._keyvalue import OptionsArtifact, settings
from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError
from oxconf.deployment.model import DatabaseAccess, Flavour, Mode, ReadPolicy
from oxconf.deployment.servers import MODES, SERIES, SERVERS, Proof, server_of
from oxconf.options import WITHOUT_SUCCESSOR, Option, State, options_of, taken

FILES: tuple[type[OptionsArtifact], ...] = (OxCnf, WsrepCnf, HostCnf, GtidCnf)

WAYS = (
    (Mode.STANDALONE, DatabaseAccess.DIRECT, ReadPolicy.WRITE_ADDRESS),
    (Mode.REPLICATION, DatabaseAccess.HAPROXY, ReadPolicy.ROUND_ROBIN_MONITOR),
    (Mode.REPLICATION, DatabaseAccess.FLOATING, ReadPolicy.WRITE_ADDRESS),
    (Mode.GALERA, DatabaseAccess.HAPROXY, ReadPolicy.ROUND_ROBIN_CAUSAL),
    (Mode.GALERA, DatabaseAccess.HAPROXY, ReadPolicy.ROUND_ROBIN_MONITOR),
    (Mode.GALERA, DatabaseAccess.HAPROXY, ReadPolicy.WRITE_ADDRESS),
    (Mode.GALERA, DatabaseAccess.FLOATING, ReadPolicy.READ_ADDRESS),
    (Mode.GALERA, DatabaseAccess.FLOATING, ReadPolicy.WRITE_ADDRESS),
)
"""Every mode, access and read policy that go together."""

SERVERS_AND_WAYS = [(server, *way) for server in SERVERS for way in WAYS if way[0] in MODES[server.flavour]]


def cluster(flavour: Flavour, version: str, mode: Mode, access: DatabaseAccess, policy: ReadPolicy) -> str:
    tier = "poc" if mode is Mode.STANDALONE else "1m"
    floating = access is DatabaseAccess.FLOATING or mode is Mode.REPLICATION
    return f"""
tier = "{tier}"
[database]
flavour = "{flavour.value}"
version = "{version}"
mode = "{mode.value}"
access = "{access.value}"
read_policy = "{policy.value}"
{'write_address = "10.20.30.218"' if floating else ""}
{'read_address = "10.20.30.220"' if policy is ReadPolicy.READ_ADDRESS else ""}
[database.tuning]
innodb_io_capacity = 2000
"""


@pytest.mark.parametrize(
    ("server", "mode", "access", "policy"),
    SERVERS_AND_WAYS,
    ids=[f"{s.name} {' '.join(word.value for word in way)}" for s, *way in SERVERS_AND_WAYS],
)
def test_every_option_is_one_that_the_server_takes(server, mode, access, policy) -> None:  # type: ignore[no-untyped-def]
    deployment = load_text(cluster(server.flavour, server.version, mode, access, policy))
    known = options_of(server.flavour, server.version)
    written = {
        data.key: known[data.key].state
        for host in deployment.hosts
        for cls in FILES
        for artifact in [cls.from_deployment(deployment, host)]
        if artifact is not None
        for _, data, _ in artifact.written()
    }

    assert written, "nothing was written, so nothing was tested"
    # What plain MariaDB 10.0 does not know, its Galera build does.
    right = {State.OK, State.GALERA_BUILD} if mode is Mode.GALERA else {State.OK}
    wrong = {key: state for key, state in written.items() if state not in right}
    for key in [key for key in wrong if (key, server.version) in WITHOUT_SUCCESSOR]:
        assert wrong.pop(key) is State.DEPRECATED, key
    assert wrong == {}


@pytest.mark.parametrize(
    "server",
    [server for server in SERVERS if Mode.REPLICATION in MODES[server.flavour]],
    ids=lambda server: server.name,
)
def test_semi_sync_is_in_the_server_or_its_plugins_are_loaded(server) -> None:  # type: ignore[no-untyped-def]
    way = (Mode.REPLICATION, DatabaseAccess.FLOATING, ReadPolicy.WRITE_ADDRESS)
    text = cluster(server.flavour, server.version, *way).replace(
        "[database]\n", "[database]\nsemi_sync = true\n"
    )
    deployment = load_text(text)
    known = options_of(server.flavour, server.version)
    for host in (deployment.host("db1"), deployment.host("db2")):
        made = GtidCnf.from_deployment(deployment, host)
        assert made is not None
        states = {known[data.key].state for _, data, _ in made.written() if "semi_sync" in data.key}
        assert states == {State.PLUGIN if made.plugin_load_add else State.OK}


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_table_has_every_option(server) -> None:  # type: ignore[no-untyped-def]
    known = options_of(server.flavour, server.version)

    assert {data.key for cls in FILES for _, data in settings(cls)} <= set(known)


@pytest.mark.parametrize(
    ("flavour", "version", "written", "left_out"),
    [
        (Flavour.MARIADB, "10.5", "expire_logs_days", "binlog_expire_logs_seconds"),
        (Flavour.MARIADB, "10.6", "binlog_expire_logs_seconds", "expire_logs_days"),
        (Flavour.MARIADB, "11.8", "log_slave_updates", "gtid_mode"),
        (Flavour.MARIADB, "10.11", "relay_log_recovery", "relay_log_info_repository"),
        (Flavour.MYSQL, "5.6", "gtid_mode", "super_read_only"),
        (Flavour.MYSQL, "5.7", "relay_log_info_repository", "log_replica_updates"),
        (Flavour.MYSQL, "5.7", "super_read_only", "query_cache_type"),
        (Flavour.MYSQL, "8.4", "log_replica_updates", "binlog_format"),
    ],
)
def test_replication_in_the_words_of_each_server(
    flavour: Flavour, version: str, written: str, left_out: str
) -> None:
    way = (Mode.REPLICATION, DatabaseAccess.FLOATING, ReadPolicy.WRITE_ADDRESS)
    deployment = load_text(cluster(flavour, version, *way))
    slave = deployment.host("db2")
    keys = {
        data.key
        for cls in FILES
        for artifact in [cls.from_deployment(deployment, slave)]
        if artifact is not None
        for _, data, _ in artifact.written()
    }

    assert written in keys
    assert left_out not in keys


def test_a_cell_says_what_holds_from_a_series_on() -> None:
    assert options_of(Flavour.MARIADB, "10.11")["innodb_log_files_in_group"].state is State.WARNS
    assert options_of(Flavour.MARIADB, "10.5")["innodb_log_files_in_group"].state is State.SILENT
    assert options_of(Flavour.MYSQL, "8.0")["expire_logs_days"] == Option(
        "expire_logs_days", State.DEPRECATED, "0", "binlog_expire_logs_seconds"
    )
    # MySQL 5.7 does not know the new name yet.
    assert options_of(Flavour.MYSQL, "5.7")["expire_logs_days"].successor == ""
    assert options_of(Flavour.MARIADB, "10.0")["table_open_cache"].default == "400"
    assert options_of(Flavour.MARIADB, "10.2")["table_open_cache"].default == "2000"


def test_nothing_is_known_of_a_series_that_is_not_in_the_table() -> None:
    assert options_of(Flavour.MARIADB, "12.3") == {}
    assert taken(Flavour.MARIADB, "12.3", "gtid_mode")


def test_every_cell_is_readable() -> None:
    for flavour, versions in SERIES.items():
        for version in versions:
            for option in options_of(flavour, version).values():
                assert option.successor != option.name
                assert option.default is None or option.default.strip() == option.default != ""


def test_the_names_are_in_order_and_stand_once() -> None:
    names = list(options_of(Flavour.MARIADB, "10.11"))

    assert names == sorted(set(names))


def test_an_end_of_life_is_a_day() -> None:
    assert server_of("mysql", "5.7").ended
    assert not server_of("mariadb", "10.11").ended
    assert server_of("mariadb", "12.3") is None
    assert server_of(Flavour.MARIADB, "10.0").proved(Mode.GALERA) is Proof.DOCUMENTS
    assert server_of(Flavour.MARIADB, "10.0").proved(Mode.STANDALONE) is Proof.RUN


@pytest.mark.parametrize(
    ("flavour", "mode"),
    [(flavour, mode) for flavour, modes in MODES.items() for mode in Mode if mode not in modes],
)
def test_a_product_is_refused_in_a_mode_that_it_does_not_have(flavour: Flavour, mode: Mode) -> None:
    access = DatabaseAccess.DIRECT if mode is Mode.STANDALONE else DatabaseAccess.FLOATING
    text = cluster(flavour, SERIES[flavour][-1], mode, access, ReadPolicy.WRITE_ADDRESS)

    with pytest.raises(ClusterError, match=r"MySQL has no Galera|always a Galera cluster"):
        load_text(text)
