"""What must hold where MaxScale stands in front of the database servers."""

from collections.abc import Iterator

from oxconf.deployment.locate import Path
from oxconf.deployment.mistakes import Mistake
from oxconf.deployment.model import DatabaseAccess, Deployment, Mode, Role
from oxconf.deployment.topology import MAXSCALE_ADMIN_PORT, maxscale_floats, maxscale_hosts, maxscale_reads

MODE: Path = ("database", "mode")
ACCESS: Path = ("database", "access")
POLICY: Path = ("database", "read_policy")
ROLES: Path = ("hosts", "*", "roles")
READ_PORT: Path = ("database", "read_port")
WRITE_PORT: Path = ("database", "write_port")


def maxscale_mistakes(deployment: Deployment) -> Iterator[Mistake]:
    """Yield everything about MaxScale that does not fit together; the role without the access as well."""
    database = deployment.database
    if database.access is not DatabaseAccess.MAXSCALE:
        yield from _without(deployment)
        return
    if database.mode is not Mode.GALERA:
        yield Mistake(
            ACCESS,
            "oxconf knows MaxScale in front of Galera alone: in replication a person moves the writes, "
            "and MaxScale's monitor would do it by itself",
            'take the mode "galera", or the access haproxy or floating-address',
            (MODE,),
        )
        return
    yield from _hosts(deployment)
    yield from _ports(deployment)


def _without(deployment: Deployment) -> Iterator[Mistake]:
    for index, host in enumerate(deployment.hosts):
        if host.has(Role.MAXSCALE):
            yield Mistake(
                ("hosts", index, "roles"),
                f"there is nothing for MaxScale to do: database.access is {deployment.database.access.value}",
                'drop the role maxscale, or take database.access "maxscale"',
                (ACCESS,),
            )


def _hosts(deployment: Deployment) -> Iterator[Mistake]:
    for index, host in enumerate(deployment.hosts):
        if not host.has(Role.MAXSCALE):
            continue
        at_roles: Path = ("hosts", index, "roles")
        if host.has(Role.DATABASE):
            yield Mistake(
                at_roles,
                "database and maxscale do not combine: both would take from the same memory, and the same ports",
                "give MaxScale a host of its own, or no host the role maxscale: it then runs on the OX hosts",
            )
        elif host.runs_ox:
            yield Mistake(
                at_roles,
                "a host that runs OX needs no role for MaxScale",
                "give no host the role maxscale: it then runs on every OX host",
            )
    if maxscale_floats(deployment) and deployment.database.write_address is None:
        yield Mistake(
            ("database", "write_address"),
            "several hosts run MaxScale, and OX needs one address for them",
            "add database.write_address: keepalived moves it between them",
            (ACCESS,),
            rests_on=(("database", "write_address"), ACCESS, ROLES),
        )


def _ports(deployment: Deployment) -> Iterator[Mistake]:
    database = deployment.database
    if maxscale_reads(deployment) and database.read_port == database.write_port:
        yield Mistake(
            WRITE_PORT,
            f"MaxScale can not take reads and writes on the same port {database.write_port}",
            "choose two ports",
            (READ_PORT,),
            rests_on=(READ_PORT, WRITE_PORT, ACCESS, MODE, POLICY),
        )
    own = {WRITE_PORT: database.write_port}
    if maxscale_reads(deployment):
        own[READ_PORT] = database.read_port
    for path, port in own.items():
        if port == MAXSCALE_ADMIN_PORT and maxscale_hosts(deployment):
            yield Mistake(
                path,
                f"MaxScale's REST API has the port {MAXSCALE_ADMIN_PORT}",
                "choose another port",
                rests_on=(path, ACCESS, MODE, POLICY),
            )
