"""The part of `keepalived.conf` that is LVS: virtual servers, the real servers behind them, and their checks.

With direct routing the director rewrites the destination's MAC address alone: the server takes the packet for an
address that it has on lo, and answers the caller itself. Ports can not change: writes and reads have an address each.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from attrs import frozen

from oxconf.artifacts._keepalived_blocks import Block, BlockReader, Fields
from oxconf.artifacts._time import SECOND, Milliseconds
from oxconf.artifacts.none_fit import NoneFit
from oxconf.deployment import span
from oxconf.deployment.model import Deployment, Host
from oxconf.deployment.origin import Origin, ours
from oxconf.deployment.topology import (
    CLUSTERCHECK_PORT,
    MYSQL_PORT,
    database_hosts,
    directed_addresses,
    directors,
)
from oxconf.deployment.units import counted
from oxconf.syntax import keepalived

FAILOVER = "fo"
"""ip_vs_fo: new connections go to the server with the highest weight of those that are there (Linux 3.18)."""

ROUND_ROBIN = "rr"

CHECKS = (
    *("HTTP_GET", "SSL_GET", "TCP_CHECK", "SMTP_CHECK", "DNS_CHECK", "MISC_CHECK"),
    *("BFD_CHECK", "UDP_CHECK", "PING_CHECK", "FILE_CHECK"),
)
"""keepalived.conf(5): what can ask a real server how it is."""


@frozen(kw_only=True)
class Check(Block):
    """One health check of a real server. The server is there while all of its checks are content."""

    kind: str
    """One of CHECKS."""
    path: str | None = None
    """What HTTP_GET asks for; of several the last."""
    status_code: str | None = None
    connect_port: int | None = None
    connect_timeout: Milliseconds | None = None
    retry: int | None = None
    delay_before_retry: Milliseconds | None = None
    command: str | None = None
    """What MISC_CHECK runs: a program and its arguments."""
    timeout: Milliseconds | None = None


@frozen(kw_only=True)
class RealServer(Block):
    """One `real_server`."""

    address: IPv4Address
    port: int = 0
    """0 where none is named: the virtual server's."""
    weight: int | None = None
    inhibit_on_failure: bool = False
    """A failure sets the weight to 0 instead of taking the server out, so that its connections stay."""
    checks: tuple[Check, ...] = ()


@frozen(kw_only=True)
class VirtualServer(Block):
    """One `virtual_server` with an address of its own."""

    address: IPv4Address
    port: int = 0
    """0 where none is named: every port."""
    lvs_sched: str | None = None
    lvs_method: str | None = None
    """NAT where none is named."""
    protocol: str | None = None
    persistence_timeout: int | None = None
    alpha: bool = False
    """Whether a server is down until its checks were content for the first time."""
    inhibit_on_failure: bool = False
    warmup: Milliseconds | None = None
    delay_loop: Milliseconds | None = None
    servers: tuple[RealServer, ...] = ()

    @property
    def active(self) -> tuple[RealServer, ...]:
        """The servers that get new connections while all are well."""
        weights = [1 if server.weight is None else server.weight for server in self.servers]
        weighted = tuple(zip(self.servers, weights, strict=True))
        if self.lvs_sched == FAILOVER:
            return tuple(server for server, weight in weighted if weight == max(weights) and weight)
        return tuple(server for server, weight in weighted if weight)


def virtual_servers(deployment: Deployment, host: Host) -> Iterator[VirtualServer]:
    """Yield the services of a director, the same on each: writes to one server, reads to all in turn."""
    if host not in directors(deployment):
        return
    servers = database_hosts(deployment)
    for name, address in directed_addresses(deployment):
        writes = name == "write"
        yield VirtualServer(
            address=address,
            port=MYSQL_PORT,
            lvs_sched=FAILOVER if writes else ROUND_ROBIN,
            lvs_method="DR",
            protocol="TCP",
            alpha=True,
            warmup=Milliseconds(0),
            # Reads that fail go to another server at once, writes wait for the check: it is made more often.
            delay_loop=Milliseconds(span.check_interval(deployment, writes=writes).value),
            servers=tuple(_real(deployment, servers, position, writes) for position in range(len(servers))),
        )


def _real(deployment: Deployment, servers: tuple[Host, ...], position: int, writes: bool) -> RealServer:
    limit = span.answer_limit(deployment).value
    checks = [
        Check(
            kind="HTTP_GET",
            path="/",
            status_code="200",
            connect_port=CLUSTERCHECK_PORT,
            connect_timeout=Milliseconds(limit),
            retry=1,
            delay_before_retry=Milliseconds(span.second_check(deployment).value),
        )
    ]
    if writes and position:
        before = " ".join(str(server.address) for server in servers[:position])
        checks.append(
            Check(
                kind="MISC_CHECK",
                command=f"{NoneFit.path} {before}",
                timeout=Milliseconds(limit + 3 * SECOND),
            )
        )
    return RealServer(
        address=servers[position].address,
        port=MYSQL_PORT,
        weight=len(servers) - position if writes else 1,
        checks=tuple(checks),
    )


