from ipaddress import IPv4Address

from oxconf.artifacts._cache_regions import Region
from oxconf.artifacts.cache_ccf import AdmindaemonCache, GroupwareCache, SessionCache
from oxconf.deployment.load import load_text

CLUSTER = load_text("", tier="1m")
OX1 = CLUSTER.host("ox1")
GROUPWARE = GroupwareCache.from_deployment(CLUSTER, OX1)
ADMINDAEMON = AdmindaemonCache.from_deployment(CLUSTER, OX1)
SESSIONS = SessionCache.from_deployment(CLUSTER, OX1)


def test_three_ports_on_a_host_and_one_group() -> None:
    files = [GROUPWARE, ADMINDAEMON, SESSIONS]
    assert [file and file.tcp_listener_port for file in files] == [57462, 57461, 57463]
    for file in files:
        assert file is not None
        assert (file.udp_discovery_address, file.udp_discovery_port) == (IPv4Address("224.0.0.1"), 6780)
        assert file.udp_discovery_enabled is True
        assert "TcpServers=" not in file.render()


def test_the_group_is_the_clusters() -> None:
    cluster = load_text('tier = "1m"\n[network]\nmulticast_group = "224.1.2.3"\nmulticast_port = 7000\n')
    file = GroupwareCache.from_deployment(cluster, cluster.host("ox2"))
    assert file is not None
    assert "UdpDiscoveryAddr=224.1.2.3\n" in file.render()
    assert "UdpDiscoveryPort=7000\n" in file.render()


def test_regions_of_the_shipped_files() -> None:
    assert GROUPWARE is not None
    assert ADMINDAEMON is not None
    regions = {region.name: region for region in GROUPWARE.regions}
    assert len(regions) == 15
    assert [name for name, region in regions.items() if not region.lateral] == [
        "OXMessageCache",
        "OXIMAPConCache",
        "OXFolderQueryCache",
        "CalendarCache",
    ]
    assert [name for name, region in regions.items() if region.is_lateral] == ["default"]
    assert regions["MailAccount"].max_objects == 100_000
    assert {r.name for r in GROUPWARE.regions} - {r.name for r in ADMINDAEMON.regions} == {
        "MailAccount",
        "GlobalFolderCache",
        "UserFolderCache",
    }


def test_the_text_of_the_session_cache() -> None:
    assert SESSIONS is not None
    assert SESSIONS.render() == (
        """\
# Sessions that the groupware processes hand over. Reconstructed: compare it with the shipped file. Written by oxconf.

# The lateral cache: changes go to the other processes over TCP.
jcs.auxiliary.SessionLTCP=org.apache.jcs.auxiliary.lateral.socket.tcp.LateralTCPCacheFactory
jcs.auxiliary.SessionLTCP.attributes=org.apache.jcs.auxiliary.lateral.socket.tcp.TCPLateralCacheAttributes
# jcs.auxiliary.SessionLTCP.attributes.TcpListenerPort: """
        """reconstructed: the next one beside 57461 (admin daemon) and 57462 (groupware)
jcs.auxiliary.SessionLTCP.attributes.TcpListenerPort=57463
# jcs.auxiliary.SessionLTCP.attributes.UdpDiscoveryAddr: """
        """discovery instead of a TcpServers list, which must not stand beside it; needs the multicast route
jcs.auxiliary.SessionLTCP.attributes.UdpDiscoveryAddr=224.0.0.1
jcs.auxiliary.SessionLTCP.attributes.UdpDiscoveryPort=6780
jcs.auxiliary.SessionLTCP.attributes.UdpDiscoveryEnabled=true
jcs.auxiliary.SessionLTCP.attributes.Receive=true
jcs.auxiliary.SessionLTCP.attributes.AllowGet=false
# jcs.auxiliary.SessionLTCP.attributes.IssueRemoveOnPut: """
        """the others need the session itself, not only word that it changed
jcs.auxiliary.SessionLTCP.attributes.IssueRemoveOnPut=false
jcs.auxiliary.SessionLTCP.attributes.FilterRemoveByHashCode=false
# Region SessionCache, shared through SessionLTCP.
jcs.region.SessionCache=SessionLTCP
jcs.region.SessionCache.cacheattributes=org.apache.jcs.engine.CompositeCacheAttributes
jcs.region.SessionCache.cacheattributes.MemoryCacheName=org.apache.jcs.engine.memory.lru.LRUMemoryCache
jcs.region.SessionCache.cacheattributes.UseMemoryShrinker=true
jcs.region.SessionCache.elementattributes=org.apache.jcs.engine.ElementAttributes
jcs.region.SessionCache.elementattributes.IsEternal=false
jcs.region.SessionCache.elementattributes.IsSpool=false
jcs.region.SessionCache.elementattributes.IsRemote=false
jcs.region.SessionCache.cacheattributes.MaxObjects=100000
jcs.region.SessionCache.cacheattributes.MaxMemoryIdleTimeSeconds=3600
jcs.region.SessionCache.cacheattributes.ShrinkerIntervalSeconds=60
jcs.region.SessionCache.elementattributes.MaxLifeSeconds=-1
jcs.region.SessionCache.elementattributes.IdleTime=3600
jcs.region.SessionCache.elementattributes.IsLateral=true
"""
    )


