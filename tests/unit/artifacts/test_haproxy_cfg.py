"""haproxy.cfg: reads to all servers, writes to one."""

import pytest

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts._time import Milliseconds
from oxconf.artifacts.haproxy_cfg import HaproxyCfg, HealthCheck, Listener, Server, Timeouts
from oxconf.deployment.load import load_text
from oxconf.deployment.ports import listeners

REPLICATION = 'tier = "1m"\n[database]\nmode = "replication"\n'

GALERA_TEXT = """\
# HAProxy in front of the database servers, for this host's OX alone. Written by oxconf.

global
    # Changes of a server's state and errors; not every connection.
    log /dev/log local0 notice
    chroot /var/lib/haproxy
    # To look at the servers, or to take one out by hand: socat - /run/haproxy/admin.sock
    stats socket /run/haproxy/admin.sock mode 660 level admin
    user haproxy
    group haproxy
    # 6 pools x 100 connections of this host x 2 listeners, and 50 beside OX
    maxconn 1250
    # The servers are not asked by all hosts in the same moment.
    spread-checks 5

defaults
    log global
    option log-health-checks
    # A connection that is refused tries again, on another server if there is one.
    retries 3
    option redispatch 1
    # client and server: 20m, or twice the pool maxLifeTime (10m) if that is more: OX closes first
    mode tcp
    timeout connect 1s
    timeout client 20m
    timeout server 20m
    timeout check 2s

listen mysql-read
    bind 127.0.0.1:3306
    balance roundrobin
    option httpchk GET /
    http-check expect status 200
    default-server check port 9200 inter 1s fastinter 200ms downinter 1s rise 2 fall 2 \
on-marked-down shutdown-sessions
    server db1 10.20.30.217:3306
    server db2 10.20.30.219:3306
    server db3 10.20.30.221:3306

listen mysql-write
    bind 127.0.0.1:3307
    option httpchk GET /
    http-check expect status 200
    # All connections go to one server at a time, on every host to the same one. When the one without "backup" is
    # back, those on the backup are closed: nothing writes to two servers.
    # HAProxy does so for a server without "backup" alone: the next servers have listeners of their own.
    server db1 10.20.30.217:3306 check port 9200 inter 500ms fastinter 200ms downinter 1s rise 2 fall 2 \
on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions
    server mysql-write-2 127.0.0.1:3308 backup

listen mysql-write-2
    bind 127.0.0.1:3308
    option httpchk GET /
    http-check expect status 200
    # All connections go to one server at a time, on every host to the same one. When the one without "backup" is
    # back, those on the backup are closed: nothing writes to two servers.
    default-server check port 9200 inter 500ms fastinter 200ms downinter 1s rise 2 fall 2 \
on-marked-down shutdown-sessions
    server db2 10.20.30.219:3306 on-marked-up shutdown-backup-sessions
    server db3 10.20.30.221:3306 backup
"""


def artifact(text: str, host: str = "ox1") -> HaproxyCfg:
    deployment = load_text(text)
    found = HaproxyCfg.from_deployment(deployment, deployment.host(host))
    assert found is not None
    return found


def test_the_file_of_a_galera_cluster() -> None:
    assert artifact('tier = "1m"').render() == GALERA_TEXT


def test_every_ox_host_has_the_same_file_and_no_other_host_has_one() -> None:
    deployment = load_text("", tier="1m")
    files = {host.name: HaproxyCfg.from_deployment(deployment, host) for host in deployment.hosts}
    texts = {name: found.render() for name, found in files.items() if found}
    assert list(texts) == ["ox1", "ox2", "ox3", "prov1"]
    assert len(set(texts.values())) == 1


@pytest.mark.parametrize("text", ['tier = "100k"', 'tier = "1m"', REPLICATION])
def test_what_is_rendered_reads_back(text: str) -> None:
    deployment = load_text(text)
    found = [HaproxyCfg.from_deployment(deployment, host) for host in deployment.hosts]
    assert any(found)
    for each in filter(None, found):
        assert HaproxyCfg.parse(each.render()) == each


def test_one_server_needs_no_haproxy() -> None:
    deployment = load_text("", tier="poc")
    assert HaproxyCfg.from_deployment(deployment, deployment.hosts[0]) is None


def test_replication_reads_from_the_slaves_and_has_no_listener_for_writes() -> None:
    (read,) = artifact(REPLICATION).listeners
    assert (read.name, read.port) == ("mysql-read", 3306)
    assert [(server.name, server.backup) for server in read.servers] == [
        ("db2", False),
        ("db3", False),
        ("db1", True),
    ]


def test_replication_is_checked_without_port_9200() -> None:
    (read,) = artifact(REPLICATION).listeners
    assert read.health is None
    assert {server.check_port for server in read.servers} == {None}


def test_writes_alone_when_all_reads_go_to_the_writer() -> None:
    writes = artifact('tier = "1m"\n[database]\nread_policy = "write-address"\n').listeners
    assert [(each.name, each.port) for each in writes] == [("mysql-write", 3307), ("mysql-write-2", 3308)]


def chain(text: str) -> list[tuple[int | None, list[tuple[str, int | None]]]]:
    """The listeners for writes: the port of each, and its servers with their ports."""
    writes = [each for each in artifact(text).listeners if each.name.startswith("mysql-write")]
    for each in writes:
        first, second = each.servers
        assert (first.check, first.backup, first.on_marked_up) == (True, False, "shutdown-backup-sessions")
        assert (second.backup, second.on_marked_up) == (True, None)
    return [(each.port, [(server.name, server.port) for server in each.servers]) for each in writes]


