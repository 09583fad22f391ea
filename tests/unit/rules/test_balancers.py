"""What the rules of HAProxy's limits and times, and of the write address, make of odd files, by examples."""

import pytest

from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.write_address import UNIT, WriteAddress
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import Facts
from oxconf.rules import judge
from oxconf.rules.ox428_dead_server_kept import until_down

URLS = "readUrl=jdbc:mysql://127.0.0.1:3306/configdb\nwriteUrl=jdbc:mysql://127.0.0.1:3306/configdb\n"


def codes(files: dict[str, str], **databases: str) -> dict[str, str]:
    """Return code and message of what is found on an OX host and on databases with a write address each."""
    ox1 = HostFiles(
        name="ox1",
        facts=Facts(addresses=("10.20.30.213",)),
        files=tuple(File(path, text) for path, text in files.items()),
        complete=True,
    )
    servers = [
        HostFiles(
            name=name,
            facts=Facts(addresses=(f"10.20.30.{217 + number}",)),
            files=(
                File("/etc/mysql/ox.conf.d/ox.cnf", "[mysqld]\nbind_address = *\n"),
                File(
                    WriteAddress.path, f"[Service]\nExecStart=/bin/ip address replace {address}/32 dev eth0\n"
                ),
            ),
            complete=True,
        )
        for number, (name, address) in enumerate(databases.items())
    ]
    return {finding.code: finding.message for finding in judge(Evidence((ox1, *servers)))}


def haproxy(head: str, listener: str = "") -> str:
    return (
        f"{head}defaults\n mode tcp\n timeout connect 1s\n timeout client 20m\n timeout server 20m\n"
        f"frontend a\n bind 127.0.0.1:3306\n default_backend b\n{listener}"
        "backend b\n option httpchk\n server db1 10.20.30.217:3306 check port 9200 on-marked-down shutdown-sessions\n"
    )


@pytest.mark.parametrize(
    ("words", "milliseconds"),
    [
        ("check", 6000),
        ("check inter 1s", 3000),
        ("check inter 1s fall 2", 2000),
        ("check inter 1s fastinter 200ms fall 2", 1200),
        ("check inter 30s fall 1", 30_000),
        # HAProxy looks after a dead server by this one, and not for it.
        ("check inter 1s downinter 1h fall 2", 2000),
    ],
)
def test_how_long_a_dead_server_is_kept(words: str, milliseconds: int) -> None:
    (listener,) = HaproxyCfg.parse(f"listen a\n bind :1\n server x 10.0.0.1:3306 {words}\n").listeners

    assert until_down(listener.servers[0]) == milliseconds


@pytest.mark.parametrize(
    ("wait", "fall", "late"),
    # Asked each second: what is out within three seconds is quick enough for the shortest maxWait.
    [(500, 3, False), (500, 4, True), (3500, 3, False), (3500, 4, True), (4000, 4, False)],
)
def test_a_dead_server_is_kept_for_longer_than_a_request_waits(wait: int, fall: int, *, late: bool) -> None:
    check = haproxy("").replace("check port 9200", f"check port 9200 inter 1s fall {fall}")
    files = {HaproxyCfg.path: check, GroupwareConfigdb.path: f"{URLS}maxWait={wait}\n"}

    assert ("OX428" in codes(files)) is late


@pytest.mark.parametrize(
    ("head", "listener", "message"),
    [
        ("", "", None),
        ("global\n maxconn 400\n", "", None),
        (
            "global\n maxconn 399\n",
            "",
            "399 connections for all listeners together, but the pools may open 400",
        ),
        ("", " maxconn 400\n", None),
        ("", " maxconn 399\n", '399 connections for the listener "a", but the pools may open 400'),
        ("defaults\n maxconn 10\n", "", None),
        ("", " maxconn $MOST\n", None),
    ],
)
def test_connections_that_haproxy_takes(head: str, listener: str, message: str | None) -> None:
    files = {HaproxyCfg.path: haproxy(head, listener), GroupwareConfigdb.path: f"{URLS}maxActive=100\n"}

    assert codes(files).get("OX916") == (f"HAProxy on ox1 takes {message}" if message else None)


def test_a_process_that_only_writes_has_no_pools_for_reads() -> None:
    files = {
        HaproxyCfg.path: haproxy("global\n maxconn 200\n"),
        AdmindaemonConfigdb.path: f"{URLS}maxActive=100\nwriteOnly=true\n",
    }

    assert "OX916" not in codes(files)
    files[AdmindaemonConfigdb.path] = f"{URLS}maxActive=100\nwriteOnly=false\n"
    assert "OX916" in codes(files)


CALLED = "readUrl=jdbc:mysql://10.20.30.230/configdb\nwriteUrl=jdbc:mysql://{}/configdb\n"


def test_a_write_address_that_nobody_holds_is_one_finding() -> None:
    here = {GroupwareConfigdb.path: CALLED.format("10.20.30.230")}

    assert codes(here, db1="10.20.30.230", db2="10.20.30.230").keys() == set()
    assert codes(here, db1="10.20.30.230", db2="10.20.30.231").keys() == {"OX443"}
    assert codes(here, db1="10.20.30.231", db2="10.20.30.231").keys() == {"OX704"}


def test_a_name_may_be_the_write_address() -> None:
    here = {GroupwareConfigdb.path: CALLED.format("ox-write")}

    assert "OX443" not in codes(here, db1="10.20.30.230", db2="10.20.30.231")


def test_the_unit_of_two_addresses_is_switched_on_on_two_hosts() -> None:
    def host(name: str, address: str) -> HostFiles:
        text = (
            f"[Service]\nExecStart=/bin/ip address replace {address}/32 dev eth0\n"
            "[Install]\nWantedBy=multi-user.target\n"
        )
        return HostFiles(name=name, files=(File(WriteAddress.path, text),), enabled=(UNIT,))

    def found(*hosts: HostFiles) -> set[str]:
        return {finding.code for finding in judge(Evidence(hosts))}

    assert found(host("db1", "10.0.0.1"), host("db2", "10.0.0.1")) == {"OX440"}
    assert found(host("db1", "10.0.0.1"), host("db2", "10.0.0.2")) == set()
