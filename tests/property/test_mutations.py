"""One wrong value in one file of one host of any cluster: the rule that claims such values fires, and says where.

The tables of `test_rules_routing` and `test_rules_database` have many values for the cluster of the tutorial; this
one has one value for each relation and takes any cluster that has the file.
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve, field, frozen
from clusters_in_memory import collected
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from property.strategies import PASSWORDS, clusters
from property.test_clusters import loaded
from property.test_rules_database import mistakes
from property.test_rules_routing import MUTATIONS as ROUTING

from oxconf.evidence import Evidence, HostEvidence
from oxconf.plan import make_plan
from oxconf.render import evidence_of
from oxconf.report.text import show
from oxconf.rules import RULES, judge

ETC = "/opt/open-xchange/etc"
AJP = f"{ETC}/groupware/ajp.properties"
GROUPWARE = f"{ETC}/groupware/configdb.properties"
ADMINDAEMON = f"{ETC}/admindaemon/configdb.properties"
CACHE = f"{ETC}/groupware/cache.ccf"
INSTALLER = "/usr/local/sbin/oxconf-oxinstaller"
PROXY = "/etc/apache2/conf-available/proxy_ajp.conf"
SITE = "/etc/apache2/sites-available/000-open-xchange.conf"
REMOTEIP = "/etc/apache2/conf-available/remoteip.conf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
MAXSCALE = "/etc/maxscale.cnf"
CHECK_ACCOUNT = "/etc/mysql/clustercheck.cnf"
SERVICE = "/etc/systemd/system/clustercheck@.service"
SOCKET = "/etc/systemd/system/clustercheck.socket"
GUARD = "/etc/systemd/system/open-xchange.service.d/oxconf-filestore.conf"
SYSCTL = "/etc/sysctl.d/60-oxconf-lvs.conf"
LVS_ADDRESSES = "/etc/systemd/system/oxconf-lvs-addresses.service"
WRITE_ADDRESS = "/etc/systemd/system/oxconf-write-address.service"
DROPIN = "/etc/systemd/system/mariadb.service.d/oxconf.conf"
CNF = "/etc/mysql/ox.conf.d"
OX_CNF, WSREP, HOST_CNF, GTID = (f"{CNF}/{name}.cnf" for name in ("ox", "wsrep", "host", "gtid"))

ANOTHERS = "what the same line says on another host"
OWN = "the host's own address"
NAME = "the host's name"
NOBODYS = "10.255.255.253"


@frozen
class Mutation:
    """What the pattern finds in a file becomes `value`; the rule with that code claims it.

    `hosts` is the least number of hosts that must have the file for the relation to be one, `beside` another file
    that the host must have.
    """

    code: str
    path: str
    pattern: str
    value: str
    hosts: int = 1
    beside: str = ""
    needs: Mapping[str, Any] = field(factory=dict)


HAPROXY_GALERA = {"mode": "galera", "access": "haproxy", "read_policy": "round-robin-causal"}
GALERA, REPLICATION, BALANCERS = {"mode": "galera"}, {"mode": "replication"}, {"balancers": "yes"}
MAXSCALES = {"mode": "galera", "access": "maxscale", "maxscales": "0"}
MARIADB_GALERA = {**GALERA, "flavour": "mariadb", "version": "10.11"}
HTTPS = {"https": "yes"}
LVS = {"mode": "galera", "access": "lvs", "read_policy": "round-robin-causal"}
EXPORTS = {"extra": ("filestore",)}

MUTATIONS = (
    Mutation("OX001", AJP, r"(?<=AJP_PORT=).+", "eighty"),
    Mutation("OX004", CACHE, r"\Z", "jcs.default=A\njcs.default=B\n"),
    Mutation("OX007", WSREP, r"\Z", "innodb_autoinc_lock_mode = 2\nbinlog_format = ROW\nwsrep_sync_wait = 4\n",
             needs=HAPROXY_GALERA),
    Mutation("OX101", AJP, r"(?<=AJP_JVM_ROUTE=).+", "Nobody-9"),
    Mutation("OX101", PROXY, r"(?<= route=)\S+", "Nobody-9"),
    Mutation("OX103", AJP, r"(?<=AJP_PORT=).+", "8010"),
    Mutation("OX104", AJP, r"(?<=AJP_JVM_ROUTE=).+", ANOTHERS, hosts=2),
    Mutation("OX107", INSTALLER, r"(?<=--jkroute=)\S+", "Nobody-9"),
    Mutation("OX113", PROXY, r"    BalancerMember .*\n", "", hosts=2),
    Mutation("OX122", AJP, r"(?<=AJP_BIND_ADDR=).+", "*"),
    Mutation("OX131", PROXY, r"(?=    ProxyPass /|ProxyPass /)", "ProxyPass / balancer://elsewhere/\n"),
    Mutation("OX134", PROXY, r"(?<=\w balancer://)ox\w+", "elsewhere"),
    Mutation("OX137", INSTALLER, r"(?<=--servername=)\S+", "elsewhere", hosts=2),
    Mutation("OX201", ADMINDAEMON, r"(?<=writeOnly=)true", "false", needs={"access": "haproxy", **REPLICATION}),
    Mutation("OX204", GROUPWARE, r"(?<=/)configdb(?=\n)", "elsewhere", hosts=2),
    Mutation("OX219", OX_CNF, r"(?<=\nwait_timeout = ).+", "1"),
    Mutation("OX301", GTID, r"(?<=\nserver_id = ).+", ANOTHERS, hosts=2, needs=REPLICATION),
    Mutation("OX307", WSREP, r"(?<=wsrep_cluster_name = ).+", "elsewhere!", hosts=2, needs=GALERA),
    Mutation("OX310", WSREP, r"(?<=gcomm://)[^,\n]+", NOBODYS, needs=GALERA),
    Mutation("OX313", WSREP, r"(?<=binlog_format = ).+", "MIXED", needs=GALERA),
    Mutation("OX316", WSREP, r"(?<=innodb_autoinc_lock_mode = ).+", "1", needs=GALERA),
    Mutation("OX352", WSREP, r"(?<=default_storage_engine = ).+", "MyISAM", needs=GALERA),
    Mutation("OX319", HOST_CNF, r"(?<=wsrep_node_address = ).+", ANOTHERS, hosts=2, needs=GALERA),
    Mutation("OX322", WSREP, r"evs\.inactive_timeout=", "evs.inactive_timeouts=", needs=GALERA),
    Mutation("OX325", WSREP, r"(?<=wsrep_sst_method = ).+", "rsync", hosts=2, needs=GALERA),
    Mutation("OX331", OX_CNF, r"(?<=innodb_flush_log_at_trx_commit = ).+", "0"),
    Mutation("OX334", GTID, r"(?<=\nread_only = )(ON|1)", "OFF",
             needs={**REPLICATION, "flavour": "mariadb"}),
    Mutation("OX337", GTID, r"(?<=log_slave_updates = ).+", "OFF", needs=REPLICATION),
    Mutation("OX341", HOST_CNF, r"(?<=wsrep_sst_donor = ).+", "nobody", needs=GALERA),
    Mutation("OX343", HOST_CNF, r"(?<=wsrep_node_name = ).+", ANOTHERS, hosts=2, needs=GALERA),
    Mutation("OX346", WSREP, r"(?<=wsrep_on = ).+", "OFF", needs={**GALERA, "flavour": "mariadb"}),
    Mutation("OX358", OX_CNF, r"\Z", "gtid_mode = ON\n", needs=MARIADB_GALERA),
    Mutation("OX361", OX_CNF, r"\Z", "innodb_buffer_pool_instances = 8\n", needs=MARIADB_GALERA),
    Mutation("OX364", OX_CNF, r"\Z", "wsrep_causal_reads = 1\n", needs=MARIADB_GALERA),
    Mutation("OX367", WSREP, r"(?<=wsrep_sst_method = ).+", "xtrabackup-v2", needs=MARIADB_GALERA),
    Mutation("OX402", KEEPALIVED, r"(?<=virtual_router_id )\d+", "255", hosts=2, needs=BALANCERS | REPLICATION),
    Mutation("OX404", KEEPALIVED, r"(?<=advert_int )\d+", "9", hosts=2, needs=BALANCERS | REPLICATION),
    Mutation("OX407", KEEPALIVED, r"(?<=priority )\d+", ANOTHERS, hosts=2, needs=BALANCERS | REPLICATION),
    Mutation("OX410", KEEPALIVED, r"(?<=\n    fall 2)(?=\n)", "\n    weight -10", hosts=2,
             needs=BALANCERS | REPLICATION),
    Mutation("OX411", KEEPALIVED, r"(?<=state )BACKUP", "MASTER", needs=BALANCERS),
    Mutation("OX413", HAPROXY, r"(?<=timeout (?:client|server) ).+", "1s", needs=HAPROXY_GALERA),
    Mutation("OX416", HAPROXY, r" backup(?=\n)", "", needs=HAPROXY_GALERA),
    Mutation("OX421", HAPROXY, r"(?<=default-server )check ", "", needs=HAPROXY_GALERA),
    Mutation("OX422", HAPROXY, r"    option httpchk GET /\n", "", needs=HAPROXY_GALERA),
    Mutation("OX426", HAPROXY, r"(?<= backup)\n(?=\n|\Z)",
             f"\n    server other {NOBODYS}:3306 check backup\n", needs=HAPROXY_GALERA),
    Mutation("OX434", KEEPALIVED, r"(?<=virtual_ipaddress \{\n        )[0-9.]+", OWN, needs=BALANCERS),
    Mutation("OX501", "/etc/sysusers.d/oxconf.conf", r"(?<=\ng open-xchange )\d+", "60001", hosts=2),
    Mutation("OX507", "/etc/fstab", r"(?<=[0-9]:)/\S+", "/elsewhere", needs=EXPORTS),
    Mutation("OX510", "/etc/fstab", r"(?<=rw,)hard", "soft"),
    Mutation("OX513", "/etc/exports", r",anonuid=\d+", "", needs=EXPORTS),
    Mutation("OX516", GUARD, r"(RequiresMountsFor|AssertPathIsMountPoint)=.*\n(?s:.*)", ""),
    Mutation("OX601", CACHE, r"(?<=TcpListenerPort=)57462", "57461"),
    Mutation("OX604", CACHE, r"(?<=UdpDiscoveryPort=).+", "5999"),
    Mutation("OX604", CACHE, r"(?<=UdpDiscoveryAddr=).+", "224.0.0.99"),
    Mutation("OX607", CACHE, r"(?<=UdpDiscoveryEnabled=)true", "false"),
    Mutation("OX610", CACHE, r"(?<=UdpDiscoveryEnabled=)true",
             f"false\njcs.auxiliary.LTCP.attributes.TcpServers={NOBODYS}:57462"),
    Mutation("OX613", "/etc/hosts", r"\A", f"127.0.1.1 {NAME}\n", beside=CACHE),
    Mutation("OX704", SOCKET, r"(?<=ListenStream=)9200", "9201", needs=HAPROXY_GALERA),
    Mutation("OX707", AJP, r"(?<=AJP_BIND_ADDR=).+", NOBODYS),
    Mutation("OX707", KEEPALIVED, r"(?<=unicast_src_ip ).+", NOBODYS, hosts=2, needs=BALANCERS | REPLICATION),
    Mutation("OX710", "/etc/hosts", r"(?<=\n)1[0-9.]+(?= (?!.*-(web|write|read)\n))", NOBODYS),
    Mutation("OX801", GROUPWARE, r"(?<=Property\.2=password=).+", "REPLACE_configdb"),
    Mutation("OX804", GROUPWARE, r"(?<=Property\.2=password=).+", "secret"),
    Mutation("OX810", PROXY, r"Require all denied", "Require all granted"),
    Mutation("OX813", GROUPWARE, r"(?<=Property\.2=password=).+", "elsewhere"),
    Mutation("OX816", PROXY, r"(?<=ProxyRequests )Off", "On"),
    Mutation("OX819", SITE, r"ProxyPass !", "", needs=HTTPS),
    Mutation("OX819", SITE, r' +<Location "/">(?s:.*?)</Location>\n.*\n', "", needs=HTTPS),
    Mutation("OX822", REMOTEIP, r"RemoteIPInternalProxy .*\n", "", needs={"balancers": "no", "external": "yes"}),
    Mutation("OX901", OX_CNF, r"(?<=innodb_buffer_pool_size = ).+", "2T"),
    Mutation("OX016", AJP, r"AJP_JVM_ROUTE=.*\n", ""),
    Mutation("OX222", OX_CNF, r"(?<=max_allowed_packet = ).+", "1M"),
    Mutation("OX349", OX_CNF, r"\Z", "character_set_server = latin1\n", hosts=2, needs=GALERA),
    Mutation("OX428", HAPROXY, r"(?<= fall )\d+", "200", needs=HAPROXY_GALERA),
    Mutation("OX443", WRITE_ADDRESS, r"(?<=ip address replace )[0-9.]+", NOBODYS, needs=REPLICATION),
    Mutation("OX446", HAPROXY, r"(?<=mode )tcp", "http", needs=HAPROXY_GALERA),
    Mutation("OX449", KEEPALIVED, r"    track_script \{\n[^}]*\}\n", "", hosts=2, needs=BALANCERS | REPLICATION),
    Mutation("OX416", KEEPALIVED, r"(?<=lvs_sched )fo", "rr", needs=LVS),
    Mutation("OX419", KEEPALIVED, r"(?<=        weight )2(?=\n)", "0", hosts=2, needs=LVS | {"balancers": "no"}),
    Mutation("OX437", SOCKET, r"IPAddressAllow=[0-9.]+\n", "", needs=LVS),
    Mutation("OX458", LVS_ADDRESSES, r"(?<=replace )[0-9.]+", NOBODYS, needs=LVS),
    Mutation("OX461", SYSCTL, r"(?<=arp_ignore = ).+", "0", needs=LVS),
    Mutation("OX461", SYSCTL, r"(?<=arp_announce = ).+", "0", needs=LVS),
    Mutation("OX467", KEEPALIVED, r"        HTTP_GET \{\n(?: {12}.*\n)* {8}\}\n(?=    \})", "", needs=LVS),
    Mutation("OX470", SYSCTL, r"(?<=expire_nodest_conn = ).+", "0", needs=LVS),
    Mutation("OX470", KEEPALIVED, r"(?<=    lvs_sched fo\n)", "    persistence_timeout 60\n", needs=LVS),
    Mutation("OX704", KEEPALIVED, r"(?<=connect_port )9200", "9201", needs=LVS),
    Mutation("OX473", MAXSCALE, r"(?<=wait_timeout=).+", "1s", needs=MAXSCALES),
    Mutation("OX476", MAXSCALE, r"(?<=\npriority=)1(?=\n)", "9", hosts=3, needs=MAXSCALES),
    Mutation("OX476", MAXSCALE, r"(?<=disable_master_failback=)false", "true", hosts=2, needs=MAXSCALES),
    Mutation("OX479", MAXSCALE, r"(?<=router_options=)(master|synced)", "running", needs=MAXSCALES),
    Mutation("OX482", MAXSCALE, r"(?<=\nservers=)[^,\n]+,", "", needs=MAXSCALES),
    Mutation("OX704", MAXSCALE, r"(?<=\naddress=)[0-9.]+(?=\nport=3306\npriority)", NOBODYS, needs=MAXSCALES),
    Mutation("OX813", MAXSCALE, r"(?<=password=).+", "elsewhere", needs=MAXSCALES),
    Mutation("OX519", "/etc/exports", r"(?<=rw,)sync", "async", needs=EXPORTS),
    Mutation("OX716", KEEPALIVED, r"(?<=dev )\S+", "nowhere0", needs=BALANCERS | REPLICATION),
    Mutation("OX913", DROPIN, r"(?<=LimitNOFILE=).+", "100", needs={"flavour": "mariadb"}),
    Mutation("OX916", HAPROXY, r"(?<=maxconn )\d+", "1", needs=HAPROXY_GALERA),
    Mutation("OX904", OX_CNF, r"(?<=\nmax_connections = ).+", "5"),
    Mutation("OX001", HOST_CNF, r"(?<=\[)mysqld(?=\])", "mysqldx"),
    Mutation("OX016", GROUPWARE, r"(read|write)Property\.[12]=.+\n", ""),
    Mutation("OX016", SOCKET, r"WantedBy=.+\n", "", needs=GALERA),
    Mutation("OX016", KEEPALIVED, r"(?<=virtual_ipaddress \{\n).+\n", "", needs=BALANCERS),
    Mutation("OX103", PROXY, r"(?<=BalancerMember )ajp(?=:)", "ajpx"),
    Mutation("OX103", PROXY, r"(?<=BalancerMember )ajp(?=:)", "http"),
    Mutation("OX113", PROXY, r"    ProxyPass /ajax .*\n|ProxyPass /ajax .*\n", "", hosts=2, needs=BALANCERS),
    Mutation("OX204", ADMINDAEMON, r"(?<=/)configdb(?=\n)", "elsewhere"),
    Mutation("OX204", GROUPWARE, r"(?<=Property\.1=user=).+", "nobody", hosts=2),
    Mutation("OX204", INSTALLER, r"(?<=--configdb-readport=)\S+", "1"),
    Mutation("OX204", INSTALLER, r"(?<=--configdb-writehost=)\S+", NOBODYS),
    Mutation("OX225", GROUPWARE, r"(?<=useSeparateWrite=)true", "false", needs=HAPROXY_GALERA),
    Mutation("OX310", WSREP, r"wsrep_cluster_address = .+\n", "", hosts=2, needs=GALERA),
    Mutation("OX313", WSREP, r"binlog_format = .+\n", "", hosts=2, needs=MARIADB_GALERA),
    Mutation("OX316", WSREP, r"innodb_autoinc_lock_mode = .+\n", "", hosts=2, needs=MARIADB_GALERA),
    Mutation("OX325", WSREP, r"wsrep_sst_(method|auth) = .+\n", "", hosts=2, needs=MARIADB_GALERA),
    Mutation("OX337", GTID, r"\nlog_bin = .+(?=\n)", "", hosts=2, needs={**REPLICATION, "flavour": "mariadb"}),
    Mutation("OX346", WSREP, r"wsrep_on = .+\n", "", hosts=2, needs=MARIADB_GALERA),
    # Behind HAProxy the web address is the only one, so every host with the file is a peer.
    Mutation("OX404", KEEPALIVED, r"(?<=/)\d+(?= dev)", "9", hosts=2, needs=BALANCERS | HAPROXY_GALERA),
    Mutation("OX452", HAPROXY, r"(?<=expect status )200", "503", needs=HAPROXY_GALERA),
    Mutation("OX455", SOCKET, r"Accept=yes\n", "", needs=GALERA),
    Mutation("OX455", SERVICE, r"(?<=ExecStart=)\S+", "/usr/local/bin/elsewhere", needs=GALERA),
    Mutation("OX455", KEEPALIVED, r"(?<=script )/usr/local/\S+", "/usr/local/bin/elsewhere", needs=BALANCERS),
    Mutation("OX516", "/etc/fstab", r"\n.+ nfs .+(?=\n)", ""),
    Mutation("OX516", GUARD, r"(?<=AssertPathIsMountPoint=).+", "/elsewhere"),
    # Without a line JCS takes 6789.
    Mutation("OX604", CACHE, r".+UdpDiscoveryPort=(?!6789\n).+\n", ""),
    Mutation("OX616", CACHE, r"(?<=Receive=)true", "false"),
    Mutation("OX616", CACHE, r"jcs\.auxiliary\.LTCP=.+\n|.+TcpListenerPort=.+\n", ""),
    Mutation("OX616", CACHE, r"(?:(?<=jcs\.default=)|(?<=erCache=))LTCP", "", hosts=2),
    Mutation("OX716", "/etc/network/interfaces", r"(?<=\niface )\S+", "nowhere0"),
    Mutation("OX813", CHECK_ACCOUNT, r"(?<=\n)(user|password) = .+\n", "", hosts=2, needs=GALERA),
    Mutation("OX813", CHECK_ACCOUNT, r"(?<=\n)password = .+", "password = elsewhere", hosts=2, needs=GALERA),
)  # fmt: skip


def has_it(evidence: Evidence, mutation: Mutation) -> list[HostEvidence]:
    """The hosts on which the mutation can be made; none where too few have the file."""
    hosts = [
        host
        for host in evidence.hosts
        if {mutation.path, mutation.beside or mutation.path} <= set(host.files)
    ]
    found = [host for host in hosts if re.search(mutation.pattern, host.files[mutation.path].text)]
    return found if len(hosts) >= mutation.hosts else []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.code} {m.pattern}")
# Without shrinking: the smallest cluster would take minutes to find, and the codes say what is wrong.
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_a_wrong_value_in_any_cluster_is_claimed_by_its_rule(mutation: Mutation, data: st.DataObject) -> None:
    evidence = data.draw(
        st.tuples(clusters(numbers=False, **mutation.needs), PASSWORDS)
        .map(lambda drawn: evidence_of(make_plan(loaded(*drawn))))
        .filter(lambda evidence: has_it(evidence, mutation))
    )
    host = data.draw(st.sampled_from(has_it(evidence, mutation)), label="host")
    old = host.files[mutation.path].text
    match = data.draw(st.sampled_from(list(re.finditer(mutation.pattern, old))), label="match")
    value = mutation.value.replace(OWN, host.facts.addresses[0]).replace(NAME, host.name)
    if value == ANOTHERS:
        others = [
            there[0]
            for other in evidence.hosts
            if other is not host and mutation.path in other.files
            for there in re.finditer(mutation.pattern, other.files[mutation.path].text)
        ]
        value = data.draw(st.sampled_from([other for other in others if other != match[0]]))
    new = old[: match.start()] + value + old[match.end() :]

    findings = judge(with_file(evidence, host, mutation.path, new))

    claimed = [finding for finding in findings if finding.code == mutation.code]
    assert claimed, show(findings)
    assert any(host.name in {place.host for place in finding.places} for finding in claimed)


def with_file(evidence: Evidence, host: HostEvidence, path: str, text: str) -> Evidence:
    changed = Evidence((), evidence.cluster)
    files = {**host.files, path: evolve(host.files[path], text=text)}
    other = HostEvidence(evolve(collected(host), files=tuple(files.values())))
    changed.hosts = tuple(other if each is host else each for each in evidence.hosts)
    return changed


ELSEWHERE = {
    "OX010": "a file that is not there has no value",
    "OX013": "the sums of a bundle; tests/unit/bundle",
    "OX019": "a manifest or an archive; tests/unit/bundle",
    "OX116": "a node is a member of several balancers; it is one that each of them lost",
    "OX328": "follows from the hosts; test_clusters",
    "OX355": "follows from the version; test_clusters",
    "OX401": "needs a second pair of hosts with an id of the first",
    "OX464": "follows from the hosts; the cluster file refuses it",
    "OX440": "what is switched on is a manifest's",
    "OX807": "the mode of a file; test_rules_routing",
    "OX902": "follows from the memory of a host",
    "OX907": "follows from the hosts; test_clusters",
    "OX910": "follows from the hosts; test_clusters",
}


def test_every_rule_is_tried_on_a_changed_value() -> None:
    tried = {each.code for each in (*MUTATIONS, *ROUTING, *mistakes())} | set(ELSEWHERE)
    assert {rule.code for rule in RULES} - tried == set()
