"""What must hold inside one cluster file beyond types and ranges: names, addresses, roles, the network.

What can be seen in the rendered files is a rule's business (`oxconf/rules/`); here stand the mistakes that make
the files impossible or meaningless.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from attrs import fields, frozen

from oxconf.deployment.consistency_backup import backup_mistakes
from oxconf.deployment.consistency_database import database_mistakes
from oxconf.deployment.consistency_web import ROLES, web_mistakes
from oxconf.deployment.folders import folder_mistakes
from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, quoted
from oxconf.deployment.model import (
    Deployment,
    Host,
    ReadPolicy,
    Role,
    SecretNames,
    WebAccess,
)
from oxconf.deployment.topology import database_floats, floating_addresses, has_directors, maxscale_floats

MOST_HOSTS = 1000

LARGEST, SMALLEST = 8, 30
"""Prefix lengths of the networks that can hold a cluster."""

MULTICAST_ROUTE = IPv4Network("224.0.0.0/8")
"""What the multicast route of the tutorial covers."""

NAMES: Path = ("hosts", "*", "name")


def mistakes_of(deployment: Deployment) -> list[Mistake]:
    """Return everything that does not fit together."""
    mistakes = [
        *_network(deployment),
        *_addresses(deployment),
        *_host_names(deployment),
        *_roles(deployment),
        *_routes(deployment),
        *_filestore(deployment),
        *folder_mistakes(deployment),
        *database_mistakes(deployment),
        *web_mistakes(deployment),
        *backup_mistakes(deployment),
        *_munin(deployment),
        *_names_of_secrets(deployment),
    ]
    if not deployment.hosts:
        mistakes = [mistake for mistake in mistakes if not mistake.follows_from(("hosts",))]
        mistakes.append(Mistake(("hosts",), "no hosts are named", "leave the list out to get the tier's"))
    return mistakes


def _about(host: Host) -> str:
    return f"host {quoted(host.name)}"


def _network(deployment: Deployment) -> Iterator[Mistake]:
    network = deployment.network
    if not LARGEST <= network.cidr.prefixlen <= SMALLEST:
        yield Mistake(
            ("network", "cidr"),
            f"a network of /{network.cidr.prefixlen} holds no cluster",
            f"take /{LARGEST} to /{SMALLEST}",
        )
    elif network.cidr.is_multicast or network.cidr.is_reserved or network.cidr.is_unspecified:
        yield Mistake(
            ("network", "cidr"), f"no host has an address in {network.cidr}", "take a network of your own"
        )
    group = network.multicast_group
    if group not in MULTICAST_ROUTE or group == MULTICAST_ROUTE.network_address:
        yield Mistake(
            ("network", "multicast_group"),
            f"{group} is not a group that the multicast route {MULTICAST_ROUTE} reaches",
            "take 224.0.0.1 to 224.255.255.255; the tutorial has 224.0.0.1",
        )


def _names_of_secrets(deployment: Deployment) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for purpose in fields(SecretNames):
        name = getattr(deployment.secrets, purpose.name)
        other = first.setdefault(name, purpose.name)
        if other != purpose.name:
            yield Mistake(
                ("secrets", purpose.name),
                f'secrets.{other} and secrets.{purpose.name} have the same name "{name}"',
                "give each its own: who learns one password should not know the other",
                (("secrets", other),),
            )


def _host_names(deployment: Deployment) -> Iterator[Mistake]:
    if len(deployment.hosts) > MOST_HOSTS:
        yield Mistake(("hosts",), f"{len(deployment.hosts)} hosts are too many", f"at most {MOST_HOSTS}")
    first: dict[str, int] = {}
    for index, host in enumerate(deployment.hosts):
        path: Path = ("hosts", index, "name")
        other = first.setdefault(host.name, index)
        if other != index:
            yield Mistake(
                path,
                "the name is there twice",
                "give each host a name of its own",
                rests_on=(path, ("hosts", other, "name")),
            )
        if host.name == "localhost":
            yield Mistake(path, "this name belongs to every host", "choose another one")


@frozen
class _Named:
    """An address in use: where it stands, whose it is, and the values that it is in use by."""

    path: Path
    owner: str
    address: IPv4Address
    used_by: tuple[Path, ...]


def _addresses(deployment: Deployment) -> Iterator[Mistake]:
    network = deployment.network.cidr
    if network.prefixlen > SMALLEST:
        return
    at_network: Path = ("network", "cidr")
    first: dict[IPv4Address, _Named] = {}
    for one in _named_addresses(deployment):
        if one.address not in network:
            yield Mistake(
                one.path,
                f"the address is outside the network {network}",
                "take addresses of the network, or change network.cidr; without [[hosts]] the tier's hosts are taken",
                (at_network,),
                about=one.owner,
                rests_on=(one.path, *one.used_by, at_network),
            )
        elif one.address in (network.network_address, network.broadcast_address):
            yield Mistake(
                one.path,
                f"{one.address} is no host's address in {network}",
                "take one between the first and the last",
                (at_network,),
                about=one.owner,
                rests_on=(one.path, *one.used_by, at_network),
            )
        other = first.setdefault(one.address, one)
        if other is not one:
            yield Mistake(
                one.path,
                f"{one.address} belongs to {other.owner} already",
                "give each its own address",
                (other.path,),
                about=one.owner,
                rests_on=(one.path, *one.used_by, other.path, *other.used_by, (*other.path[:2], "name")),
            )


def _named_addresses(deployment: Deployment) -> Iterator[_Named]:
    """Yield the addresses that are in use; a tier names a write address that some modes have no use for."""
    for index, host in enumerate(deployment.hosts):
        yield _Named(("hosts", index, "address"), _about(host), host.address, ())
    database, web = deployment.database, deployment.web
    by_policy: tuple[Path, ...] = tuple(("database", key) for key in ("mode", "access", "read_policy"))
    floats = database_floats(deployment) or maxscale_floats(deployment)
    if floats and database.write_address is not None:
        yield _Named(
            ("database", "write_address"),
            f"database.write_address ({database.write_address})",
            database.write_address,
            by_policy,
        )
    reads = has_directors(deployment) or database.read_policy is ReadPolicy.READ_ADDRESS
    if reads and database.read_address is not None:
        yield _Named(
            ("database", "read_address"),
            f"database.read_address ({database.read_address})",
            database.read_address,
            by_policy,
        )
    if web.access is WebAccess.KEEPALIVED and web.address is not None:
        yield _Named(("web", "address"), f"web.address ({web.address})", web.address, (("web", "access"),))


def _roles(deployment: Deployment) -> Iterator[Mistake]:
    for role, why in (
        (Role.GROUPWARE, "somebody must run OX"),
        (Role.DATABASE, "OX needs its database"),
        (Role.WEB, "users reach OX through Apache"),
    ):
        if not deployment.with_role(role):
            yield Mistake(
                ("hosts",),
                f'no host has the role "{role.value}": {why}',
                "add it to the roles of a host",
                rests_on=(ROLES,),
            )
    for index, host in enumerate(deployment.hosts):
        at_roles: Path = ("hosts", index, "roles")
        if not host.roles:
            yield Mistake(at_roles, "no role is named", "name at least one")
        for position, role in enumerate(host.roles):
            if role in host.roles[:position]:
                yield Mistake((*at_roles, position), f'the role "{role.value}" is there twice', "drop one")
        if host.has(Role.GROUPWARE) and host.has(Role.PROVISIONING):
            yield Mistake(
                at_roles,
                "groupware and provisioning do not combine",
                "a provisioning node takes no users; drop one of the roles",
            )
        if host.has(Role.ARBITRATOR) and host.has(Role.DATABASE):
            yield Mistake(
                at_roles,
                "database and arbitrator do not combine",
                "drop one of the roles: an arbitrator's vote counts only on a host of its own",
            )


def _routes(deployment: Deployment) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for index, host in enumerate(deployment.hosts):
        path: Path = ("hosts", index, "route")
        at_roles: Path = ("hosts", index, "roles")
        if host.load_factor is not None and not host.has(Role.GROUPWARE):
            at_load: Path = ("hosts", index, "load_factor")
            yield Mistake(
                at_load,
                "a load factor is for hosts with the role groupware",
                "drop it, or add the role",
                rests_on=(at_load, at_roles),
            )
        if host.route is None:
            continue
        if not host.has(Role.GROUPWARE, Role.PROVISIONING):
            yield Mistake(
                path,
                "a route is for hosts that run OX",
                'drop it, or add the role "groupware"',
                rests_on=(path, at_roles),
            )
        # Apache tells routes apart by case, people do not.
        other = first.setdefault(host.route.upper(), index)
        if other != index:
            at_other: Path = ("hosts", other, "route")
            yield Mistake(
                path,
                f'the route "{host.route}" belongs to {_about(deployment.hosts[other])} already',
                "give each OX node a route of its own",
                (at_other,),
                rests_on=(path, at_other, (*at_other[:2], "name")),
            )


def _munin(deployment: Deployment) -> Iterator[Mistake]:
    """Look at who asks. A host of the cluster may: it comes from its own address, also to itself."""
    at_master: Path = ("munin", "master")
    for floating in floating_addresses(deployment):
        if floating.address == deployment.munin.master:
            yield Mistake(
                at_master,
                f"{floating.address} is the floating {floating.name} address, and whoever holds it asks from an "
                "address of its own",
                "name the own address of the host that the Munin server runs on",
                rests_on=(at_master, ("web", "address"), ("database", "*")),
            )


def _filestore(deployment: Deployment) -> Iterator[Mistake]:
    filestore = deployment.filestore
    servers = deployment.with_role(Role.FILESTORE)
    at_server: Path = ("filestore", "server")
    if len(servers) > 1:
        for index, host in enumerate(deployment.hosts):
            if host.has(Role.FILESTORE):
                yield Mistake(
                    ("hosts", index, "roles"),
                    'the role "filestore" is there more than once',
                    "one host serves the files to all",
                    rests_on=(ROLES,),
                )
    if filestore.server is None:
        if not servers:
            yield Mistake(
                ("hosts",),
                'no host has the role "filestore": users store files',
                "add it to the roles of a host, or name an outside server as filestore.server",
                rests_on=(ROLES, at_server),
            )
    elif servers:
        yield Mistake(
            at_server,
            f"an outside filestore is named, and {_about(servers[0])} has the role filestore as well",
            "leave one of them out",
            rests_on=(at_server, ROLES, NAMES),
        )
    else:
        for host in deployment.hosts:
            if filestore.server in (host.name, str(host.address)):
                yield Mistake(
                    at_server,
                    f"{quoted(filestore.server)} is {_about(host)} of this cluster",
                    "leave filestore.server out and give the host the role filestore",
                    rests_on=(at_server, NAMES, ("hosts", "*", "address")),
                )
