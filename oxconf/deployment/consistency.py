"""What must hold inside one cluster file beyond types and ranges: names, addresses, roles, possible combinations.

What can be seen in the rendered files is a rule's business (`oxconf/rules/`); here stand the mistakes that make the
files impossible or meaningless.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, did_you_mean
from oxconf.deployment.model import (
    DatabaseAccess,
    Deployment,
    Flavour,
    Mode,
    ReadPolicy,
    Role,
    WebAccess,
)

SERIES = {
    Flavour.MARIADB: ("10.0", "10.1", "10.2", "10.3", "10.4", "10.5", "10.6", "10.11", "11.4", "11.8"),
    Flavour.MYSQL: ("5.6", "5.7", "8.0", "8.4"),
    Flavour.PXC: ("5.6", "5.7", "8.0"),
}
"""Release series whose options are known."""


def mistakes_of(deployment: Deployment) -> list[Mistake]:
    """Return everything that does not fit together."""
    return [
        *_names(deployment),
        *_addresses(deployment),
        *_roles(deployment),
        *_database(deployment),
        *_endpoints(deployment),
        *_web(deployment),
    ]


def _names(deployment: Deployment) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for index, host in enumerate(deployment.hosts):
        first = seen.setdefault(host.name, index)
        if first != index:
            yield Mistake(
                ("hosts", index, "name"), f'host "{host.name}" is there twice', "give each host a name of its own"
            )
        for position, role in enumerate(host.roles):
            if role in host.roles[:position]:
                yield Mistake(
                    ("hosts", index, "roles", position), f'host "{host.name}" has the role "{role.value}" twice'
                )
    if not deployment.hosts:
        yield Mistake(("hosts",), "no hosts are named", "leave the list out to get the tier's")


def _addresses(deployment: Deployment) -> Iterator[Mistake]:
    network = deployment.network.cidr
    owners: dict[IPv4Address, str] = {}
    named: list[tuple[Path, str, IPv4Address | None]] = [
        (("hosts", index, "address"), f'host "{host.name}"', host.address)
        for index, host in enumerate(deployment.hosts)
    ]
    named += [
        (("database", "write_address"), "the write address", deployment.database.write_address),
        (("database", "read_address"), "the read address", deployment.database.read_address),
        (("web", "address"), "the web address", deployment.web.address),
    ]
    for path, owner, address in named:
        if address is None:
            continue
        instead: tuple[Path, ...] = (("network", "cidr"),)
        if address not in network:
            yield Mistake(
                path,
                f"{owner}: {address} is outside the network {network}",
                "choose an address of the network, or change network.cidr",
                instead,
            )
        elif network.prefixlen < 31 and address in (network.network_address, network.broadcast_address):
            yield Mistake(path, f"{owner}: {address} is not a host address of {network}", "", instead)
        other = owners.setdefault(address, owner)
        if other != owner:
            yield Mistake(
                path, f"{owner}: {address} belongs to {other} already", "give each its own address", instead
            )
    if not deployment.network.multicast_group.is_multicast:
        yield Mistake(
            ("network", "multicast_group"),
            f"{deployment.network.multicast_group} is not a multicast address",
            "224.0.0.0 to 239.255.255.255; the tutorial uses 224.0.0.1",
        )


def _roles(deployment: Deployment) -> Iterator[Mistake]:
    def lacking(role: Role, why: str) -> Iterator[Mistake]:
        if not deployment.with_role(role):
            yield Mistake(("hosts",), f'no host has the role "{role.value}": {why}', "add it to a host's roles")

    yield from lacking(Role.GROUPWARE, "somebody must run OX")
    yield from lacking(Role.DATABASE, "OX needs its database")
    yield from lacking(Role.WEB, "users reach OX through Apache")
    if deployment.filestore.server is None:
        yield from lacking(Role.FILESTORE, "name a host, or an outside server as filestore.server")
    elif deployment.with_role(Role.FILESTORE):
        yield Mistake(
            ("filestore", "server"),
            "an outside filestore is named, and a host has the role filestore as well",
            "leave one of them out",
        )
    if len(deployment.with_role(Role.FILESTORE)) > 1:
        yield Mistake(("hosts",), "two hosts have the role filestore", "one serves the files to all")
    for index, host in enumerate(deployment.hosts):
        if host.has(Role.GROUPWARE) and host.has(Role.PROVISIONING):
            yield Mistake(
                ("hosts", index, "roles"),
                f'host "{host.name}" is groupware and provisioning at once',
                "the provisioning node takes no users; drop one of the roles",
            )
        if host.has(Role.ARBITRATOR) and host.has(Role.DATABASE):
            yield Mistake(
                ("hosts", index, "roles"),
                f'host "{host.name}" is database and arbitrator at once',
                "an arbitrator's vote counts only on a host of its own",
            )
        if host.route is not None and not host.has(Role.GROUPWARE, Role.PROVISIONING):
            yield Mistake(("hosts", index, "route"), f'host "{host.name}" runs no OX, so it has no route')
        if host.load_factor is not None and not host.has(Role.GROUPWARE):
            yield Mistake(("hosts", index, "load_factor"), f'host "{host.name}" takes no users, so no load factor')
        if not host.roles:
            yield Mistake(("hosts", index, "roles"), f'host "{host.name}" has no role')


def _database(deployment: Deployment) -> Iterator[Mistake]:
    database = deployment.database
    servers = deployment.with_role(Role.DATABASE)
    mode, flavour = database.mode, database.flavour
    at_mode: tuple[Path, ...] = (("database", "mode"), ("hosts",))
    if database.version not in SERIES[flavour]:
        yield Mistake(
            ("database", "version"),
            f'{flavour.value} "{database.version}" is not known',
            "known: " + ", ".join(SERIES[flavour]),
            (("database", "flavour"),),
        )
    if mode is Mode.GALERA and flavour is Flavour.MYSQL:
        yield Mistake(
            ("database", "flavour"),
            "MySQL has no Galera",
            "take mariadb or percona-xtradb-cluster, or the mode replication",
            at_mode,
        )
    if mode is not Mode.GALERA and flavour is Flavour.PXC:
        yield Mistake(
            ("database", "flavour"), "Percona XtraDB Cluster is Galera", 'take the mode "galera"', at_mode
        )
    if mode is Mode.STANDALONE and len(servers) > 1:
        yield Mistake(
            ("hosts",),
            f"{len(servers)} hosts have the role database, but the mode is standalone",
            "take the mode galera or replication, or one host",
            (("database", "mode"),),
        )
    if mode is not Mode.STANDALONE and len(servers) == 1:
        yield Mistake(
            ("hosts",),
            f'only "{servers[0].name}" has the role database, but the mode is {mode.value}',
            "name two or more, or take the mode standalone",
            (("database", "mode"),),
        )
    if mode is not Mode.GALERA and deployment.with_role(Role.ARBITRATOR):
        yield Mistake(("hosts",), "only Galera has an arbitrator", "drop the role arbitrator", (("database", "mode"),))
    names = [server.name for server in servers]
    if servers and database.writer not in names:
        yield Mistake(
            ("database", "writer"),
            f'"{database.writer}" is not a host with the role database',
            did_you_mean(str(database.writer), names),
        )


def _endpoints(deployment: Deployment) -> Iterator[Mistake]:
    database = deployment.database
    mode, access, policy = database.mode, database.access, database.read_policy
    at_policy: tuple[Path, ...] = (("database", "access"), ("database", "mode"))
    if (access is DatabaseAccess.DIRECT) is not (mode is Mode.STANDALONE):
        yield Mistake(
            ("database", "access"),
            f'access "{access.value}" does not go with the mode {mode.value}',
            "direct is for standalone; haproxy or floating-address for galera and replication",
            (("database", "mode"),),
        )
        return
    if policy is ReadPolicy.ROUND_ROBIN_CAUSAL and mode is not Mode.GALERA:
        yield Mistake(
            ("database", "read_policy"),
            f"causal reads are Galera's; the mode is {mode.value}",
            'take "round-robin-monitor"' if mode is Mode.REPLICATION else 'take "write-address"',
            at_policy,
        )
    elif policy in (ReadPolicy.ROUND_ROBIN_CAUSAL, ReadPolicy.ROUND_ROBIN_MONITOR) and (
        access is not DatabaseAccess.HAPROXY
    ):
        yield Mistake(
            ("database", "read_policy"),
            f'round robin needs a balancer; access is "{access.value}"',
            'take access "haproxy", or the read policy "write-address"',
            at_policy,
        )
    if policy is ReadPolicy.READ_ADDRESS:
        if access is not DatabaseAccess.FLOATING:
            yield Mistake(
                ("database", "read_policy"),
                f'the read policy "read-address" goes with access "floating-address", not "{access.value}"',
                "take another read policy or access",
                at_policy,
            )
        elif database.read_address is None:
            yield Mistake(
                ("database", "read_policy"), "no database.read_address is named", "name one", at_policy
            )
    needs_address = access is DatabaseAccess.FLOATING or mode is Mode.REPLICATION
    if needs_address and database.write_address is None:
        yield Mistake(
            ("database", "write_address"),
            "the writer needs a floating address here",
            "add database.write_address",
            at_policy,
        )
    if access is DatabaseAccess.HAPROXY and database.read_port == database.write_port:
        yield Mistake(
            ("database", "write_port"),
            f"HAProxy can not serve reads and writes on the same port {database.write_port}",
            "choose two ports",
            (("database", "read_port"),),
        )


def _web(deployment: Deployment) -> Iterator[Mistake]:
    web = deployment.web
    balancers = deployment.with_role(Role.BALANCER)
    if web.access is WebAccess.KEEPALIVED:
        if web.address is None:
            yield Mistake(
                ("web", "address"), "keepalived needs a floating address", "add web.address", (("web", "access"),)
            )
        if not balancers:
            yield Mistake(
                ("hosts",),
                'no host has the role "balancer": somebody must hold the web address',
                'add it to the web servers, or set web.access = "none"',
                (("web", "access"),),
            )
    for index, host in enumerate(deployment.hosts):
        if host.has(Role.BALANCER) and not host.has(Role.WEB):
            yield Mistake(
                ("hosts", index, "roles"),
                f'host "{host.name}" is balancer without being web',
                "a balancer of its own is not offered yet; give it the role web as well",
            )
        if host.has(Role.BALANCER) and web.access is WebAccess.NONE:
            yield Mistake(
                ("hosts", index, "roles"),
                f'host "{host.name}" is balancer, but web.access is "none"',
                "drop the role, or take web.access keepalived",
                (("web", "access"),),
            )
