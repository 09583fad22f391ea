"""What must hold between the database servers, their mode, and how OX reaches them."""

from collections.abc import Iterator

from oxconf.deployment.consistency_maxscale import maxscale_mistakes
from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake, did_you_mean, listed, quoted
from oxconf.deployment.model import DatabaseAccess, Deployment, Flavour, Mode, ReadPolicy, Role
from oxconf.deployment.servers import PRODUCTS, SERIES
from oxconf.deployment.topology import has_directors, write_ports

LAST_PORT = 65535

MODE: Path = ("database", "mode")
FLAVOUR: Path = ("database", "flavour")
VERSION: Path = ("database", "version")
ACCESS: Path = ("database", "access")
POLICY: Path = ("database", "read_policy")
ROLES: Path = ("hosts", "*", "roles")
NAMES: Path = ("hosts", "*", "name")


def database_mistakes(deployment: Deployment) -> Iterator[Mistake]:
    """Yield everything about the database that does not fit together."""
    yield from _product(deployment)
    yield from _servers(deployment)
    yield from _access(deployment)


def _product(deployment: Deployment) -> Iterator[Mistake]:
    database = deployment.database
    if database.version not in SERIES[database.flavour]:
        yield Mistake(
            VERSION,
            f"{PRODUCTS[database.flavour]} has no series {quoted(database.version)} that oxconf knows",
            "set database.version to one of " + ", ".join(SERIES[database.flavour]),
            (FLAVOUR,),
        )
    if database.mode is Mode.GALERA and database.flavour is Flavour.MYSQL:
        yield Mistake(
            FLAVOUR,
            "MySQL has no Galera: it belongs to MariaDB and Percona XtraDB Cluster",
            "take mariadb or percona-xtradb-cluster, or the mode replication",
            (MODE,),
        )
    if database.mode is not Mode.GALERA and database.flavour is Flavour.PXC:
        yield Mistake(
            FLAVOUR,
            f"Percona XtraDB Cluster is always a Galera cluster, and the mode is {database.mode.value}",
            'take the mode "galera", or mariadb or mysql',
            (MODE,),
        )


def _servers(deployment: Deployment) -> Iterator[Mistake]:
    database, servers = deployment.database, deployment.with_role(Role.DATABASE)
    if database.mode is Mode.STANDALONE and len(servers) > 1:
        yield Mistake(
            MODE,
            f"the mode is standalone, but {len(servers)} hosts have the role database",
            "take the mode galera or replication, or one database host",
            (("hosts",),),
            rests_on=(MODE, ROLES),
        )
    if database.mode is not Mode.STANDALONE and len(servers) == 1:
        yield Mistake(
            MODE,
            f"the mode is {database.mode.value}, but only one host has the role database",
            "name two or more, or take the mode standalone",
            (("hosts",),),
            rests_on=(MODE, ROLES),
        )
    if database.mode is not Mode.GALERA and deployment.with_role(Role.ARBITRATOR):
        yield Mistake(
            ("hosts",),
            f"only Galera has an arbitrator, and the mode is {database.mode.value}",
            "drop the role arbitrator",
            (MODE,),
            rests_on=(MODE, ROLES),
        )
    if database.semi_sync and database.mode is not Mode.REPLICATION:
        yield Mistake(
            ("database", "semi_sync"),
            f"only a master waits for its slaves, and the mode is {database.mode.value}",
            "leave semi_sync out: in Galera a write reaches the other nodes before it is told as saved anyway"
            if database.mode is Mode.GALERA
            else "leave semi_sync out, or take the mode replication",
            (MODE,),
        )
    names = [server.name for server in servers]
    if servers and database.writer not in names:
        writer: Path = ("database", "writer")
        yield Mistake(
            writer,
            f"{quoted(database.writer)} is not a host with the role database",
            did_you_mean(database.writer, names),
            (("hosts",),),
            rests_on=(writer, ROLES, NAMES),
        )


def _access(deployment: Deployment) -> Iterator[Mistake]:
    database = deployment.database
    mode, access = database.mode, database.access
    if (access is DatabaseAccess.DIRECT) is not (mode is Mode.STANDALONE):
        yield Mistake(
            ACCESS,
            f"access {access.value} does not go with the mode {mode.value}",
            "direct is for standalone; haproxy or floating-address for galera and replication; for galera also lvs or "
            "maxscale",
            (MODE,),
        )
        return
    if access is DatabaseAccess.LVS and mode is Mode.REPLICATION:
        yield Mistake(
            ACCESS,
            "LVS would move the writes to a slave by a health check; in replication a person promotes it first",
            "take haproxy for the reads, or floating-address; lvs goes with the mode galera",
            (MODE,),
        )
        return
    yield from maxscale_mistakes(deployment)
    if access is DatabaseAccess.MAXSCALE and mode is not Mode.GALERA:
        return
    yield from _read_policy(deployment)
    yield from _directors(deployment)
    floats = access in (DatabaseAccess.FLOATING, DatabaseAccess.LVS) or mode is Mode.REPLICATION
    if floats and database.write_address is None:
        yield Mistake(
            ("database", "write_address"),
            "the writer needs a floating address here",
            "add database.write_address",
            (ACCESS, MODE),
        )
    if access is DatabaseAccess.HAPROXY:
        yield from _ports(deployment)


