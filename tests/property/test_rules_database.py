"""One changed value in the files of a right cluster: the rule that claims it fires, and another spelling does not."""

import re
from collections.abc import Callable

import pytest
from attrs import evolve, frozen
from clusters_in_memory import GALERA, REPLICATION, changed, collected, file_of, right
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.deployment.units import parse_size
from oxconf.evidence import Evidence
from oxconf.report.text import show
from oxconf.rules import judge

ETC = "/opt/open-xchange/etc"
GROUPWARE, ADMINDAEMON = f"{ETC}/groupware/configdb.properties", f"{ETC}/admindaemon/configdb.properties"
CACHES = (
    f"{ETC}/groupware/cache.ccf",
    f"{ETC}/admindaemon/cache.ccf",
    f"{ETC}/groupware/sessioncache.ccf",
)
CNF = "/etc/mysql/ox.conf.d"
OX, SERVERS = ("ox1", "ox2", "ox3", "prov1"), ("db1", "db2", "db3")


def judged(text: str, host: str, path: str, edit: Callable[[str], str]) -> set[str]:
    """Return the codes that are found after one file was edited; the edit must change it."""
    evidence = changed(text, host, path, lambda file: evolve(file, text=edit(file.text)))
    return {finding.code for finding in judge(evidence)}


def line(key: str, value: str) -> Callable[[str], str]:
    """Return an edit that gives a key of a properties or option file another value."""
    pattern = re.compile(rf"^({re.escape(key)} ?= ?).*$", re.MULTILINE)
    return lambda text: pattern.sub(lambda match: match[1] + value, text, count=1)


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@frozen
class Mistake:
    """A change of one file of one of several hosts, and the rule that must find it."""

    code: str
    cluster: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    edit: Callable[[str], str]


