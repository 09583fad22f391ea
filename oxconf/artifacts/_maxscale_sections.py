"""The sections of `maxscale.cnf`, each setting with everything that there is to say about it."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from attrs import field, frozen

from oxconf.artifacts._codec import INTEGER, TEXT, TRUE_FALSE, Codec, secret, words
from oxconf.artifacts._keyvalue import setting
from oxconf.artifacts._time import SECOND, Milliseconds
from oxconf.deployment.origin import Mark
from oxconf.deployment.secrets import Secret
from oxconf.deployment.units import MIB

GUIDE = "MaxScale's Configuration Guide"
_GALERAMON = "MaxScale's documentation, galeramon"
ROUTER = "MaxScale's documentation, readconnroute"

_SIZES = {"": 1, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
_SIZES |= {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def _read_size(text: str) -> int:
    digits = text.strip().lower().rstrip("kmgti")
    unit = text.strip().lower()[len(digits) :]
    if not (digits.isascii() and digits.isdecimal()) or unit not in _SIZES:
        raise ValueError(f'"{text}" is not a size')
    return int(digits) * _SIZES[unit]


def _duration(bare: int) -> Codec:
    return Codec("time", str, partial(_read_duration, bare=bare))


def _read_duration(text: str, bare: int) -> Milliseconds:
    return Milliseconds.maxscale(text.strip(), bare)


SIZE = Codec("size", lambda size: str(size) if size % MIB else f"{size // MIB}Mi", _read_size)
NAMES = words(",")
_PASSWORD = secret("maxscale")


def _user(doc: str) -> Any:
    return setting("user", TEXT, doc, Mark.OURS, "one account for the monitor and the services", fixed=True)


def _password(whose: str) -> Any:
    why = "the cluster's secrets"
    return setting(
        "password", _PASSWORD, f"Password of {whose}.", Mark.OURS, why, keys=(("secrets", "maxscale"),)
    )


@frozen(kw_only=True)
class Section:
    """One section of the file; the name of a server is its host's. What the file does not say is None."""

    kind: ClassVar[str]
    """What stands behind `type=`."""

    name: str
    line: int = field(default=0, eq=False)
    lines: Mapping[str, int] = field(factory=dict, eq=False, repr=False)

    def line_of(self, name: str) -> int:
        """Return where a setting stands; the section's own line where it does not."""
        return self.lines.get(name, self.line)


@frozen(kw_only=True)
class Global(Section):
    """`[maxscale]`: what holds for all."""

    kind: ClassVar[str] = "maxscale"

    threads: str | None = setting(
        "threads",
        TEXT,
        "Threads that move data; auto means one for each core.",
        Mark.OURS,
        "all cores on a host of its own, two beside OX",
        noted=True,
    )
    skip_name_resolve: bool | None = setting(
        "skip_name_resolve",
        TRUE_FALSE,
        "Asks DNS for no client's name.",
        Mark.SOURCE,
        f"accounts name addresses, and a lookup can be slow ({GUIDE})",
    )
    max_auth_errors_until_block: int | None = setting(
        "max_auth_errors_until_block",
        INTEGER,
        "After how many failed logins a client's address is locked out for a minute; 0 means never.",
        Mark.OURS,
        "one wrong password on an OX host must not lock out all of its processes",
        minimum=0,
        noted=True,
    )
    query_classifier_cache_size: int | None = setting(
        "query_classifier_cache_size",
        SIZE,
        "Memory for statements that were parsed.",
        Mark.OURS,
        "the default is 15 percent of the host's memory, and readconnroute parses nothing",
        unit="bytes",
        minimum=0,
        noted=True,
    )
    load_persisted_configs: bool | None = setting(
        "load_persisted_configs",
        TRUE_FALSE,
        "Whether a start takes the changes that were made with maxctrl before.",
        Mark.OURS,
        "after a start this file holds, and nothing in /var/lib/maxscale/maxscale.cnf.d",
        noted=True,
    )
    admin_host: str | None = setting(
        "admin_host",
        TEXT,
        "Address of the REST API, which maxctrl uses.",
        Mark.SOURCE,
        f"the default: this host alone ({GUIDE})",
    )
    admin_port: int | None = setting(
        "admin_port",
        INTEGER,
        "Its port.",
        Mark.SOURCE,
        f"the default ({GUIDE})",
        minimum=1,
        maximum=65535,
    )
    admin_gui: bool | None = setting(
        "admin_gui",
        TRUE_FALSE,
        "Whether the REST API serves pages for a browser.",
        Mark.SOURCE,
        f"without them its root is a cheap health check ({GUIDE})",
    )