def test_each_server_but_the_last_has_a_listener_and_the_next_one_as_its_backup() -> None:
    assert chain('tier = "1m"\n[database]\nwriter = "db2"\n') == [
        (3307, [("db2", 3306), ("mysql-write-2", 3308)]),
        (3308, [("db1", 3306), ("db3", 3306)]),
    ]


def servers(count: int) -> str:
    hosts = [
        'name = "ox1"\naddress = "10.20.30.213"\nroles = ["groupware", "web", "balancer", "filestore"]\n'
    ]
    for number in range(1, count + 1):
        hosts.append(f'name = "db{number}"\naddress = "10.20.30.{220 + number}"\nroles = ["database"]\n')
    return 'tier = "1m"\n' + "".join(f'[[hosts]]\n{host}memory = "16G"\ncores = 4\n' for host in hosts)


def test_two_servers_need_no_chain() -> None:
    assert chain(servers(2)) == [(3307, [("db1", 3306), ("db2", 3306)])]
    assert artifact(servers(2)).max_connections == 650


def test_five_servers_need_four_listeners() -> None:
    assert chain(servers(5)) == [
        (3307, [("db1", 3306), ("mysql-write-2", 3308)]),
        (3308, [("db2", 3306), ("mysql-write-3", 3309)]),
        (3309, [("db3", 3306), ("mysql-write-4", 3310)]),
        (3310, [("db4", 3306), ("db5", 3306)]),
    ]
    assert artifact(servers(5)).max_connections == 6 * 100 * 4 + 50


def test_the_port_table_has_every_listener() -> None:
    deployment = load_text(servers(4))
    table = [(each.port, each.service) for each in listeners(deployment, deployment.host("ox1"))]
    assert [row for row in table if row[1].startswith("HAProxy")] == [
        (3306, "HAProxy, database reads"),
        (3307, "HAProxy, database writes"),
        (3308, "HAProxy, database writes without db1"),
        (3309, "HAProxy, database writes without db1 and db2"),
    ]


def test_timeouts_outlive_the_pools() -> None:
    longer = artifact('tier = "1m"\n[database.pool]\nmax_life_time = 3_600_000\n')
    for listener in longer.listeners:
        assert listener.timeouts.client == listener.timeouts.server == Milliseconds.haproxy("2h")


def test_connections_follow_the_pools() -> None:
    assert artifact('tier = "1m"\n[database.pool]\nmax_active = 20\n').max_connections == 290


def test_the_unit_is_switched_on() -> None:
    assert artifact('tier = "1m"').enables() == (Enable(Switch.UNIT, "haproxy.service"),)


FOREIGN = """\
global
  maxconn 256000
defaults
  mode http
  timeout client 50000
  timeout server 1m
frontend galera
  mode tcp
  bind *:3306,10.0.0.1:3306
  default_backend nodes
backend nodes
  balance leastconn
  option httpchk
  timeout server 2h
  default-server inter 12000 rise 3 backup
  server n1 db1.example:3306 check port 9200 no-backup weight 10 cookie check
  server n2 10.0.0.2 fall 3
listen stats
  bind :8404
"""


def test_frontends_are_read_with_their_backend_and_the_defaults() -> None:
    read = HaproxyCfg.parse(FOREIGN)
    assert read.max_connections == 256000
    assert read.lines == {"max_connections": 2, "listeners": 7}
    assert [(each.name, each.address, each.port) for each in read.listeners] == [
        ("galera", "*", 3306),
        ("galera", "10.0.0.1", 3306),
        ("stats", "", 8404),
    ]
    galera, _, stats = read.listeners
    assert galera == Listener(
        name="galera",
        address="*",
        port=3306,
        mode="tcp",
        balance=("leastconn",),
        timeouts=Timeouts(client=Milliseconds(50_000), server=Milliseconds(7_200_000)),
        health=HealthCheck(option=("httpchk",)),
        servers=(
            Server(
                name="n1",
                address="db1.example",
                port=3306,
                check=True,
                check_port=9200,
                inter=Milliseconds(12_000),
                rise=3,
                weight=10,
            ),
            Server(name="n2", address="10.0.0.2", inter=Milliseconds(12_000), rise=3, fall=3, backup=True),
        ),
    )
    assert [server.line for server in galera.servers] == [16, 17]
    assert (stats.mode, stats.timeouts.server) == ("http", Milliseconds(60_000))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("timeout client soon", 'timeout: "soon" does not fit client'),
        ("server a 10.0.0.1:db", 'server: "db" does not fit port'),
        ("server a 10.0.0.1:1 check inter 1w", 'server: "1w" does not fit inter'),
        ("server a 10.0.0.1:1 rise", 'server: "" does not fit rise'),
        ("bind 10.0.0.1", 'bind: "10.0.0.1" names no port'),
    ],
)
def test_what_does_not_fit_is_a_problem_with_its_line(line: str, message: str) -> None:
    read, problems = HaproxyCfg.read(f"listen a\n  bind :1\n  {line}\n")
    assert [(problem.line, problem.message) for problem in problems] == [(3, message)]
    assert [listener.port for listener in read.listeners] == [1]