def mistakes() -> list[Mistake]:
    def galera(code: str, path: str, edit: Callable[[str], str]) -> Mistake:
        return Mistake(code, GALERA, SERVERS, (f"{CNF}/{path}",), edit)

    def replication(code: str, hosts: tuple[str, ...], edit: Callable[[str], str]) -> Mistake:
        return Mistake(code, REPLICATION, hosts, (f"{CNF}/gtid.cnf",), edit)

    ltcp = "attributes.{}=".format
    return [
        galera("OX001", "ox.cnf", replaced("[mysqld]", "[ mysqld ]")),
        Mistake("OX001", GALERA, OX, (GROUPWARE,), line("readUrl", "jdbc:mysql:loadbalance://a,b/configdb")),
        Mistake(
            "OX004", GALERA, OX, CACHES, lambda text: f"{text}jcs.auxiliary.LTCP=x\njcs.auxiliary.LTCP=y\n"
        ),
        galera(
            "OX007", "wsrep.cnf", lambda text: f"{text}innodb-autoinc-lock-mode = 2\nwsrep_sync_wait = 3\n"
        ),
        Mistake("OX201", GALERA, OX, (ADMINDAEMON,), line("readUrl", "jdbc:mysql://127.0.0.1:3306/configdb")),
        Mistake("OX201", GALERA, OX, (ADMINDAEMON,), line("writeOnly", "false")),
        Mistake("OX204", GALERA, OX, (GROUPWARE,), line("readUrl", "jdbc:mysql://127.0.0.1:3306/test")),
        Mistake("OX204", GALERA, OX, (GROUPWARE,), line("writeUrl", "jdbc:mysql://10.20.30.219/configdb")),
        galera("OX207", "wsrep.cnf", line("wsrep_sync_wait", "0")),
        Mistake(
            "OX207",
            REPLICATION,
            OX,
            (GROUPWARE,),
            line("com.openexchange.database.replicationMonitor", "false"),
        ),
        galera("OX210", "ox.cnf", line("bind_address", "127.0.0.1")),
        replication("OX213", ("db1",), line("read_only", "1")),
        Mistake(
            "OX216", GALERA, OX, (GROUPWARE,), line("com.openexchange.database.replicationMonitor", "true")
        ),
        replication("OX301", ("db2",), line("server_id", "1")),
        replication("OX301", ("db2", "db3"), lambda text: re.sub(r"server_id = \d\n", "", text)),
        galera("OX304", "wsrep.cnf", lambda text: f"{text}log_slave_updates\nserver-id = 7\n"),
        galera("OX307", "wsrep.cnf", line("wsrep_cluster_name", "1M")),
        galera("OX310", "wsrep.cnf", line("wsrep_cluster_address", "gcomm://")),
        galera(
            "OX310",
            "wsrep.cnf",
            line("wsrep_cluster_address", "gcomm://10.20.30.217,10.20.30.219,10.20.30.220"),
        ),
        galera("OX313", "wsrep.cnf", line("binlog_format", "STATEMENT")),
        galera("OX316", "wsrep.cnf", line("innodb_autoinc_lock_mode", "1")),
        galera("OX319", "host.cnf", line("wsrep_node_address", "10.20.30.218")),
        galera("OX322", "wsrep.cnf", replaced("gcache.size", "gcache.sizes")),
        galera("OX322", "wsrep.cnf", replaced("evs.keepalive_period=PT0.3S; ", "")),
        galera("OX325", "wsrep.cnf", line("wsrep_sst_method", "rsync")),
        galera("OX331", "ox.cnf", line("innodb_flush_log_at_trx_commit", "0")),
        replication("OX334", ("db2", "db3"), line("read_only", "OFF")),
        replication("OX337", SERVERS, line("log_slave_updates", "OFF")),
        replication("OX337", SERVERS, replaced("log_slave_updates = ON\n", "")),
        Mistake("OX340", GALERA, ("db2", "db3"), (f"{CNF}/host.cnf",), line("wsrep_sst_donor", "db1,")),
        Mistake("OX343", GALERA, ("db2", "db3"), (f"{CNF}/host.cnf",), line("wsrep_node_name", "db1")),
        galera("OX346", "wsrep.cnf", line("wsrep_on", "OFF")),
        Mistake(
            "OX501", GALERA, (*OX, "filestore1"), ("/etc/sysusers.d/oxconf.conf",), replaced("1001", "1002")
        ),
        Mistake(
            "OX501", GALERA, ("filestore1",), ("/etc/exports",), replaced("anonuid=1001", "anonuid=1002")
        ),
        Mistake(
            "OX504", GALERA, ("filestore1",), ("/etc/exports",), replaced("10.20.30.215(", "10.20.30.214(")
        ),
        Mistake("OX504", GALERA, ("filestore1",), ("/etc/exports",), replaced("(rw,", "(ro,")),
        Mistake("OX507", GALERA, OX, ("/etc/fstab",), replaced(":/var/opt/filestore", ":/var/opt/files")),
        Mistake("OX510", GALERA, OX, ("/etc/fstab",), replaced("hard", "soft")),
        Mistake("OX513", GALERA, ("filestore1",), ("/etc/exports",), replaced(",anonuid=1001", "")),
        Mistake("OX516", GALERA, OX, ("/etc/fstab",), replaced(" /var/opt/filestore", " /srv/filestore")),
        Mistake(
            "OX601",
            GALERA,
            OX,
            CACHES[1:2],
            replaced(ltcp("TcpListenerPort") + "57461", "attributes.TcpListenerPort=57462"),
        ),
        Mistake("OX604", GALERA, OX, CACHES, replaced("UdpDiscoveryPort=6780", "UdpDiscoveryPort=6781")),
        Mistake("OX604", GALERA, OX, CACHES, replaced("224.0.0.1", "224.0.0.2")),
        Mistake(
            "OX607", GALERA, OX, CACHES, replaced("UdpDiscoveryEnabled=true", "UdpDiscoveryEnabled=false")
        ),
        galera("OX901", "ox.cnf", line("innodb_buffer_pool_size", "40G")),
        Mistake(
            "OX901",
            GALERA,
            OX,
            ("/usr/local/sbin/oxconf-oxinstaller",),
            replaced("--servermemory=", "--servermemory=9"),
        ),
        galera("OX902", "ox.cnf", line("innodb_buffer_pool_size", "26G")),
        galera("OX904", "ox.cnf", line("max_connections", "500")),
    ]


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.code)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_a_changed_value_is_found(mistake: Mistake, data: st.DataObject) -> None:
    host = data.draw(st.sampled_from(mistake.hosts), label="host")
    path = data.draw(st.sampled_from(mistake.paths), label="path")

    assert mistake.code in judged(mistake.cluster, host, path, mistake.edit)


