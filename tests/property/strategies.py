"""Whole clusters, as the tables of a cluster file: `clusters` fit together, `spoilt` have something wrong in them.

Each draw begins with what decides the rest (mode, access, number of hosts) and takes every other value from the
ends and the middle of what the reference allows.
"""

import json
import re
from ipaddress import IPv4Network
from typing import Any

from hypothesis import strategies as st

from oxconf.deployment.folders import conflict
from oxconf.deployment.model import Flavour
from oxconf.deployment.secrets import PLACEHOLDER, PURPOSES, SAMPLES
from oxconf.deployment.servers import SERIES
from oxconf.deployment.tiers import TIERS

Tree = dict[str, Any]

GIB = 1 << 30

# Shapes as the reference gives them, with the words that are most likely to be taken for something else.
HOST_NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda name: not name.isdecimal() and name != "localhost"
) | st.sampled_from(["on", "null", "yes", "backup", "dev", "0x10", "listen", "e" * 63, "1e3", "check"])
ROUTES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,10}", fullmatch=True)
SERVER_NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
INTERFACES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}", fullmatch=True) | st.sampled_from(
    ["eth0", "ens192", "bond0.100", "dev"]
)
MAIL_SERVERS = st.sampled_from(["localhost", "192.0.2.7", "imap.example.com", "a", "1a.de", "X-1.Example"])
PATHS = st.from_regex(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,8}){2,4}", fullmatch=True).filter(
    lambda path: conflict(path) is None
) | st.sampled_from(["/var/opt/filestore", "/srv/...x", "/data/-", "/x"])
NAMES_OF_SECRETS = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
NETWORKS = st.sampled_from(
    ["10.20.30.0/24", "10.0.0.0/8", "192.168.7.0/25", "172.16.0.0/12", "100.64.0.32/27", "203.0.113.64/26"]
)
PORTS = st.integers(10000, 60000)

PRINTABLE = [chr(code) for code in range(33, 127)]


def _passwords(longest: int, refused: str) -> st.SearchStrategy[str]:
    kept = [char for char in PRINTABLE if char not in refused]
    odd = [char for char in kept if not char.isalnum()]
    return st.text(
        st.sampled_from(odd) | st.sampled_from(kept), min_size=1, max_size=min(longest, 24)
    ).filter(lambda text: not PLACEHOLDER.fullmatch(text) and text not in SAMPLES and bool(set(text) - {"."}))


PASSWORDS = st.fixed_dictionaries(
    {purpose.name: _passwords(purpose.longest, purpose.refused) for purpose in PURPOSES}
)
"""Secrets by purpose, mostly of quotes, signs and braces."""

Role = str


@st.composite
def _layouts(
    draw: st.DrawFn, mode: str, access: str, balancers: bool, maxscales: int, extra: tuple[Role, ...]
) -> list[list[Role]]:
    """Roles of the hosts of a cluster, one to twelve of them, in any order."""
    servers = 1 if mode == "standalone" else draw(st.integers(2, 4))
    wanted: list[Role] = ["groupware"] * draw(st.integers(1, 4)) + ["database"] * servers
    wanted += ["web+balancer" if balancers else "web"] * draw(st.integers(1, 3))
    wanted += ["maxscale"] * maxscales
    for role in ("provisioning", "filestore", "arbitrator"):
        if role in extra or (draw(st.booleans()) and (role != "arbitrator" or mode == "galera")):
            wanted.append(role)
    apart = APART
    if access == "lvs":
        wanted += ["director"] * draw(st.integers(1, 2))
        apart = (*APART, {"database", "groupware"}, {"database", "provisioning"})
    most = draw(st.integers(1, 12))
    hosts: list[list[Role]] = []
    for roles in wanted:
        free = [host for host in hosts if not _clash(host, roles, apart)]
        if free and (len(hosts) >= most or draw(st.integers(0, 3)) == 0):
            draw(st.sampled_from(free)).extend(roles.split("+"))
        else:
            hosts.append(roles.split("+"))
    # The order of the hosts and of their roles is the user's.
    return [list(draw(st.permutations(host))) for host in draw(st.permutations(hosts))]


APART = (
    {"groupware", "provisioning"},
    {"database", "arbitrator"},
    *(
        {front, role}
        for front in ("director", "maxscale")
        for role in ("database", "groupware", "provisioning")
    ),
)


def _clash(host: list[Role], roles: str, apart: tuple[set[Role], ...]) -> bool:
    both = {*host, *roles.split("+")}
    return bool(set(host) & set(roles.split("+"))) or any(pair <= both for pair in apart)


