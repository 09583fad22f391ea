"""HAProxy listeners that lead to listeners of the same HAProxy, by examples."""

import pytest

from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.facts import Facts
from oxconf.rules import judge
from oxconf.rules._chains import chain, servers_behind

CHECKED = "check port 9200 on-marked-down shutdown-sessions"
FIRST = f"{CHECKED} on-marked-up shutdown-backup-sessions"


def haproxy(**listeners: tuple[int, list[str]]) -> str:
    return "defaults\n mode tcp\n timeout connect 1s\n timeout client 20m\n timeout server 20m\n" + "".join(
        f"listen {name}\n bind 127.0.0.1:{port}\n option httpchk\n"
        + "".join(f" server {words}\n" for words in servers)
        for name, (port, servers) in listeners.items()
    )


def behind(text: str) -> list[str]:
    """The servers behind the first listener; a backup's name is in brackets, one that is off has a minus sign."""
    proxy = HaproxyCfg.parse(text)
    found = servers_behind(proxy, proxy.listeners[0])
    names = [f"({server.name})" if server.backup else server.name for server in found]
    return [f"-{name}" if server.disabled else name for name, server in zip(names, found, strict=True)]


def found(text: str) -> list[tuple[str, str]]:
    urls = "readUrl=jdbc:mysql://127.0.0.1:3307/configdb\nwriteUrl=jdbc:mysql://127.0.0.1:3307/configdb\n"
    files = (File(HaproxyCfg.path, text), File(GroupwareConfigdb.path, urls))
    ox1 = HostFiles(name="ox1", facts=Facts(addresses=("10.20.30.213",)), files=files)
    return [(finding.code, finding.message) for finding in judge(Evidence((ox1,)))]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "localhost:1", "ipv4@127.0.0.1:1"])
def test_behind_a_backup_all_are_backups(address: str) -> None:
    text = haproxy(
        w=(3307, ["a 10.0.0.1:3306", f"next {address} backup"]),
        x=(1, ["b 10.0.0.2:3306", "c 10.0.0.3:3306 backup"]),
    )
    assert behind(text) == ["a", "(b)", "(c)"]


def test_the_order_is_the_one_in_which_they_take_over() -> None:
    text = haproxy(
        w=(3307, ["next 127.0.0.1:1 backup", "a 10.0.0.1:3306"]),
        x=(1, ["c 10.0.0.3:3306 backup", "b 10.0.0.2:3306"]),
    )
    assert behind(text) == ["(b)", "(c)", "a"]


def test_what_is_switched_off_leads_nowhere() -> None:
    text = haproxy(w=(3307, ["a 10.0.0.1:3306", "next 127.0.0.1:1 weight 0"]), x=(1, ["b 10.0.0.2:3306"]))
    assert behind(text) == ["a", "-b"]


@pytest.mark.parametrize("address", ["127.0.0.1:2", "127.0.0.1", "10.0.0.9:1"])
def test_another_port_or_address_is_a_server(address: str) -> None:
    assert behind(haproxy(w=(3307, [f"next {address}"]), x=(1, ["b 10.0.0.2:3306"]))) == ["next"]


def test_a_circle_ends() -> None:
    text = haproxy(
        w=(3307, ["a 10.0.0.1:3306", "x 127.0.0.1:1"]), x=(1, ["w 127.0.0.1:3307", "b 10.0.0.2:3306"])
    )
    proxy = HaproxyCfg.parse(text)
    assert [listener.name for listener in chain(proxy, proxy.listeners[0])] == ["w", "x"]
    assert behind(text) == ["a", "b"]
    assert behind(haproxy(w=(3307, ["w 127.0.0.1:3307"]))) == []
    assert "OX419" not in dict(found(haproxy(w=(3307, ["w 127.0.0.1:3307"]))))


def test_a_chain_is_no_finding() -> None:
    text = haproxy(
        w=(3307, [f"a 10.0.0.1:3306 {FIRST}", "next 127.0.0.1:1 backup"]),
        x=(1, [f"b 10.0.0.2:3306 {FIRST}", f"c 10.0.0.3:3306 {CHECKED} backup"]),
    )
    assert found(text) == []


@pytest.mark.parametrize(
    ("first", "second", "code", "message"),
    [
        (" backup", "", "OX416", 'the listener "x" of ox1 spreads writes over b and c'),
        ("", " backup", "OX416", 'the listener "w" of ox1 spreads writes over a and next'),
    ],
)
def test_every_listener_of_the_chain_has_one_active_server(
    first: str, second: str, code: str, message: str
) -> None:
    text = haproxy(
        w=(3307, [f"a 10.0.0.1:3306 {FIRST}", f"next 127.0.0.1:1{first}"]),
        x=(1, [f"b 10.0.0.2:3306 {FIRST}", f"c 10.0.0.3:3306 {FIRST}{second}"]),
    )
    assert found(text) == [(code, message)]


def test_a_chain_of_three_servers_at_its_end_has_two_backups_there() -> None:
    text = haproxy(
        w=(3307, [f"a 10.0.0.1:3306 {FIRST}", "next 127.0.0.1:1 backup"]),
        x=(1, [f"b 10.0.0.2:3306 {FIRST}", *(f"{n} 10.0.0.{n}:3306 {CHECKED} backup" for n in (3, 4))]),
    )
    assert found(text) == [
        ("OX426", 'the listener "x" of ox1 leaves connections on 4 when 3 is back and takes the new ones')
    ]


def test_a_server_at_the_end_of_a_chain_is_checked_as_well() -> None:
    text = haproxy(
        w=(3307, [f"a 10.0.0.1:3306 {FIRST}", "next 127.0.0.1:1 backup"]),
        x=(1, [f"b 10.0.0.2:3306 {FIRST}", "c 10.0.0.3:3306 on-marked-down shutdown-sessions backup"]),
    )
    assert found(text) == [("OX421", 'the listener "x" of ox1 never checks c')]