@settings(max_examples=20, deadline=None)
@given(
    port=st.integers(1024, 65535).filter(lambda port: port not in (57461, 57462, 57463)),
    host=st.sampled_from(OX),
)
def test_any_other_port_of_a_cache_is_right(port: int, host: str) -> None:
    """The near miss of OX601: the ports of a host must differ, and nothing else about them matters to the caches."""
    found = judged(GALERA, host, CACHES[2], replaced("TcpListenerPort=57463", f"TcpListenerPort={port}"))

    assert not {code for code in found if code.startswith("OX6")}


SWITCHES = {"ON": ("on", "1", "TRUE", "true", "'ON'"), "OFF": ("off", "0", "FALSE")}


@st.composite
def respelt(draw: st.DrawFn, text: str) -> str:
    """Return an option file that means the same: other spellings of names, switches and sizes, other blanks."""
    lines = []
    for each in text.splitlines():
        key, equals, value = each.partition(" = ")
        if equals and not each.startswith("#"):
            key = key.replace("_", "-") if draw(st.booleans()) else key
            value = draw(st.sampled_from(SWITCHES.get(value, (value,))))
            if re.fullmatch(r"\d+[GM]", value) and draw(st.booleans()):
                value = str(parse_size(value))
            each = draw(st.sampled_from(["{}={}", "  {} =  {}", "{}\t= {}  # why", "loose_{} = {}"])).format(
                key, value
            )
        lines.append(each)
    return "\r\n".join(lines) + "\n" if draw(st.booleans()) else "\n".join(lines)


@settings(max_examples=40, deadline=None)
@given(
    cluster=st.sampled_from([GALERA, REPLICATION]),
    host=st.sampled_from(SERVERS),
    data=st.data(),
)
def test_another_spelling_is_right(cluster: str, host: str, data: st.DataObject) -> None:
    (files,) = [each.files for each in right(cluster).hosts if each.name == host]
    path = data.draw(st.sampled_from([path for path in files if path.startswith(CNF)]), label="path")
    other = data.draw(respelt(file_of(cluster, host, path).text))

    assert judged(cluster, host, path, lambda _: f"{other}\n") == set()


@settings(max_examples=60, deadline=None)
@given(cluster=st.sampled_from([GALERA, REPLICATION]), data=st.data())
def test_what_is_missing_is_not_judged(cluster: str, data: st.DataObject) -> None:
    """Any part of a right cluster's files, without a word about the rest, has no finding."""
    parts = []
    for host in map(collected, right(cluster).hosts):
        size = len(host.files)
        kept = data.draw(st.lists(st.booleans(), min_size=size, max_size=size), label=host.name)
        files = tuple(file for file, keep in zip(host.files, kept, strict=True) if keep)
        if files:
            parts.append(evolve(host, files=files, complete=False))

    assert show(judge(Evidence(tuple(parts), right(cluster).cluster))) == ""


def test_the_clusters_themselves_have_no_finding() -> None:
    for text in (GALERA, REPLICATION):
        assert show(judge(right(text))) == ""
