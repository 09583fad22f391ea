"""A line that is gone is found where it hurts; one that nobody can know of, or that is not missed, is not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from clusters_in_memory import GALERA, REPLICATION, changed, collected, file_of, right

from oxconf.evidence import Evidence, File, HostEvidence
from oxconf.report.text import show
from oxconf.rules import Finding, judge

ETC = "/opt/open-xchange/etc"
GROUPWARE = f"{ETC}/groupware/configdb.properties"
CACHE = f"{ETC}/groupware/cache.ccf"
CNF = "/etc/mysql/ox.conf.d"
WSREP, HOST_CNF, GTID = (f"{CNF}/{name}.cnf" for name in ("wsrep", "host", "gtid"))
GUARD = "/etc/systemd/system/open-xchange.service.d/oxconf-filestore.conf"
SOCKET = "/etc/systemd/system/clustercheck.socket"
PROXY = "/etc/apache2/conf-available/proxy_ajp.conf"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
ACCOUNT = "/etc/mysql/clustercheck.cnf"
INSTALLER = "/usr/local/sbin/oxconf-oxinstaller"
INTERFACES = "/etc/network/interfaces"
PXC = Path(__file__, "../../../clusters/deployments/1m-pxc57.toml").resolve().read_text("utf-8")
SHARED = """
tier = "1m"
name = "shared"
mailboxes = 4
[web]
access = "none"
[[hosts]]
name = "n1"
address = "10.20.30.1"
roles = ["database", "groupware", "web", "filestore"]
memory = "64G"
cores = 4
[[hosts]]
name = "n2"
address = "10.20.30.2"
roles = ["database"]
memory = "64G"
cores = 4
[[hosts]]
name = "n3"
address = "10.20.30.3"
roles = ["database"]
memory = "64G"
cores = 4
[database]
read_port = 3310
"""


def without(pattern: str, value: str = "") -> Callable[[File], File]:
    """Return an edit: the first line that the pattern finds is gone, or another one."""

    def edit(file: File) -> File:
        return evolve(file, text=re.sub(pattern, value, file.text, count=1, flags=re.MULTILINE))

    return edit


def found(cluster: str, host: str, path: str, edit: Callable[[File], File]) -> list[Finding]:
    usual = judge(right(cluster))
    return [finding for finding in judge(changed(cluster, host, path, edit)) if finding not in usual]


def incomplete(evidence: Evidence, name: str) -> Evidence:
    """Return the cluster with one host of which files may be missing."""
    less = Evidence((), evidence.cluster)
    less.hosts = tuple(
        HostEvidence(evolve(collected(host), complete=False)) if host.name == name else host
        for host in evidence.hosts
    )
    return less


@pytest.mark.parametrize("name", ["wsrep_on", "binlog_format", "innodb_autoinc_lock_mode", "wsrep_cluster_address",
                                  "wsrep_sst_method", "wsrep_sst_auth"])  # fmt: skip
def test_what_one_node_lacks_is_one_finding_where_all_its_files_are_known(name: str) -> None:
    evidence = changed(GALERA, "db2", WSREP, without(rf"^{name} = .*\n"))

    assert len(judge(evidence)) == 1
    assert show(judge(incomplete(evidence, "db2"))) == ""


@pytest.mark.parametrize("name", ["binlog_format", "innodb_autoinc_lock_mode", "wsrep_sst_method"])
def test_the_defaults_of_percona_are_not_judged(name: str) -> None:
    assert found(PXC, "db2", WSREP, without(rf"^{name} = .*\n")) == []


def test_a_slave_without_any_log_is_one_finding() -> None:
    (finding,) = found(
        REPLICATION, "db2", GTID, without(r"^log_(bin|slave_updates) = .*\n(?:.*\n)*?log_slave_updates.*\n")
    )

    assert finding.code == "OX337"
    assert "log_bin" in finding.message


@pytest.mark.parametrize(
    "groups",
    ["[mysqld]\n[mysqldump]\nquick", "[mariadb-10.11]", "[mysqld]\n[mysqldx]", "[mysqld@db2]", "[mysqldump]"],
)
def test_groups_of_others_are_no_spelling_mistakes(groups: str) -> None:
    codes = {finding.code for finding in found(GALERA, "db2", HOST_CNF, without(r"^\[mysqld\]", groups))}

    assert "OX001" not in codes


@pytest.mark.parametrize(
    ("path", "pattern", "value"),
    [
        (GROUPWARE, r"^readProperty\.1=.*\nreadProperty\.2=.*\n", ""),
        (GROUPWARE, r"^(readUrl=.*configdb)\n((?:.*\n)*?)readProperty\.2=.*\n", r"\1?password=other\n\2"),
        (f"{ETC}/admindaemon/configdb.properties", r"^readProperty\.2=.*\n", ""),
        ("/etc/fstab", ",_netdev", ""),
        ("/etc/fstab", r"^(\S+:\S+ )(\S+) nfs .*", r"/dev/sdb1 \2 xfs defaults 0 0"),
        (GUARD, r"^RequiresMountsFor=.*", "RequiresMountsFor=/var/opt/filestore/1_ctx_store /srv"),
        (INSTALLER, r"--configdb-readhost=\S+", "--configdb-readhost=localhost"),
        (INSTALLER, r"--configdb-writehost=\S+", "--configdb-writehost=db.example.com"),
        (INTERFACES, r"^iface eth0 ", "iface eth0:1 "),
        (CACHE, r"^jcs\.region\.OXFolderCache[.=].*\n(jcs\.region\.OXFolderCache.*\n)*", ""),
    ],
)  # fmt: skip
def test_what_an_ox_host_does_without(path: str, pattern: str, value: str) -> None:
    assert show(found(GALERA, "ox1", path, without(pattern, value))) == ""


def test_users_of_the_database() -> None:
    """Reads may have an account of their own, and so may each node."""

    def other(pattern: str) -> Callable[[File], File]:
        return lambda file: evolve(file, text=re.sub(pattern, r"\1nobody", file.text))

    everywhere = Evidence((), right(GALERA).cluster)
    everywhere.hosts = tuple(
        HostEvidence(evolve(collected(host), files=tuple(map(other(r"((?:Property\.1=user|configdb-user)=)\w+"),
                                                             host.files.values()))))
        if host.name == "ox2" else host for host in right(GALERA).hosts
    )  # fmt: skip

    assert show(judge(everywhere)) == ""
    assert [each.code for each in found(GALERA, "ox2", GROUPWARE, other(r"(readProperty\.1=user=)\w+"))] == [
        "OX204"
    ]


def test_accounts_of_the_health_check() -> None:
    """Galera copies accounts: another one may be there with its own password."""
    own = without(r"^user = .*\npassword = .*", "user = other\npassword = other-password")

    assert found(GALERA, "db2", ACCOUNT, own) == []
    assert [each.code for each in found(GALERA, "db2", ACCOUNT, without(r"^user = .*\n"))] == ["OX813"]
    assert [each.code for each in found(GALERA, "db2", ACCOUNT, without(r"^password = .*\n"))] == ["OX813"]


def test_root_has_one_password_on_all_nodes_of_galera() -> None:
    other = without(r"^password = .*", "password = other-password")

    (finding,) = found(GALERA, "db2", "/root/.my.cnf", other)
    assert finding.code == "OX813"
    assert finding.message == "db2 has another password for the database user root than db1"
    assert found(REPLICATION, "db2", "/root/.my.cnf", other) == []


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        (r"^ProxyPass /ajax .*", "ProxyPass /ajax/ balancer://oxcluster/ajax/"),
        (r"^(ProxyPass /ajax .*)", r"ProxyPass /ajax/internal !\n\1"),
        (r"^(ProxyPass /ajax .*)", r"\1\nProxyPass /ajax/login balancer://oxcluster/ajax/login"),
    ],
)
def test_web_servers_that_pass_the_same(pattern: str, value: str) -> None:
    assert show(found(GALERA, "web1", PROXY, without(pattern, value))) == ""


def test_web_servers_with_addresses_of_their_own_pass_what_they_like() -> None:
    evidence = changed(GALERA, "web1", PROXY, without(r"^ProxyPass /webservices .*\n"))
    apart = Evidence((), evidence.cluster)
    apart.hosts = tuple(
        HostEvidence(
            evolve(
                collected(host),
                files=tuple(file for file in host.files.values() if file.path != KEEPALIVED),
            )
        )
        for host in evidence.hosts
    )

    assert [finding.code for finding in judge(evidence)] == ["OX113"]
    assert show(judge(apart)) == ""


@pytest.mark.parametrize("prefix", ["", "/32", "/24"])
def test_an_address_without_a_network_is_right_everywhere(prefix: str) -> None:
    edit = without(r"(?<=10\.20\.30\.230)/24(?= dev)", prefix)
    if edit(file_of(GALERA, "web1", KEEPALIVED)) == file_of(GALERA, "web1", KEEPALIVED):
        edit = without(r"\Z", "# nothing else\n")

    assert show(found(GALERA, "web1", KEEPALIVED, edit)) == ""


def test_a_connector_without_an_address_is_one_finding() -> None:
    path = f"{ETC}/groupware/ajp.properties"
    (finding,) = found(GALERA, "ox2", path, without(r"^AJP_BIND_ADDR=.*\n"))

    assert finding.code == "OX119"
    assert "web1 and web2 call 10.20.30.215" in finding.message


def test_a_haproxy_asks_its_own_host_from_the_address_that_it_calls() -> None:
    refused = found(SHARED, "n1", SOCKET, without(r"^IPAddressAllow=10\.20\.30\.1\n"))

    assert [finding.message for finding in refused] == [
        "n1 does not answer its own health check (10.20.30.1)"
    ]
    assert found(SHARED, "n1", SOCKET, without(r"^IPAddressAllow=localhost\n")) == []
