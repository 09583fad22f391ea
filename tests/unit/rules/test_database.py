"""What the rules of databases, filestore and caches stand on, by examples."""

from collections.abc import Mapping

import pytest

from oxconf.artifacts.configdb_properties import GroupwareConfigdb, JdbcUrl
from oxconf.artifacts.filestore import Client, Export
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import Facts
from oxconf.plan import make_plan
from oxconf.render import evidence_of
from oxconf.rules import judge
from oxconf.rules._database import cluster_members, galera_clusters, is_galera, is_on, number, without_port
from oxconf.rules._endpoints import endpoint, way
from oxconf.rules._filestore import client_of, is_certain
from oxconf.rules._words import odd_ones

CNF = "/etc/mysql/ox.conf.d/ox.cnf"
ADDRESSES = {"ox1": "10.20.30.213", "db1": "10.20.30.217", "db2": "10.20.30.219", "db3": "10.20.30.221"}


def evidence(hosts: Mapping[str, Mapping[str, str]], *, complete: bool = False) -> Evidence:
    """Return the evidence of hosts with these files; those of ADDRESSES have their address."""
    return Evidence(
        tuple(
            HostFiles(
                name=name,
                facts=Facts(addresses=(ADDRESSES[name],) if name in ADDRESSES else ()),
                files=tuple(File(path, text) for path, text in files.items()),
                complete=complete,
            )
            for name, files in hosts.items()
        )
    )


def server(*lines: str) -> dict[str, str]:
    return {CNF: "\n".join(("[mysqld]", *lines)) + "\n"}


def found(hosts: Mapping[str, Mapping[str, str]], code: str, *, complete: bool = False) -> list[str]:
    """Return the messages that a rule has about these hosts."""
    findings = judge(evidence(hosts, complete=complete))
    return [finding.message for finding in findings if finding.code == code]


@pytest.mark.parametrize(
    "line", ["read_only", "read-only = ON", "read_only=1", "READ_ONLY = True", "loose-read-only"]
)
def test_a_switch_that_is_on(line: str) -> None:
    (db1,) = evidence({"db1": server(line)}).hosts
    assert is_on(db1.option("read_only"))


@pytest.mark.parametrize(
    "line", ["read_only = OFF", "read_only=0", "read-only = no", "# read_only", "max_connections = 5"]
)
def test_a_switch_that_is_off_or_not_there(line: str) -> None:
    (db1,) = evidence({"db1": server(line)}).hosts
    assert not is_on(db1.option("read_only"))


def test_numbers_and_sizes() -> None:
    (db1,) = evidence(
        {"db1": server("max_connections = 850", "max_allowed_packet = 64M", "log_bin = mysql-bin")}
    ).hosts

    assert number(db1.option("max_connections")) == 850
    assert number(db1.option("max_allowed_packet")) == 64 << 20
    assert number(db1.option("log_bin")) is None
    assert number(db1.option("wait_timeout")) is None


@pytest.mark.parametrize(
    ("address", "members"),
    [
        ("gcomm://", ()),
        ("gcomm://10.20.30.217,10.20.30.219", ("10.20.30.217", "10.20.30.219")),
        ("gcomm://db1:4567, db2:4567,?pc.wait_prim=no", ("db1", "db2")),
        ('"gcomm://db1"', ("db1",)),
    ],
)
def test_the_list_of_members(address: str, members: tuple[str, ...]) -> None:
    (db1,) = evidence({"db1": server(f"wsrep_cluster_address = {address}")}).hosts
    assert cluster_members(db1) == members


def test_an_ipv6_address_has_no_port() -> None:
    assert without_port("10.20.30.217:4567") == "10.20.30.217"
    assert without_port("fd00::17") == "fd00::17"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["wsrep_provider = /usr/lib/galera/libgalera_smm.so"], True),
        (["wsrep_cluster_address = gcomm://"], True),
        (["wsrep_provider = none", "wsrep_cluster_address = gcomm://db1"], False),
        (["wsrep_on = OFF", "wsrep_provider = /usr/lib/galera/libgalera_smm.so"], False),
        (["wsrep_node_name = db1"], False),
    ],
)
def test_what_makes_a_galera_node(lines: list[str], *, expected: bool) -> None:
    (db1,) = evidence({"db1": server(*lines)}).hosts
    assert is_galera(db1) is expected


