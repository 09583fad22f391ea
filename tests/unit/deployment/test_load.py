"""Examples for loading: tiers, computed defaults, where values come from, and texts that are hard to read."""

import subprocess
import sys
import tomllib
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from oxconf.deployment.load import TIERS, load_text
from oxconf.deployment.mistakes import ClusterError, InputError
from oxconf.deployment.model import DatabaseAccess, LoginType, Mode, ReadPolicy, Role
from oxconf.deployment.origin import Mark
from oxconf.deployment.writer import to_toml


def message_of(text: str, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        load_text(text, **options)
    return str(caught.value)


def test_the_tier_of_the_tutorial() -> None:
    cluster = load_text("", tier="1m")
    assert [
        (host.name, str(host.address), host.memory >> 30, host.cores, host.route) for host in cluster.hosts
    ] == [
        ("ox1", "10.20.30.213", 32, 8, "OX1"),
        ("ox2", "10.20.30.215", 32, 8, "OX2"),
        ("ox3", "10.20.30.216", 32, 8, "OX3"),
        ("db1", "10.20.30.217", 32, 8, None),
        ("db2", "10.20.30.219", 32, 8, None),
        ("db3", "10.20.30.221", 32, 8, None),
        ("filestore1", "10.20.30.223", 16, 4, None),
        ("prov1", "10.20.30.225", 16, 4, "OX4"),
        ("web1", "10.20.30.231", 8, 4, None),
        ("web2", "10.20.30.232", 8, 4, None),
    ]
    assert cluster.network.cidr == IPv4Network("10.20.30.0/24")
    assert cluster.network.interface == "eth0"
    assert cluster.web.address == IPv4Address("10.20.30.230")
    assert (cluster.filestore.uid, cluster.filestore.gid) == (1001, 1001)
    assert (cluster.database.flavour.value, cluster.database.version) == ("mariadb", "10.11")
    assert cluster.database.writer == "db1"
    assert cluster.database.access is DatabaseAccess.HAPROXY
    assert cluster.database.read_policy is ReadPolicy.ROUND_ROBIN_CAUSAL
    assert cluster.mail.login_type is LoginType.USER


def test_small_tiers() -> None:
    poc = load_text("", tier="poc")
    assert [host.name for host in poc.hosts] == ["ox1"]
    assert poc.database.access is DatabaseAccess.DIRECT
    assert poc.database.read_policy is ReadPolicy.WRITE_ADDRESS
    assert len(load_text("", tier="100k").with_role(Role.DATABASE)) == 3


def test_tables_merge_and_lists_replace() -> None:
    cluster = load_text(
        """
        tier = "poc"
        soap.allow = ["10.1.0.0/16"]
        network.interface = "ens3"

        [[hosts]]
        name = "one"
        address = "10.20.30.1"
        roles = ["groupware", "database", "web", "filestore"]
        memory = "16G"
        cores = 8
        """
    )
    assert [host.name for host in cluster.hosts] == ["one"]
    assert cluster.soap.allow == (IPv4Network("10.1.0.0/16"),)
    assert cluster.network.interface == "ens3"
    assert cluster.network.multicast_port == 6780
    assert cluster.database.writer == "one"


def test_replication_needs_one_line_only() -> None:
    cluster = load_text('tier = "1m"\n[database]\nmode = "replication"\n')
    assert cluster.database.mode is Mode.REPLICATION
    assert cluster.database.read_policy is ReadPolicy.ROUND_ROBIN_MONITOR
    assert cluster.database.writer == "db1"
    assert cluster.database.write_address == IPv4Address("10.20.30.218")


def test_routes_take_the_next_free_number() -> None:
    hosts = ""
    for number, route in enumerate(["", 'route = "ox2"', "", 'route = "blue"', ""], start=1):
        hosts += f"""
            [[hosts]]
            name = "n{number}"
            address = "10.20.30.{number}"
            roles = ["groupware"{', "database", "web", "filestore"' if number == 1 else ""}]
            memory = "8G"
            cores = 4
            {route}
            """
    cluster = load_text(f'tier = "poc"\n{hosts}')
    assert [host.route for host in cluster.hosts] == ["OX1", "ox2", "OX3", "blue", "OX4"]
    assert {host.load_factor for host in cluster.hosts} == {50}


def test_a_network_needs_no_addresses_that_nobody_uses() -> None:
    # Galera behind HAProxy has no use for the tier's write address, which is outside of this network.
    text = to_toml(load_text("", tier="1m")).replace("10.20.30.", "10.20.31.").replace("31.218", "30.218")
    assert str(load_text(text).database.write_address) == "10.20.30.218"


def test_tier_by_option_by_file_and_by_both() -> None:
    assert load_text("mailboxes = 5", tier="poc").tier == "poc"
    assert load_text('tier = "poc"', tier="poc").tier == "poc"
    assert message_of('# a\ntier = "1m"\n', tier="poc") == (
        'cluster.toml:2:8: the file says tier "1m" beside --tier poc\n'
        '    tier = "1m"\n'
        "           ^\n"
        "    leave one of them out"
    )
    assert message_of("mailboxes = 5", tier="1M") == 'tier "1M" is not known; did you mean "1m"?'
    assert message_of("", tier="2m") == 'tier "2m" is not known; known: poc, 100k, 1m'


@pytest.mark.parametrize("text", ["", "\n", " \t\r\n\n"])
def test_empty(text: str) -> None:
    assert message_of(text) == (
        'cluster.toml: is empty; it takes at least a line tier = "1m" (poc, 100k and 1m are known)'
    )


def test_the_name_of_the_file_is_shown() -> None:
    assert message_of("x", name="conf/a.toml").startswith("conf/a.toml:1:2: not valid TOML: a key needs =")
    assert message_of("\ntier = 5", name="conf/a.toml").startswith("conf/a.toml:2:8: tier must be a string")


def test_origins() -> None:
    text = """\
tier = "1m"
[database]
mode = "replication"
[soap]
allow = [
  "10.0.0.1",
]
"""
    cluster = load_text(text, name="conf/cluster.toml")
    mode = cluster.origin("database", "mode")
    assert (mode.mark, mode.place, mode.why) == (Mark.CLUSTER, "conf/cluster.toml:3", "set in cluster.toml")
    assert cluster.origin("soap", "allow").place == "conf/cluster.toml:5"
    assert cluster.origin("hosts", 0, "memory").mark is Mark.TUTORIAL
    assert cluster.origin("database", "pool", "max_active").mark is Mark.SOURCE
    assert cluster.origin("hosts", 7, "route").mark is Mark.OURS
    assert cluster.origin("database", "read_policy").mark is Mark.TUTORIAL


@pytest.mark.parametrize("tier", TIERS)
def test_every_value_has_an_origin(tier: str) -> None:
    cluster = load_text("", tier=tier)

    def leaves(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
        if isinstance(tree, dict):
            return [leaf for name, value in tree.items() for leaf in leaves(value, (*path, name))]
        if path == ("hosts",):
            return [leaf for index, host in enumerate(tree) for leaf in leaves(host, (*path, index))]
        return [path]

    said = leaves(tomllib.loads(to_toml(cluster)))
    assert set(said) == set(cluster.origins)
    assert not [origin for origin in cluster.origins.values() if origin.mark is Mark.CLUSTER]
    mine = load_text(to_toml(cluster), name="mine.toml")
    assert {origin.mark for origin in mine.origins.values()} == {Mark.CLUSTER}
    line = to_toml(cluster).split("\n").index('interface = "eth0"') + 1
    assert mine.origin("network", "interface").place == f"mine.toml:{line}"


def test_lines_are_those_of_an_editor() -> None:
    # Python's splitlines would count three lines more.
    strange = 'tier = "1m" # a\u2028b\x85c\u2029d\r\nmailboxes = "x"\r\n'
    assert message_of(strange).startswith(
        'cluster.toml:2:13: mailboxes must be a whole number, not a string ("x")\n'
        '    mailboxes = "x"\n                ^\n'
    )


def test_byte_order_mark() -> None:
    assert load_text('\ufefftier = "poc"').tier == "poc"
    assert message_of("\ufefftier = 1").startswith("cluster.toml:1:8: ")


def test_the_caret_stands_below_wide_and_narrow_characters() -> None:
    shown = message_of('tier = "1m"\nox = { "a\u0301\u65e5\u672c" = 1, server_name = "" }\n')
    # An accent takes no column, a Chinese character two.
    lines = shown.split("\n")
    caret = next(line for line in lines if line.strip() == "^" and line.index("^") > 20)
    assert caret.index("^") == 4 + len('ox = { "axxxx" = 1, server_name = ')


def test_nothing_in_a_shown_line_steers_the_terminal() -> None:
    assert message_of('tier = "1m"\nox.server_name = "zero\u200bwidth\u202e"\n').startswith(
        'cluster.toml:2:18: ox.server_name "zero\\u200bwidth\\u202e" is not possible\n'
        '    ox.server_name = "zero\ufffdwidth\ufffd"\n'
        "                     ^\n"
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = " + "[" * 100_000, "1:5"),
        ("x = " + "[" * 100 + "]" * 100, "1:20"),
        ("\n" + ".".join("x" * 300) + " = 1", "2:31"),
        ("x = " + "{ x = " * 50 + "1" + " }" * 50, "1:95"),
    ],
)
def test_deep_nesting(text: str, place: str) -> None:
    message, line, caret = message_of(text, tier="1m").split("\n")

    assert message == f"cluster.toml:{place}: nested too deeply"
    assert len(line) < 120
    assert caret.strip() == "^"


def test_huge_numbers() -> None:
    assert message_of('tier = "1m"\nmailboxes = ' + "9" * 5000).startswith(
        "cluster.toml:2:13: a number with too many digits\n    mailboxes = 999"
    )
    for key in ("mailboxes", "name", "hosts", "database"):
        assert message_of(f'tier = "1m"\n{key} = 0x' + "f" * 5000).startswith(
            f"cluster.toml:2:{len(key) + 4}: {key} "
        )


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("a = 1\r", "1:6", "a control character stands here"),
        ("a = 1\x0c\n", "1:6", "a control character stands here"),
        ("a = '\x00'", "1:6", "a control character stands here"),
        ('a = "\\q"', "1:8", "a backslash in a string must be doubled"),
        ('a = """', "1:8", "the file ends inside a value"),
        ("a = [1,\n", "2:1", "the file ends inside a value"),
        ("a = 1\na = 2", "2:1", "this key is there already, in line 1"),
        ("[a]\n[a]\n", "2:1", "this table is there already, in line 1"),
        ("[b]\na = 1\n\n[a]\n  [ a ]  # again\n", "5:3", "this table is there already, in line 4"),
        ("[b]\n'a' = [\n1]\n\"a\" = 2\n", "4:1", "this key is there already, in line 2"),
        # Where the first one is is not easily told.
        ("[[h]]\n[[h]]\na = 1\na = 2\n", "4:1", "this key is there already, in line 3"),
        ("a = 1\na = [\n2]\n", "3:3", "this key is there already"),
        ("a = { b = 1, b = 2 }\n", "1:19", "this key is there already"),
    ],
)
def test_broken_toml(text: str, place: str, what: str) -> None:
    assert message_of(text).split("\n")[0] == f"cluster.toml:{place}: not valid TOML: {what}"