def size(low: int, high: int) -> st.SearchStrategy[str]:
    """An amount of memory between two numbers of MiB, as a cluster file writes it."""
    return st.integers(low, high).map("{}M".format) | st.integers(-(-low // 1024), max(high // 1024, 1)).map(
        "{}G".format
    )


POOL: dict[str, st.SearchStrategy[Any]] = {
    "max_active": st.integers(1, 200),
    "max_idle_time": st.integers(1000, 3_600_000),
    "max_life_time": st.integers(10_000, 3_600_000),
    "max_wait": st.integers(100, 600_000),
}
TUNING: dict[str, st.SearchStrategy[Any]] = {
    "innodb_buffer_pool_size": size(128, 2048),
    "innodb_log_file_size": size(4, 4096),
    "innodb_flush_log_at_trx_commit": st.integers(1, 2),
    "innodb_io_capacity": st.integers(100, 1_000_000),
    "max_connections": st.integers(10, 100_000),
    "max_allowed_packet": size(16, 1024),
    "wait_timeout": st.integers(60, 31_536_000),
    "gcache_size": size(128, 4096),
}
CALLERS = st.lists(
    st.sampled_from(["127.0.0.1", "10.1.1.1", "10.2.0.0/16", "192.0.2.128/25", "198.51.100.7/32"]),
    min_size=1,
    max_size=3,
    unique=True,
)


BEHIND = st.lists(
    st.sampled_from(["192.0.2.1", "192.0.2.16/28", "10.255.255.0/30"]), min_size=1, max_size=3, unique=True
)
"""External balancers: neither callers of SOAP nor hosts."""


def some(draw: st.DrawFn, values: dict[str, st.SearchStrategy[Any]]) -> Tree:
    """Some of the keys of a table, in any order."""
    names = draw(st.lists(st.sampled_from(sorted(values)), unique=True, max_size=len(values)))
    return {name: draw(values[name]) for name in names}


POLICIES = {
    ("standalone", "direct"): ["write-address"],
    ("replication", "haproxy"): ["round-robin-monitor"],
    ("replication", "floating-address"): ["write-address"],
    ("galera", "haproxy"): ["round-robin-causal", "round-robin-monitor", "write-address"],
    ("galera", "maxscale"): ["round-robin-causal", "round-robin-monitor", "write-address"],
    ("galera", "floating-address"): ["read-address", "write-address"],
    ("galera", "lvs"): ["round-robin-causal", "round-robin-monitor", "write-address"],
}


@st.composite
def clusters(draw: st.DrawFn, *, numbers: bool = True, extra: tuple[Role, ...] = (), **given: str) -> Tree:
    """A cluster in which everything fits together.

    With `numbers` the pool, the server's settings and the ports are drawn as well; they may be too large for the
    hosts or not fit each other, which rules refuse. `extra` are roles that some host has in any case, and `given` are
    values of the table [database], say "yes" or "no" to `balancers`, `https` and `external`, or are `maxscales`, the
    number of hosts with that role.
    """

    def chosen(key: str, *words: str) -> str:
        return given.get(key) or draw(st.sampled_from(words))

    mode = chosen("mode", "standalone", "replication", "galera", "galera")
    flavour = chosen("flavour", "mariadb", "percona-xtradb-cluster" if mode == "galera" else "mysql")
    access = chosen("access", *(word for of, word in POLICIES if of == mode))
    policy = chosen("read_policy", *POLICIES[mode, access])
    version = chosen("version", *SERIES[Flavour(flavour)])
    database: Tree = {"mode": mode, "flavour": flavour, "version": version, "access": access}
    database["read_policy"] = policy
    balancers = chosen("balancers", "yes", "no") == "yes"
    web = _web(draw, chosen("https", "yes", "no"), "" if balancers else chosen("external", "yes", "no"))

    maxscales = int(chosen("maxscales", "0", "1", "2")) if access == "maxscale" else 0

    layout = draw(_layouts(mode, access, balancers, maxscales, extra))
    cidr = draw(NETWORKS)
    addresses = draw(_addresses(cidr, len(layout) + 3))
    names = draw(st.lists(HOST_NAMES, min_size=len(layout), max_size=len(layout), unique=True))
    hosts = [
        _host(draw, name, address, roles)
        for name, address, roles in zip(names, addresses[3:], layout, strict=True)
    ]
    _unique_routes(hosts)

    # A tier names one of its own network, which no mode but these looks at.
    if access in ("floating-address", "lvs") or mode == "replication" or maxscales > 1:
        database["write_address"] = addresses[0]
    if policy == "read-address" or (access == "lvs" and policy != "write-address"):
        database["read_address"] = addresses[1]
    if access in ("haproxy", "maxscale"):
        # A server that listens everywhere leaves 3306 to nobody else on its host.
        first = (3306, 3307) if numbers else (3310, 3307)
        read_port, write_port = draw(st.sampled_from([first, (3307, 3308), (13306, 23306)]))
        database |= {"read_port": read_port, "write_port": write_port}
    if mode == "replication" and draw(st.booleans()):
        database["semi_sync"] = draw(st.booleans())
    if draw(st.booleans()):
        database["writer"] = draw(st.sampled_from([h["name"] for h in hosts if "database" in h["roles"]]))
    if numbers:
        database |= {"pool": some(draw, POOL), "tuning": some(draw, TUNING)}
    else:
        database["pool"] = {"max_active": draw(st.integers(1, 20))}

    tree: Tree = {
        "tier": draw(st.sampled_from(TIERS)),
        "name": draw(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True)),
        "mailboxes": draw(st.integers(1, 10_000_000)),
        "os": draw(st.sampled_from(["debian", "ubuntu"])),
        "network": {
            "cidr": cidr,
            "interface": draw(INTERFACES),
            "managed_by": draw(st.sampled_from(["ifupdown", "other"])),
            "multicast_group": draw(st.sampled_from(["224.0.0.1", "224.255.255.255", "224.0.1.77"])),
            "multicast_port": draw(st.integers(6000, 6999)),
            "virtual_router_id": draw(st.integers(1, 250)),
            "ssh_port": draw(st.sampled_from([22, 2222])),
            "firewall": draw(st.sampled_from(["none", "nftables"])),
            "span": draw(st.sampled_from(["lan", "metro", "wan"])),
        },
        "database": database,
        "web": web | ({"access": "keepalived", "address": addresses[2]} if balancers else {}),
        "filestore": {
            "path": draw(PATHS),
            "uid": draw(st.integers(100, 60_000)),
            "gid": draw(st.integers(100, 60_000)),
        },
        "ox": {
            "server_name": draw(SERVER_NAMES),
            "ajp_port": draw(st.sampled_from([8009, 9009, 10009])),
        },
        "soap": {"allow": draw(CALLERS)},
        "mail": {
            "imap_server": draw(MAIL_SERVERS),
            "smtp_server": draw(MAIL_SERVERS),
            "login_type": draw(st.sampled_from(["user", "global"])),
            **_authentication(draw),
        },
        "backup": _backup(draw, hosts),
        "munin": {"master": "192.0.2.5"} if draw(st.booleans()) else {},
        "secrets": dict(
            zip(
                (purpose.name for purpose in PURPOSES),
                draw(st.lists(NAMES_OF_SECRETS, min_size=len(PURPOSES), max_size=len(PURPOSES), unique=True)),
                strict=True,
            )
        ),
        "hosts": hosts,
    }
    if not any("filestore" in host["roles"] for host in hosts):
        tree["filestore"]["server"] = draw(st.sampled_from(["nas.example.com", "192.0.2.9", "nas-1"]))
    # What a tier gives anyway may be left out.
    for table in draw(
        st.lists(st.sampled_from(["ox", "soap", "mail", "secrets", "name", "os"]), unique=True)
    ):
        del tree[table]
    return tree