def test_nodes_belong_together_that_list_each_other_or_have_one_name() -> None:
    nodes = evidence(
        {
            "db1": server("wsrep_cluster_name = a", "wsrep_cluster_address = gcomm://10.20.30.217"),
            "other": server("wsrep_cluster_name = b", "wsrep_cluster_address = gcomm://10.9.9.9"),
            "db3": server("wsrep_cluster_name = a", "wsrep_cluster_address = gcomm://"),
            "db2": server("wsrep_cluster_name = c", "wsrep_cluster_address = gcomm://10.20.30.221"),
        }
    )
    clusters = [[node.name for node in cluster] for cluster in galera_clusters(nodes)]

    assert clusters == [["other"], ["db1", "db3", "db2"]]


def test_the_odd_one_is_compared_with_the_usual_ones() -> None:
    assert list(odd_ones([("a", 1), ("b", 2), ("c", 2)])) == [("a", "b")]
    assert list(odd_ones([("a", 1), ("b", 2)])) == [("b", "a")]
    assert list(odd_ones([("a", 1), ("b", 1)])) == []
    assert list(odd_ones([])) == []


def test_words_of_a_list() -> None:
    assert listed(["db1"]) == "db1"
    assert listed(["db1", "db2", "db3"]) == "db1, db2 and db3"


HAPROXY = """\
defaults
    mode tcp
    timeout connect 1s
    timeout client 20m
    timeout server 20m
frontend writes
    bind :3307
    default_backend servers
backend servers
    server one 10.20.30.217:3306 check
    server two 10.20.30.219:3306 check backup
listen standby
    bind 127.0.0.1:3308
    server one 10.20.30.219:3306 backup
    server two 10.20.30.221:3306 backup
"""


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        (JdbcUrl("127.0.0.1", 3307), ["db1"]),
        (JdbcUrl("localhost", 3307), ["db1"]),
        (JdbcUrl("10.20.30.213", 3307), ["db1"]),
        (JdbcUrl("127.0.0.1", 3308), ["db2"]),
        (JdbcUrl("db2"), ["db2"]),
        (JdbcUrl("10.20.30.221"), ["db3"]),
        (JdbcUrl("10.20.30.221", 3307), None),
        (JdbcUrl("10.20.30.213", 3308), None),
        (JdbcUrl("127.0.0.1"), None),
        (JdbcUrl("10.20.30.218"), None),
    ],
)
def test_where_a_url_leads(url: JdbcUrl, servers: list[str] | None) -> None:
    known = evidence(
        {
            "ox1": {"/etc/haproxy/haproxy.cfg": HAPROXY},
            **dict.fromkeys(("db1", "db2", "db3"), server("server_id = 1")),
        }
    )
    reached = way(known, known.hosts[0], url)

    assert (None if reached is None else [host.name for host in reached.servers]) == servers


def test_two_spellings_of_one_endpoint() -> None:
    known = evidence({"db1": server("server_id = 1")})

    assert endpoint(known, JdbcUrl("localhost")) == endpoint(known, JdbcUrl("127.0.0.1"))
    assert endpoint(known, JdbcUrl("db1")) == endpoint(known, JdbcUrl("10.20.30.217"))
    assert endpoint(known, JdbcUrl("db1", 3307)) != endpoint(known, JdbcUrl("db1"))


def test_the_closest_part_of_an_export_is_for_a_host() -> None:
    (ox1,) = evidence({"ox1": {}}).hosts
    everybody, network, itself = (
        Client("*", ("ro",)),
        Client("10.20.30.0/24", ("ro",)),
        Client("10.20.30.213", ("rw",)),
    )

    assert client_of(Export("/f", (everybody, network, itself)), ox1) == itself
    assert client_of(Export("/f", (everybody, network)), ox1) == network
    assert client_of(Export("/f", (everybody,)), ox1) == everybody
    assert client_of(Export("/f", (Client("ox*.example.com"),)), ox1) == Client("ox*.example.com")
    assert client_of(Export("/f", (Client("10.20.31.0/24"),)), ox1) is None


def test_nobody_knows_who_is_behind_a_netgroup() -> None:
    (ox1,) = evidence({"ox1": {}}).hosts

    assert is_certain(Export("/f", (Client("10.20.30.215"),)), ox1)
    assert not is_certain(Export("/f", (Client("10.20.30.215"), Client("@ox"))), ox1)


WRITES = {GroupwareConfigdb.path: "writeUrl=jdbc:mysql://10.20.30.218/configdb\n"}


def test_a_floating_address_needs_one_server_that_takes_writes() -> None:
    closed, open_ = server("read_only = ON", "log_bin"), server("log_bin")
    message = "ox1 writes to 10.20.30.218:3306, but every server that could hold this address is read only"

    assert found({"ox1": WRITES, "db1": closed, "db2": closed}, "OX213", complete=True) == [message]
    assert found({"ox1": WRITES, "db1": closed, "db2": open_}, "OX213", complete=True) == []
    # Another server may be there, whose files nobody collected.
    assert found({"ox1": WRITES, "db1": closed, "db2": closed}, "OX213") == []