def test_no_key_of_the_session_cache_stands_in_the_groupwares_file() -> None:
    # Both are read into one cache manager, which ignores what it has already, and jcs.default.
    assert GROUPWARE is not None
    assert SESSIONS is not None

    def keys(text: str) -> set[str]:
        return {line.partition("=")[0] for line in text.splitlines() if line and not line.startswith("#")}

    assert not keys(GROUPWARE.render()) & keys(SESSIONS.render())
    assert not any(key.startswith("jcs.default") for key in keys(SESSIONS.render()))


def test_static_servers_and_their_line_are_read() -> None:
    file = AdmindaemonCache.parse(
        "# shipped\n"
        "jcs.auxiliary.LTCP.attributes.TcpServers=127.0.0.1:57462\n"
        "jcs.auxiliary.LTCP.attributes.TcpListenerPort=57461\n"
        "jcs.auxiliary.LTCP.attributes.UdpDiscoveryEnabled=false\n"
    )
    assert (file.tcp_servers, file.tcp_listener_port, file.udp_discovery_enabled) == (
        "127.0.0.1:57462",
        57461,
        False,
    )
    assert file.lines["tcp_servers"] == 2
    assert file.lines["tcp_listener_port"] == 3
    assert file.regions == ()


def test_a_session_cache_with_another_name_for_its_lateral_cache_is_read() -> None:
    file = SessionCache.parse(
        "jcs.auxiliary.LTCP=x\njcs.auxiliary.LTCP.attributes.TcpListenerPort=57462\njcs.auxiliary.LTCP2.a=1\n"
    )
    assert (file.factory, file.tcp_listener_port, file.lines["tcp_listener_port"]) == ("x", 57462, 2)


def test_regions_are_read_tolerantly() -> None:
    file, problems = GroupwareCache.read(
        "jcs.region.User.cacheattributes.MaxObjects=many\n"
        "jcs.region.User=LTCP\n"
        "jcs.region.User.elementattributes.SomethingElse=1\n"
        "jcs.default=\n"
        "jcs.auxiliary.LTCP.attributes.TcpListenerPort=0\n"
    )
    assert file.regions == (Region(name="User", auxiliary="LTCP"), Region(name="default"))
    assert [region.line for region in file.regions] == [2, 4]
    assert [(problem.line, problem.message) for problem in problems] == [
        (1, 'cacheattributes.MaxObjects of the region User: "many" is not a whole number'),
        (5, "jcs.auxiliary.LTCP.attributes.TcpListenerPort: 0 is below 1"),
    ]