@frozen(kw_only=True)
class Server(Section):
    """A database server."""

    kind: ClassVar[str] = "server"

    address: str | None = setting(
        "address", TEXT, "Its address.", Mark.OURS, "a database host of the cluster"
    )
    port: int | None = setting(
        "port", INTEGER, "Its port.", Mark.SOURCE, f"the default ({GUIDE})", minimum=1, maximum=65535
    )
    priority: int | None = setting(
        "priority",
        INTEGER,
        "Of the servers in sync the one with the lowest number takes the writes; 0 comes after all, less never.",
        Mark.OURS,
        "the writer first, then the others in the order of the hosts",
        keys=(("database", "writer"),),
    )


@frozen(kw_only=True)
class Monitor(Section):
    """What looks after the servers."""

    kind: ClassVar[str] = "monitor"

    module: str | None = setting("module", TEXT, "How it looks.", Mark.SOURCE, f"for Galera ({_GALERAMON})")
    servers: tuple[str, ...] | None = setting(
        "servers",
        NAMES,
        "The servers, by the names of their sections.",
        Mark.OURS,
        "all nodes of the cluster",
    )
    user: str | None = _user("Account that asks the servers for their state.")
    password: Secret | None = _password("that account")
    monitor_interval: Milliseconds | None = setting(
        "monitor_interval",
        _duration(1),
        "How often it looks.",
        Mark.OURS,
        "writes wait for it when the writer fails; the default is 2s",
    )
    backend_connect_timeout: Milliseconds | None = setting(
        "backend_connect_timeout",
        _duration(SECOND),
        "How long a server may take to accept the monitor's connection, in whole seconds; 3s by default.",
        Mark.OURS,
        "written where the network needs more than the default",
    )
    backend_read_timeout: Milliseconds | None = setting(
        "backend_read_timeout",
        _duration(SECOND),
        "How long a server may take to answer the monitor, in whole seconds; 3s by default.",
        Mark.OURS,
        "written where the network needs more than the default",
    )
    use_priority: bool | None = setting(
        "use_priority",
        TRUE_FALSE,
        "Whether the priorities of the servers decide who takes the writes.",
        Mark.SOURCE,
        f"the same order on every MaxScale gives the same writer ({_GALERAMON})",
        noted=True,
    )
    disable_master_failback: bool | None = setting(
        "disable_master_failback",
        TRUE_FALSE,
        "Whether a server that took over the writes keeps them when the one before is back.",
        Mark.OURS,
        "a MaxScale that is restarted would choose the first again, while the others keep the second: two writers",
        noted=True,
    )
    available_when_donor: bool | None = setting(
        "available_when_donor",
        TRUE_FALSE,
        "Whether the donor of a state transfer serves on, where the transfer does not block it.",
        Mark.OURS,
        "of two nodes the donor is the only one that is left; of more, the others serve",
        noted=True,
    )


@frozen(kw_only=True)
class Service(Section):
    """How calls are spread over the servers."""

    kind: ClassVar[str] = "service"

    router: str | None = setting(
        "router",
        TEXT,
        "How it chooses: readconnroute takes one server for each connection.",
        Mark.SOURCE,
        f"the lightest one; OX itself tells reads from writes ({ROUTER})",
    )
    router_options: tuple[str, ...] | None = setting(
        "router_options",
        NAMES,
        "Which servers it takes: master is the one for writes, synced all that are in sync.",
        Mark.SOURCE,
        ROUTER,
    )
    servers: tuple[str, ...] | None = setting("servers", NAMES, "The servers, by name.", Mark.SOURCE, GUIDE)
    cluster: str | None = setting(
        "cluster", TEXT, "The monitor whose servers these are.", Mark.OURS, "one list for all"
    )
    user: str | None = _user("Account that reads the accounts of the database, to log in OX by them.")
    password: Secret | None = _password("that account")
    wait_timeout: Milliseconds | None = setting(
        "wait_timeout",
        _duration(SECOND),
        "How long an idle connection lives; below the server's wait_timeout.",
        Mark.OURS,
        "OX closes first",
        noted=True,
    )


@frozen(kw_only=True)
class Listener(Section):
    """A port that leads to a service."""

    kind: ClassVar[str] = "listener"

    service: str | None = setting(
        "service", TEXT, "The service.", Mark.OURS, "reads and writes have one each"
    )
    address: str | None = setting("address", TEXT, "Address to listen on.", Mark.OURS, "where OX calls")
    port: int | None = setting(
        "port", INTEGER, "Port to listen on.", Mark.OURS, "where OX calls", minimum=1, maximum=65535
    )


SECTIONS: tuple[type[Section], ...] = (Global, Server, Monitor, Service, Listener)
DOCS = {
    Server: "A database server.",
    Monitor: "What looks after the servers.",
    Service: "How calls are spread.",
    Listener: "A port that leads to a service.",
}
ALIASES = {"connection_timeout": "wait_timeout", "passwd": "password"}
"""Names before MaxScale 23.08 and 2.3."""