def test_accounts_of_state_transfers_are_named_without_their_passwords() -> None:
    node = "wsrep_cluster_address = gcomm://10.20.30.217,10.20.30.219"
    hosts = {
        "db1": server(node, "wsrep_sst_method = mariabackup", "wsrep_sst_auth = sstuser:Bu4-nightjar"),
        "db2": server(node, "wsrep_sst_method = mariabackup", "wsrep_sst_auth = backup:Bu4-nightjar"),
    }

    assert found(hosts, "OX325") == ['db2 transfers its state as "backup", but db1 as "sstuser"']


def test_what_may_be_a_password_is_not_taken_for_an_account() -> None:
    node = ("wsrep_cluster_address = gcomm://10.20.30.217,10.20.30.219", "wsrep_sst_method = mariabackup")
    hosts = {
        "db1": server(*node, "wsrep_sst_auth = sstuser:Bu4-nightjar"),
        "db2": server(*node, "wsrep_sst_auth = Bu4-nightjar"),
    }

    assert found(hosts, "OX325") == ['db2 transfers its state without a user, but db1 as "sstuser"']


def test_rsync_needs_no_account() -> None:
    node = ("wsrep_cluster_address = gcomm://10.20.30.217,10.20.30.219", "wsrep_sst_method = rsync")

    assert not found(
        {"db1": server(*node, "wsrep_sst_auth = a:x"), "db2": server(*node, "wsrep_sst_auth = b:x")}, "OX325"
    )


def test_what_can_not_be_read_is_named_without_passwords() -> None:
    url = "readUrl=jdbc:mysql:loadbalance://db1,db2/configdb?user=ox&password=Bu4-nightjar\n"
    (message,) = found({"ox1": {GroupwareConfigdb.path: url}}, "OX001")

    assert "readUrl" in message
    assert "nightjar" not in message


def test_an_arbitrator_asks_for_the_cluster_by_its_name() -> None:
    node = server("wsrep_cluster_name = ox", "wsrep_cluster_address = gcomm://10.20.30.217,10.20.30.219")
    garb = {"/etc/default/garb": 'GALERA_NODES="10.20.30.217:4567 10.20.30.219:4567"\nGALERA_GROUP=OX\n'}

    assert found({"db1": node, "db2": node, "arb1": garb}, "OX307") == [
        'the arbitrator on arb1 joins "OX", but db1 calls the cluster "ox"'
    ]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ("evs.suspect_timeout=PT1S", "evs.keepalive_period (PT1S by default) is more than a third of"),
        (
            "evs.inactive_timeout=PT3S",
            "evs.suspect_timeout (PT5S by default) is more than evs.inactive_timeout (PT3S)",
        ),
        (
            "evs.install_timeout=PT20S",
            "evs.install_timeout (PT20S) is more than evs.inactive_timeout (PT15S by default)",
        ),
        ("evs.keepalive_period=1.5", None),
        ("gcache.size=2G", None),
        ("evs.suspect_timeout=PT10S; evs.inactive_timeout=PT30S", None),
    ],
)
def test_the_timers_of_galera(options: str, wrong: str | None) -> None:
    node = server("wsrep_cluster_address = gcomm://db1", f'wsrep_provider_options = "{options}"')
    messages = found({"db1": node}, "OX322")

    assert (wrong in messages[0]) if wrong else not messages


def test_no_server_takes_more_connections_than_there_are_whatever_its_file_says() -> None:
    """mariadbd 10.11: option 'max_connections': unsigned value 108650 adjusted to 100000."""
    pools = {GroupwareConfigdb.path: "maxActive=30000\n"}
    servers = {name: server("max_connections = 200000") for name in ("db1", "db2")}

    assert found({"ox1": pools, **servers}, "OX904") == [
        "db1 and db2 each take 100000 connections, the most that a server takes whatever its file says, but the pools "
        "of 1 OX host may open 120000"
    ]


def test_servers_that_are_short_of_memory_alike_are_told_once() -> None:
    text = "tier = '100k'\n[database.pool]\nmax_active = 400\n"
    evidence = evidence_of(make_plan(load_text(text)))

    (short,) = [finding for finding in judge(evidence) if finding.code == "OX902"]

    assert short.message.startswith("db1, db2 and db3 have 16 GiB of memory each and may need")
    assert {place.host for place in short.places} == {"db1", "db2", "db3"}