def _web(draw: st.DrawFn, https: str, external: str) -> Tree:
    """The table [web] without a floating address."""
    web: Tree = {"access": "external" if external == "yes" else "none"}
    if external == "yes":
        web["balancers"] = draw(BEHIND)
    if https == "yes":
        web |= {"name": draw(MAIL_SERVERS), "certificate": draw(PATHS), "certificate_key": draw(PATHS)}
    return web


def _authentication(draw: st.DrawFn) -> Tree:
    secure = draw(st.booleans())
    mail: Tree = {
        "authentication": draw(st.sampled_from(["database", "imap"])),
        "imap_secure": secure,
        "full_login": draw(st.booleans()),
    }
    if draw(st.booleans()):
        mail["imap_port"] = draw(st.sampled_from([1, 65535, 993 if secure else 143]))
    return mail


def _backup(draw: st.DrawFn, hosts: list[Tree]) -> Tree:
    able = [host["name"] for host in hosts if {"groupware", "provisioning", "filestore"} & set(host["roles"])]
    backup: Tree = {
        "keep": draw(st.integers(1, 3650)),
        "at": draw(st.sampled_from(["02:30", "*-*-* 23:59:59", "Sat,Sun 01:00", "hourly"])),
    }
    if draw(st.booleans()):
        backup["folder"] = draw(st.sampled_from(["/backup", "/var/backups/ox", "/srv/a.b-c_d/e"]))
        if draw(st.booleans()):
            backup["runs_on"] = draw(st.sampled_from(able))
    return backup


@st.composite
def _addresses(draw: st.DrawFn, cidr: str, count: int) -> list[str]:
    network = IPv4Network(cidr)
    last = min(network.num_addresses - 2, 1 << 20)
    chosen = draw(st.lists(st.integers(1, last), min_size=count, max_size=count, unique=True))
    return [str(network[number]) for number in chosen]