def _directors(deployment: Deployment) -> Iterator[Mistake]:
    """Look at who is a director: with direct routing neither a client nor a server can be the director itself."""
    lvs = has_directors(deployment)
    if lvs and not deployment.with_role(Role.DIRECTOR):
        yield Mistake(
            ("hosts",),
            'no host has the role "director": somebody must lead OX to the database servers',
            "give it to one host, or better two, that run neither OX nor a database",
            (ACCESS,),
            rests_on=(ACCESS, ROLES),
        )
    for index, host in enumerate(deployment.hosts):
        at_roles: Path = ("hosts", index, "roles")
        if host.has(Role.DIRECTOR) and not lvs:
            yield Mistake(
                at_roles,
                f"there is nothing to direct: database.access is {deployment.database.access.value}",
                'drop the role director, or take database.access "lvs"',
                (ACCESS,),
            )
        elif host.has(Role.DIRECTOR) and (host.has(Role.DATABASE) or host.runs_ox):
            yield Mistake(
                at_roles,
                "a director runs neither a database nor OX: LVS can not lead its own host's calls, and the servers "
                "answer the callers directly",
                "give the role director to a host of its own",
            )
        elif lvs and host.has(Role.DATABASE) and host.runs_ox:
            yield Mistake(
                at_roles,
                'database and OX do not combine where database.access is "lvs": the host has the write address on '
                "lo, so its OX would write to its own server whoever the writer is",
                "give them hosts of their own, or take another database.access",
                (ACCESS,),
            )


def _ports(deployment: Deployment) -> Iterator[Mistake]:
    """Compare the ports of the local HAProxy; Galera has one for writes for each database host but the last."""
    database, ports = deployment.database, write_ports(deployment)
    read_port: Path = ("database", "read_port")
    write_port: Path = ("database", "write_port")
    if database.read_port == database.write_port:
        yield Mistake(
            write_port,
            f"HAProxy can not take reads and writes on the same port {database.write_port}",
            "choose two ports",
            (read_port,),
            rests_on=(read_port, write_port, ACCESS, MODE),
        )
    elif database.read_port in ports:
        yield Mistake(
            read_port,
            f"HAProxy takes writes on {listed(map(str, ports))}, a port for each database host but the last",
            "choose a read_port that is none of them, or another write_port",
            (write_port,),
            rests_on=(read_port, write_port, ACCESS, MODE, ROLES),
        )
    if ports and ports[-1] > LAST_PORT:
        yield Mistake(
            write_port,
            f"HAProxy takes writes on {ports[0]} to {ports[-1]}, a port for each database host but the last, "
            f"and no port is above {LAST_PORT}",
            f"choose a write_port of at most {LAST_PORT + 1 - len(ports)}",
            rests_on=(write_port, ACCESS, MODE, ROLES),
        )


def _read_policy(deployment: Deployment) -> Iterator[Mistake]:
    database = deployment.database
    mode, access, policy = database.mode, database.access, database.read_policy
    lvs = access is DatabaseAccess.LVS
    spreads = lvs or access in (DatabaseAccess.HAPROXY, DatabaseAccess.MAXSCALE)
    round_robin = (ReadPolicy.ROUND_ROBIN_CAUSAL, ReadPolicy.ROUND_ROBIN_MONITOR)
    with_address = round_robin if lvs else (ReadPolicy.READ_ADDRESS,)
    combinations = [
        ReadPolicy.ROUND_ROBIN_CAUSAL if spreads and mode is Mode.GALERA else None,
        ReadPolicy.ROUND_ROBIN_MONITOR if spreads else None,
        # In replication nobody moves a floating address for reads.
        ReadPolicy.READ_ADDRESS if access is DatabaseAccess.FLOATING and mode is Mode.GALERA else None,
        # HAProxy takes no writes in replication: without reads it would have nothing to do.
        None if access is DatabaseAccess.HAPROXY and mode is Mode.REPLICATION else ReadPolicy.WRITE_ADDRESS,
    ]
    possible = [word for word in combinations if word]
    if policy not in possible:
        yield Mistake(
            POLICY,
            f"the read policy {policy.value} does not go with the mode {mode.value} and access {access.value}",
            "take " + " or ".join(f'"{word.value}"' for word in possible),
            (ACCESS, MODE),
        )
    elif policy in with_address and database.read_address is None:
        yield Mistake(
            POLICY,
            "LVS changes no ports: reads need an address of their own, and there is none"
            if lvs
            else "the read policy is read-address, but there is none",
            "add database.read_address" + (', or take "write-address"' if lvs else ""),
            (ACCESS,),
        )
    elif policy not in with_address and database.read_address is not None:
        read_address: Path = ("database", "read_address")
        users = [word.value for word in possible if word in with_address]
        yield Mistake(
            read_address,
            f"nothing uses this address: the read policy is {policy.value}",
            f'drop it, or take "{users[0]}"' if users else "drop it",
            rests_on=(read_address, POLICY, ACCESS, MODE),
        )