def test_a_syntax_error_shows_its_line() -> None:
    assert message_of('tier = "1m\n') == (
        'cluster.toml:1:11: not valid TOML: the line ends inside a string\n    tier = "1m\n              ^'
    )
    # There is nothing to show.
    assert message_of("a = [1,\n") == "cluster.toml:2:1: not valid TOML: the file ends inside a value"


def test_the_place_of_a_syntax_error_in_newer_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    class NewerError(tomllib.TOMLDecodeError):
        lineno = 7
        colno = 3

    def refuse(_: str) -> None:
        raise NewerError("Something new (in other words)")

    monkeypatch.setattr(tomllib, "loads", refuse)
    assert message_of("\n" * 9) == "cluster.toml:7:3: not valid TOML: something new (in other words)"


def test_many_mistakes_are_counted() -> None:
    shown = message_of('tier = "1m"\n' + "".join(f"unknown{number} = 1\n" for number in range(150)))
    assert shown.count(": unknown key ") == 100
    assert shown.endswith("\nand 50 more mistakes")


def test_a_thousand_hosts_and_one() -> None:
    host = '[[hosts]]\nname = "h{0}"\naddress = "10.21.{1}.{2}"\nroles = ["web"]\nmemory = "8G"\ncores = 4\n'
    hosts = "".join(host.format(n, n // 250, n % 250 + 1) for n in range(1001))
    shown = message_of(f'tier = "poc"\nnetwork.cidr = "10.21.0.0/16"\n{hosts}')
    assert "cluster.toml:3:1: 1001 hosts are too many\n    [[hosts]]\n    ^\n    at most 1000" in shown


def test_mistakes_are_data_too() -> None:
    with pytest.raises(ClusterError) as caught:
        load_text('tier = "1m"\nmailboxes = 0\nname = ""\n')
    assert [mistake.path for mistake in caught.value.mistakes] == [("name",), ("mailboxes",)]


def test_sizes_are_bytes() -> None:
    text = 'tier = "1m"\n[database.tuning]\ninnodb_buffer_pool_size = "21G"\ngcache_size = "1500 MiB"\n'
    tuning = load_text(text).database.tuning
    assert (tuning.innodb_buffer_pool_size, tuning.gcache_size) == (21 << 30, 1500 << 20)
    assert tuning.max_connections is None


def test_loading_does_without_the_writer() -> None:
    code = (
        "import sys\n"
        "from oxconf.deployment.load import load_text\n"
        "load_text('', tier='1m')\n"
        "sys.exit('tomlkit' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