def _host(draw: st.DrawFn, name: str, address: str, roles: list[Role]) -> Tree:
    # Enough for every role that the host may have.
    host: Tree = {
        "name": name,
        "address": address,
        "roles": roles,
        "memory": draw(st.sampled_from(["16G", "32G", "33333333333", "100000M", "1T"])),
        "cores": draw(st.integers(1, 1024)),
    }
    if {"groupware", "provisioning"} & set(roles) and draw(st.booleans()):
        host["route"] = draw(ROUTES)
    if "groupware" in roles and draw(st.booleans()):
        host["load_factor"] = draw(st.integers(1, 100))
    return {key: host[key] for key in draw(st.permutations(sorted(host)))}


def _unique_routes(hosts: list[Tree]) -> None:
    seen = set()
    for host in hosts:
        if host.get("route", "").upper() in seen:
            del host["route"]
        elif "route" in host:
            seen.add(host["route"].upper())


def leaves(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value that is no table; entries of lists as well."""
    if isinstance(tree, dict):
        steps: Any = tree.items()
    elif isinstance(tree, list):
        steps = enumerate(tree)
    else:
        return [path]
    return [leaf for step, child in steps for leaf in leaves(child, (*path, step))]


def replaced(tree: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """The tree with another value at a path; the tree itself stays as it is."""
    if not path:
        return value
    step, *rest = path
    if isinstance(tree, list):
        return [replaced(child, tuple(rest), value) if n == step else child for n, child in enumerate(tree)]
    return {key: replaced(child, tuple(rest), value) if key == step else child for key, child in tree.items()}


INJECTIONS = ["\n", "\r", "\r\n", '"', "'", "#", ";", "${", "${x}", "%", "%n", "\\", "\0", "\u00e9", "\u2028",
              "{{", "{{ x }}", "<%", "`", "$(id)", " ", "\t", "=", ",", "/", "..", "{", "}", "*", "\x1b", "!", "@",
              "\nserver_id = 1\n", "]\n[mysqld]\n", "</Proxy>", "\n}\n"]  # fmt: skip
"""Pieces that mean something to one of the daemons, to a shell, or to a template."""


@st.composite
def injected(draw: st.DrawFn, value: str) -> str:
    """A harmless text with a piece in it that is none."""
    piece = draw(st.sampled_from(INJECTIONS))
    at = draw(st.sampled_from([0, len(value) // 2, len(value)]))
    return value[:at] + piece + value[at:]


@st.composite
def spoilt(draw: st.DrawFn) -> Tree:
    """A cluster with one to three things wrong in it, or only unusual."""
    tree = draw(clusters())
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(leaves(tree)))
        old: Any = tree
        for step in path:
            old = old[step]
        others = [leaf for leaf in leaves(tree) if leaf != path]
        other: Any = tree
        for step in draw(st.sampled_from(others)):
            other = other[step]
        odd = st.sampled_from(["", 0, -1, 2**70, True, 1.5, [], {}, other])
        tree = replaced(tree, path, draw(odd | injected(str(old))))
    return tree


def toml(tree: Tree) -> str:
    """The tree as a cluster file, tables and keys in the tree's order."""
    return "\n".join(pieces(tree))


def pieces(tree: Tree) -> list[str]:
    """The parts of a cluster file: the keys above all tables, then the tables and the hosts one by one."""
    parts = [_lines({key: value for key, value in tree.items() if not _is_table(value)})]
    for key, value in tree.items():
        if isinstance(value, list) and _is_table(value):
            parts += [f"[[{_key(key)}]]\n{_lines(host)}" for host in value]
        elif _is_table(value):
            parts.append(f"[{_key(key)}]\n{_lines(value)}")
    return parts


@st.composite
def shuffled(draw: st.DrawFn, tree: Tree) -> str:
    """The same cluster in another order of tables, keys and roles; the hosts stay in theirs."""
    host_tables = [{**each, "roles": draw(st.permutations(each["roles"]))} for each in tree["hosts"]]
    mixed = {**tree, "hosts": [_mixed(draw, each) for each in host_tables]}
    top, *tables = pieces({key: _mixed(draw, value) for key, value in _mixed(draw, mixed).items()})
    hosts = iter([each for each in tables if each.startswith("[[")])
    return "\n".join(
        [top, *(next(hosts) if each.startswith("[[") else each for each in draw(st.permutations(tables)))]
    )


def _mixed(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _mixed(draw, value[key]) for key in draw(st.permutations(list(value)))}


def _is_table(value: Any) -> bool:
    tables = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
    return isinstance(value, dict) or bool(tables)


def _lines(table: Tree) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _word(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _word(name)


def _word(text: str) -> str:
    # TOML's basic strings take JSON's escapes, and want one for DEL as well.
    return json.dumps(text).replace("\x7f", "\\u007f")
