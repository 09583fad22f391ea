"""Which changes of the database servers can be made one server after the other, and what the others need."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts._server import unit_name
from oxconf.deployment.database import Flavour, Mode
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment
from oxconf.deployment.servers import PRODUCTS, SERIES, Server, series_number, server_of
from oxconf.deployment.topology import database_hosts, writer

UPGRADES = {
    Flavour.MARIADB: "MariaDB manual, Upgrading Galera Cluster",
    Flavour.MYSQL: "MySQL 8.4 manual, Upgrade Paths",
    Flavour.PXC: "Percona XtraDB Cluster 8.4 manual, Upgrade",
}
"""Who says that a series must not be left out."""

DOWNGRADES = {
    Flavour.MARIADB: "MariaDB manual, Downgrading MariaDB",
    Flavour.MYSQL: "MySQL 8.4 manual, Downgrading MySQL",
    Flavour.PXC: "MySQL 8.4 manual, Downgrading MySQL",
}
"""Who says that a server does not go back to an earlier series with its data."""

BOOTSTRAP, ACCOUNTS = "Begin the Galera cluster", "Make the accounts of the database"
"""Titles of steps of the first setup."""
REPLACE = "runbooks/replace-database.md of the new cluster"
OTHER_HOSTS = (
    "Install the new files on the other hosts; install.sh says what to start anew there. Start OX last."
)


@frozen
class Standstill:
    """A change that no restart of one server after the other can make.

    `reasons` say why, in a sentence each; `steps` are what it takes instead, in this order.
    """

    reasons: tuple[str, ...]
    steps: tuple[str, ...]


def standstill(old: Deployment, new: Deployment) -> Standstill | None:
    """Return what a change of mode, product or series takes, or None where one server after the other can be changed.

    One series up can be rolled. MariaDB may leave series out, save in a Galera cluster: for one its makers describe the
    way to the next series alone. MySQL and Percona XtraDB Cluster leave none out.
    """
    was, now = (server_of(each.database.flavour, each.database.version) for each in (old, new))
    if was is None or now is None:
        return None
    reasons = tuple(_reasons(old, new, was, now))
    if not reasons:
        return None
    if was.flavour is not now.flavour or _is_earlier(now, was):
        steps = _anew(old, new, now)
    elif _between(old, was, now):
        steps = _by_way(old, new, was, now)
    elif was != now:
        steps = _one_thing_at_a_time(new, now)
    else:
        steps = _other_mode(old, new)
    return Standstill(reasons, tuple(steps))


def _reasons(old: Deployment, new: Deployment, was: Server, now: Server) -> Iterator[str]:
    if was.flavour is not now.flavour:
        yield (
            f"{PRODUCTS[was.flavour]} and {PRODUCTS[now.flavour]} are two products: their servers make no "
            "cluster together, and what one wrote the other need not read"
        )
    elif _is_earlier(now, was):
        yield f"{now.name} does not read the data of {was.name} ({DOWNGRADES[now.flavour]})"
    elif left_out := _between(old, was, now):
        yield f"from {was.name} to {now.name}, {listed(left_out)} may not be left out ({UPGRADES[now.flavour]})"
    if old.database.mode is not new.database.mode:
        yield _of_mode(old.database.mode, new.database.mode)


def _of_mode(old: Mode, new: Mode) -> str:
    change = f"from {old.value} to {new.value}"
    if new is Mode.GALERA:
        return (
            f"{change}, somebody must begin the cluster: a node that is only restarted finds nobody to join"
        )
    if new is Mode.REPLICATION:
        return f"{change}, a restart makes no slave: the data must be copied and replication be set up"
    return f"{change}, one server keeps the data and the others end: OX must not write meanwhile"


def _is_earlier(one: Server, other: Server) -> bool:
    return series_number(one.version) < series_number(other.version)


def _between(old: Deployment, was: Server, now: Server) -> tuple[str, ...]:
    """Return the series that lie between two of one product, where none may be left out."""
    if now.flavour is Flavour.MARIADB and old.database.mode is not Mode.GALERA:
        return ()
    low, high = series_number(was.version), series_number(now.version)
    return tuple(
        f"{PRODUCTS[now.flavour]} {series}"
        for series in SERIES[now.flavour]
        if low < series_number(series) < high
    )


def _names(deployment: Deployment) -> str:
    return listed(host.name for host in database_hosts(deployment))


def _anew(old: Deployment, new: Deployment, now: Server) -> Iterator[str]:
    yield "Dump all databases of OX, and see that the dump can be read back; a copy of the data folder is no help."
    yield "Stop OX on every host, and dump once more: what is written after that is lost."
    yield (
        f"Stop the database servers of {_names(old)} and move their data folders away; they are the only way back, "
        "with the old packages and files."
    )
    yield (
        f"Set up {_names(new)} with {now.name} as new servers: RUNBOOK.md of the new cluster, "
        '"Users and packages" and "Database".'
    )
    yield f"Read the dump on {writer(new).name}."
    yield OTHER_HOSTS


def _by_way(old: Deployment, new: Deployment, was: Server, now: Server) -> Iterator[str]:
    left_out = _between(old, was, now)
    yield "Back up the databases, and see that the backup can be read back: there is no way back but this one."
    instead = ""
    if now.flavour is Flavour.MARIADB and old.database.mode is new.database.mode:
        instead = (
            f" Or stop OX and all nodes, install {now.name} on all of them, and begin the cluster anew on the node "
            "that was stopped last: runbooks/recover.md."
        )
    yield (
        f"Go by way of {listed(left_out)}: write a cluster file for each, and let oxconf diff compare it with the one "
        f"before; each step is a rolling one.{instead}"
    )
    if old.database.mode is not new.database.mode:
        yield f"Change the mode last, when all servers run {now.name}: again with a cluster file of its own."


def _one_thing_at_a_time(new: Deployment, now: Server) -> Iterator[str]:
    yield (
        f"Write a cluster file that changes the release alone, to {now.name}, and let oxconf diff compare it with the "
        "old one: that step is a rolling one."
    )
    yield f'Then change the mode to "{new.database.mode.value}", with another step of its own.'


def _other_mode(old: Deployment, new: Deployment) -> Iterator[str]:
    first, unit = writer(new).name, unit_name(new)
    kept = first if any(host.name == first for host in database_hosts(old)) else writer(old).name
    yield "Back up the databases, and see that the backup can be read back."
    yield "Stop OX on every host: nobody may write until the end."
    if old.database.mode is Mode.REPLICATION:
        yield f"Wait until every slave has all that the master has, and stop replication; {kept} keeps its data."
    elif old.database.mode is Mode.GALERA:
        yield f"Stop the nodes one after the other, {kept} last: it has all the data, and keeps it."
    if kept != first:
        yield f"Bring a backup of {kept} to {first}, which is new and takes the writes from now on."
    yield f"Install the new files on {_names(new)}, and the packages where they are missing."
    others = [host.name for host in database_hosts(new) if host.name != first]
    if new.database.mode is Mode.GALERA:
        yield (
            f'On {first} alone, with its data, take the steps "{BOOTSTRAP}" and "{ACCOUNTS}" of the new RUNBOOK.md; '
            "its step for a new data folder is not for this host."
        )
        if others:
            yield f"Let {listed(others)} join one after the other with empty data folders: {REPLACE}."
    else:
        yield (
            f'Start {first} alone, with its data (systemctl start {unit}), and take the step "{ACCOUNTS}" of the new '
            "RUNBOOK.md."
        )
        if others:
            yield f"Give {listed(others)} a copy of its data as slaves, one after the other: {REPLACE}."
    yield 'Take what is left of "Database" in the new RUNBOOK.md, such as the health check or the write address.'
    yield OTHER_HOSTS