def virtual_origins(deployment: Deployment, host: Host) -> Iterator[tuple[str, Origin]]:
    """Yield where the addresses and the weights of a director's services come from."""
    if host not in directors(deployment):
        return
    hosts = {str(server.address): server for server in database_hosts(deployment)}
    for name, address in directed_addresses(deployment):
        where = f"{address}:{MYSQL_PORT}"
        yield f"{where} virtual_server", deployment.origin("database", f"{name}_address")
        for server, of in hosts.items():
            at = f"{where} {server}:{MYSQL_PORT}"
            yield f"{at} real_server", deployment.host_origin(of, "address")
            if name == "write":
                count = counted(len(hosts), "server")
                yield (
                    f"{at} real_server weight",
                    ours(f"{count}: the writer has the highest, each next one less", ("database", "writer")),
                )
    limit = span.answer_limit(deployment)
    yield "virtual_server delay_loop", span.check_interval(deployment, writes=True).origin
    yield "HTTP_GET connect_timeout", limit.origin
    yield "HTTP_GET delay_before_retry", span.second_check(deployment).origin
    why = f"above the {limit.value // SECOND} s that the script gives each server"
    yield "MISC_CHECK misc_timeout", ours(why, span.KEY)
    life = deployment.database.pool.max_life_time
    yield (
        "lvs_timeouts",
        ours(
            f"20m, or twice the pool maxLifeTime ({Milliseconds(life)}) if that is more: OX closes first; the "
            "kernel's own is 15 minutes",
            ("database", "pool", "max_life_time"),
        ),
    )


_CHECK_FIELDS: Fields = {
    "connect_port": ("connect_port", int),
    "connect_timeout": ("connect_timeout", Milliseconds.keepalived),
    "retry": ("retry", int),
    "delay_before_retry": ("delay_before_retry", Milliseconds.keepalived),
    "misc_path": ("command", str),
    "misc_timeout": ("timeout", Milliseconds.keepalived),
}
_URL_FIELDS: Fields = {"path": ("path", str), "status_code": ("status_code", str)}
_REAL_FIELDS: Fields = {"weight": ("weight", int)}
_VIRTUAL_FIELDS: Fields = {
    "lvs_sched": ("lvs_sched", str),
    "lb_algo": ("lvs_sched", str),
    "lvs_method": ("lvs_method", str),
    "lb_kind": ("lvs_method", str),
    "protocol": ("protocol", str),
    "warmup": ("warmup", Milliseconds.keepalived),
    "delay_loop": ("delay_loop", Milliseconds.keepalived),
}
_DEFAULT_PERSISTENCE = 360
"""keepalived.conf(5): persistence_timeout without a number is six minutes."""

_OFF = ("false", "off", "no")


def read_virtual_server(reader: BlockReader, block: keepalived.Node) -> Iterator[VirtualServer]:
    """Yield what a `virtual_server` says; those of a firewall mark or of a group are left aside."""
    for address, port in _target(reader, block):
        values, lines = reader.simple(_VIRTUAL_FIELDS, block)
        servers: list[RealServer] = []
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            if keyword == "real_server":
                servers.extend(_read_real(reader, node))
            elif keyword == "persistence_timeout":
                values[keyword] = _DEFAULT_PERSISTENCE
                for seconds in reader.value(int, args[0], node) if args else ():
                    values[keyword] = seconds
                lines[keyword] = node.line
            elif keyword in ("alpha", "inhibit_on_failure"):
                values[keyword] = _is_on(args)
                lines[keyword] = node.line
        yield VirtualServer(
            address=address, port=port, servers=tuple(servers), line=block.line, lines=lines, **values
        )


def _is_on(args: list[str]) -> bool:
    return not args or args[0] not in _OFF


def _target(reader: BlockReader, block: keepalived.Node) -> Iterator[tuple[IPv4Address, int]]:
    """Yield address and port of a `virtual_server` or a `real_server`."""
    args = block.words[1:]
    if not args or args[0] in ("fwmark", "group"):
        return
    for address in reader.value(IPv4Address, args[0], block):
        for port in reader.value(int, args[1], block) if len(args) > 1 else (0,):
            yield address, port


def _read_real(reader: BlockReader, block: keepalived.Node) -> Iterator[RealServer]:
    for address, port in _target(reader, block):
        values, lines = reader.simple(_REAL_FIELDS, block)
        checks = []
        for node in block.children or ():
            keyword, *args = node.words or ("",)
            if keyword in CHECKS:
                checks.append(_read_check(reader, keyword, node))
            elif keyword == "inhibit_on_failure":
                values[keyword] = _is_on(args)
                lines[keyword] = node.line
        yield RealServer(
            address=address, port=port, checks=tuple(checks), line=block.line, lines=lines, **values
        )


def _read_check(reader: BlockReader, kind: str, block: keepalived.Node) -> Check:
    values, lines = reader.simple(_CHECK_FIELDS, block)
    for node in block.children or ():
        if node.words[:1] == ("url",):
            inner, places = reader.simple(_URL_FIELDS, node)
            values |= inner
            lines |= places
    return Check(kind=kind, line=block.line, lines=lines, **values)
