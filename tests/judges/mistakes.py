"""Mistakes that a cluster dies of and that its daemons accept: the rows of the table of `site/why.md`.

Each is one change in one file of a rendered cluster; a daemon's own check of that host says nothing against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from clusters_in_memory import GALERA, REPLICATION
from judges.apache import SITE
from judges.daemons import APACHE, EXPORTS, FINDMNT, IFUP, JAVA, PROXY, SERVER, SYSTEMD, VRRP, Daemon
from judges.harness import DEPLOYMENTS

BALANCERS = "/etc/apache2/conf-available/proxy_ajp.conf"
REMOTEIP = "/etc/apache2/conf-available/remoteip.conf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
OX_CNF = "/etc/mysql/ox.conf.d/ox.cnf"
WSREP = "/etc/mysql/ox.conf.d/wsrep.cnf"
HOST_CNF = "/etc/mysql/ox.conf.d/host.cnf"
GTID = "/etc/mysql/ox.conf.d/gtid.cnf"
ETC = "/opt/open-xchange/etc/"
DROP_IN = "/etc/systemd/system/open-xchange.service.d/oxconf-filestore.conf"
LIMITS = "/etc/systemd/system/mariadb.service.d/oxconf.conf"
LVS_ADDRESSES = "/etc/systemd/system/oxconf-lvs-addresses.service"
SOCKET = "/etc/systemd/system/clustercheck.socket"
HTTPS = (DEPLOYMENTS / "1m-https-imap.toml").read_text("utf-8")
LVS = (DEPLOYMENTS / "1m-lvs.toml").read_text("utf-8")
CLUSTERS = {"galera": GALERA, "replication": REPLICATION, "lvs": LVS, "https": HTTPS}

# Pieces of the right files.
CHECK = """\
        HTTP_GET {
            url {
                path /
                status_code 200
            }
            connect_port 9200
            connect_timeout 2
            retry 1
            delay_before_retry 0.2
        }
"""
TIMES = "connectiontimeout=2 ping=2 timeout=100"
OX3 = f"ajp://10.20.30.216:8009 route=OX3 loadfactor=50 {TIMES} retry=5 smax=0 ttl=60"
SOAP = "ProxyPass /servlet/axis2/services balancer://oxprovisioning/servlet/axis2/services"
USERS = "balancer://oxcluster/servlet"
CLOSED = (
    "<LocationMatch (?i)^/(servlet(;[^/]*)?/axis2|webservices)>\n    Require all denied\n</LocationMatch>"
)
LOCATION = "<Location /servlet/axis2/services>\n    Require all denied\n</Location>"
SECOND = "server mysql-write-2 127.0.0.1:3308"
HEALTH = "    option httpchk GET /\n    http-check expect status 200\n"
MEMBERS = "gcomm://10.20.30.217,10.20.30.219,10.20.30.221"
GUARD = """\
RequiresMountsFor=/var/opt/filestore
# Fails where fstab does not, instead of writing into the folder below.
AssertPathIsMountPoint=/var/opt/filestore
"""
CLIENT = " 10.20.30.215(rw,sync,no_subtree_check,all_squash,anonuid=1001,anongid=1001)"


@dataclass(frozen=True)
class Mistake:
    """One row of the page: `change`, the text of a file before and after, is the mistake that `text` names."""

    code: str
    text: str
    daemon: Daemon
    host: str
    path: str
    change: tuple[str, str]
    cluster: str = "galera"

    def __str__(self) -> str:
        return f"{self.code}-{Path(self.path).name}-{re.sub(r'[^a-z]+', '-', self.text.lower())[:40]}"


def web(code: str, text: str, old: str, new: str, host: str = "web1") -> Mistake:
    return Mistake(code, text, APACHE, host, BALANCERS, (old, new))


def proxy(code: str, text: str, old: str, new: str, host: str = "ox1") -> Mistake:
    return Mistake(code, text, PROXY, host, HAPROXY, (old, new))


def vrrp(code: str, text: str, old: str, new: str) -> Mistake:
    return Mistake(code, text, VRRP, "web2", KEEPALIVED, (old, new))


def director(code: str, text: str, old: str, new: str) -> Mistake:
    return Mistake(code, text, VRRP, "director2", KEEPALIVED, (old, new), "lvs")


def server(
    code: str, text: str, path: str, old: str, new: str, host: str = "db2", cluster: str = "galera"
) -> Mistake:
    return Mistake(code, text, SERVER, host, path, (old, new), cluster)


def properties(
    code: str, text: str, path: str, old: str, new: str, host: str = "ox2", cluster: str = "galera"
) -> Mistake:
    return Mistake(code, text, JAVA, host, ETC + path, (old, new), cluster)


MISTAKES = (
    # The web servers
    web("OX104", "Two `BalancerMember` lines with the same `route`", "route=OX2", "route=OX1"),
    web("OX101", "A `route` that is not the node's `AJP_JVM_ROUTE`", "route=OX2", "route=OX7"),
    web("OX103", "A `BalancerMember` with a port that can not exist", "213:8009", "213:800999"),
    web(
        "OX134", "A path that leads to a balancer that nobody defined", "//oxcluster/ajax", "//oxclutser/ajax"
    ),
    web("OX110", "A balancer without `stickysession`", " stickysession=JSESSIONID|jsessionid", ""),
    web("OX113", "A node that only one of two web servers knows", f"    BalancerMember {OX3}\n", ""),
    web("OX131", "A longer path below a shorter one", f"{SOAP}\n", f"ProxyPass /servlet {USERS}\n{SOAP}\n"),
    web("OX128", "`retry=60` and no `connectiontimeout`", f"{TIMES} retry=5", "timeout=100 retry=60"),
    web("OX125", "The timeout of users for devices that wait for push", "timeout=1900", "timeout=100"),
    web("OX810", "SOAP closed by a `<Location>` alone", CLOSED, LOCATION),
    web("OX816", "`ProxyRequests On`", "ProxyRequests Off", "ProxyRequests On"),
    Mistake(
        "OX819",
        "A `Redirect` to HTTPS beside a `ProxyPass` of all sites",
        APACHE,
        "web1",
        SITE,
        ("        ProxyPass !\n", ""),
        "https",
    ),
    Mistake(
        "OX822",
        "`RemoteIPHeader` without `RemoteIPInternalProxy`",
        APACHE,
        "web1",
        REMOTEIP,
        ("RemoteIPInternalProxy 10.20.30.240 192.0.2.0/28\n", ""),
        "https",
    ),
    # HAProxy
    proxy("OX413", "Timeouts below the life of a pooled connection", "client 20m", "client 50s"),
    proxy("OX416", "Two servers without `backup` that take writes", f"{SECOND} backup", SECOND),
    proxy(
        "OX419",
        "Another writer than on the other hosts",
        "server db1 10.20.30.217:3306 check",
        "server db3 10.20.30.221:3306 check",
    ),
    proxy("OX421", "Servers without `check`", "default-server check port 9200", "default-server port 9200"),
    proxy("OX422", "A check that only opens a connection", HEALTH, ""),
    proxy(
        "OX425",
        "Connections that stay on a server that is down",
        " on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions",
        "",
    ),
    proxy(
        "OX431",
        "The same server twice, another one not at all",
        "db3 10.20.30.221:3306",
        "db3 10.20.30.219:3306",
    ),
    proxy("OX701", "Two listeners on one address and port", "bind 127.0.0.1:3307", "bind 127.0.0.1:3306"),
    proxy("OX916", "A `maxconn` below what the pools may open", "maxconn 1250", "maxconn 200"),
    proxy("OX704", "A port on which no server listens", "10.20.30.219:3306", "10.20.30.219:3316"),
    # The database servers
    server("OX310", "An empty `wsrep_cluster_address`", WSREP, MEMBERS, "gcomm://"),
    server("OX001", "`[ mysqld ]` with blanks", OX_CNF, "[mysqld]", "[ mysqld ]"),
    server("OX001", "A `#` in a password", WSREP, "sstuser:9TtqLs4b", "sstuser:9Ttq#Ls4b"),
    server(
        "OX316", "`innodb_autoinc_lock_mode = 1` on a Galera node", WSREP, "lock_mode = 2", "lock_mode = 1"
    ),
    server("OX322", "A misspelt key in `wsrep_provider_options`", WSREP, "evs.suspect_", "evs.suspekt_"),
    server("OX307", "Another `wsrep_cluster_name` on one node", WSREP, "name = 1m", "name = one"),
    server(
        "OX319",
        "`wsrep_node_address` of another host",
        HOST_CNF,
        "address = 10.20.30.219",
        "address = 10.20.30.221",
    ),
    server("OX341", "A donor that does not exist", HOST_CNF, "donor = db3,db1,", "donor = db4"),
    server(
        "OX007",
        "`server_id`, and `server-id` with another value below it",
        WSREP,
        "server_id = 1",
        "server_id = 1\nserver-id = 2",
    ),
    server(
        "OX210",
        "`bind_address = 127.0.0.1`",
        OX_CNF,
        "bind_address = 10.20.30.219",
        "bind_address = 127.0.0.1",
    ),
    server(
        "OX349", "Another `sql_mode` on one server", OX_CNF, "sql_mode = NO_", "sql_mode = ANSI_QUOTES,NO_"
    ),
    server(
        "OX367",
        "A state transfer by `xtrabackup-v2` on MariaDB",
        WSREP,
        "method = mariabackup",
        "method = xtrabackup-v2",
    ),
    server("OX331", "`innodb_flush_log_at_trx_commit = 0`", OX_CNF, "commit = 1", "commit = 0"),
    server(
        "OX901",
        "A buffer pool that is larger than the host's memory",
        OX_CNF,
        "pool_size = 21G",
        "pool_size = 900G",
    ),
    server(
        "OX904",
        "Fewer `max_connections` than the pools may open",
        OX_CNF,
        "connections = 2450",
        "connections = 151",
    ),
    server(
        "OX219",
        "`wait_timeout` below the life of a pooled connection",
        OX_CNF,
        "timeout = 1800",
        "timeout = 30",
    ),
    server(
        "OX207",
        "`wsrep_sync_wait = 0` while the replication monitor is off",
        WSREP,
        "sync_wait = 1",
        "sync_wait = 0",
    ),
    server(
        "OX301",
        "Master and slave with the same `server_id`",
        GTID,
        "server_id = 2",
        "server_id = 1",
        cluster="replication",
    ),
    server(
        "OX334",
        "A slave without `read_only`",
        GTID,
        "read_only = ON",
        "read_only = OFF",
        cluster="replication",
    ),
    # Floating addresses
    vrrp("OX402", "Two `virtual_router_id`s for one address", "virtual_router_id 51", "virtual_router_id 61"),
    vrrp("OX407", "Equal priorities", "priority 140", "priority 150"),
    vrrp("OX410", "A check with a `weight`, beside `nopreempt`", "    rise 2", "    weight -20\n    rise 2"),
    vrrp("OX404", "A peer that gets no adverts", "10.20.30.231\n    }", "10.20.30.233\n    }"),
    vrrp("OX813", "Another `auth_pass` on one host", "auth_pass Qe81yKdj", "auth_pass Qe81yKdi"),
    vrrp("OX434", "A floating address that belongs to a host", "10.20.30.230/24", "10.20.30.217/24"),
    # Directors
    director("OX416", "Two servers with the highest weight of the writes", "weight 2", "weight 3"),
    director("OX419", "Another writer than on the other director", "weight 3", "weight 1"),
    director("OX467", "A `real_server` without a check", CHECK, ""),
    director("OX470", "`inhibit_on_failure` beside writes", "alpha\n", "alpha\n    inhibit_on_failure\n"),
    Mistake(
        "OX458",
        "A server without the address that it is called at",
        SYSTEMD,
        "db2",
        LVS_ADDRESSES,
        ("replace 10.20.30.220/32", "replace 10.20.30.222/32"),
        "lvs",
    ),
    # The filestore
    Mistake(
        "OX504",
        "An OX host that is not among the clients",
        EXPORTS,
        "filestore1",
        "/etc/exports",
        (CLIENT, ""),
    ),
    Mistake(
        "OX513",
        "`all_squash` without `anonuid` and `anongid`",
        EXPORTS,
        "filestore1",
        "/etc/exports",
        (",anonuid=1001,anongid=1001", ""),
    ),
    Mistake(
        "OX501",
        "Another user id than the OX hosts have",
        EXPORTS,
        "filestore1",
        "/etc/exports",
        ("anonuid=1001", "anonuid=1002"),
    ),
    Mistake(
        "OX507",
        "A mount of what nobody exports",
        FINDMNT,
        "ox2",
        "/etc/fstab",
        ("223:/var/opt/filestore", "223:/var/opt/files"),
    ),
    Mistake("OX510", "`soft` for the filestore", FINDMNT, "ox2", "/etc/fstab", ("rw,hard", "rw,soft")),
    Mistake(
        "OX516",
        "OX waits for another folder than the one mounted",
        SYSTEMD,
        "ox2",
        DROP_IN,
        (GUARD, GUARD.replace("/var/opt", "/srv")),
    ),
    Mistake(
        "OX437",
        "A health check that does not answer one OX host",
        SYSTEMD,
        "db2",
        SOCKET,
        ("IPAddressAllow=10.20.30.215\n", ""),
    ),
    Mistake(
        "OX913",
        "`LimitNOFILE` below the server's `open_files_limit`",
        SYSTEMD,
        "db2",
        LIMITS,
        ("LimitNOFILE=66560", "LimitNOFILE=4096"),
    ),
    # Open-Xchange
    Mistake(
        "OX713",
        "No route for multicast",
        IFUP,
        "ox2",
        "/etc/network/interfaces",
        ("    post-up ip route replace 224.0.0.0/8 dev eth0\n", ""),
    ),
    properties(
        "OX004",
        "A key twice, with two values",
        "groupware/configdb.properties",
        "maxActive=100",
        "maxActive=100\nmaxActive=10",
    ),
    properties(
        "OX204",
        "Another configdb on one node",
        "groupware/configdb.properties",
        "3306/configdb",
        "3306/configdb2",
    ),
    properties(
        "OX213",
        "Writes to the listener for reads",
        "groupware/configdb.properties",
        "10.20.30.218:3306/configdb",
        "127.0.0.1:3306/configdb",
        cluster="replication",
    ),
    properties(
        "OX201",
        "An admin daemon that reads through the read listener",
        "admindaemon/configdb.properties",
        "3307/configdb",
        "3306/configdb",
    ),
    properties(
        "OX601", "The same `TcpListenerPort` for two caches", "groupware/cache.ccf", "=57462", "=57461"
    ),
    properties(
        "OX604",
        "Another discovery port on one node",
        "groupware/cache.ccf",
        "UdpDiscoveryPort=6780",
        "UdpDiscoveryPort=6781",
    ),
    properties(
        "OX607",
        "`TcpServers` beside discovery",
        "groupware/cache.ccf",
        "jcs.auxiliary.LTCP.attributes.UdpDiscoveryEnabled",
        "jcs.auxiliary.LTCP.attributes.TcpServers=10.20.30.213:57462\njcs.auxiliary.LTCP.attributes.UdpDiscoveryEnabled",
    ),
    properties(
        "OX119",
        "A connector that listens on localhost",
        "groupware/ajp.properties",
        "AJP_BIND_ADDR=10.20.30.215",
        "AJP_BIND_ADDR=localhost",
    ),
    properties(
        "OX707",
        "The address of another host, in a copied file",
        "groupware/ajp.properties",
        "AJP_BIND_ADDR=10.20.30.215",
        "AJP_BIND_ADDR=10.20.30.213",
    ),
)

NONSENSE = (
    web("-", "A directive that does not exist", "ProxyRequests", "ProxyRequest"),
    proxy("-", "An algorithm that does not exist", "balance roundrobin", "balance roundrobbin"),
    server("-", "A variable that does not exist", OX_CNF, "max_connections =", "max_conections ="),
    vrrp("-", "A number out of range", "virtual_router_id 51", "virtual_router_id 300"),
    Mistake("-", "An unknown word", EXPORTS, "filestore1", "/etc/exports", (",all_squash", ",all_skwash")),
    Mistake("-", "No mount point", FINDMNT, "ox2", "/etc/fstab", (" /var/opt/filestore nfs", " var nfs")),
    Mistake("-", "An unknown directive", SYSTEMD, "db2", SOCKET, ("ListenStream=9200", "ListenStraem=9200")),
    Mistake("-", "An unknown method", IFUP, "ox2", "/etc/network/interfaces", ("inet manual", "inet manuel")),
    properties(
        "-", "An escape cut short", "groupware/ajp.properties", "AJP_JVM_ROUTE=", "AJP_JVM_ROUTE=\\u00"
    ),
)
"""What each daemon does find: its silence about the others means something."""
