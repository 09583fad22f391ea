"""Defaults that depend on other values of the same cluster: filled into the merged tree, each with its reason.

The tree is not checked yet, so whatever has the wrong type is left as it is; the typed classes refuse it later.
"""

from typing import Any

from attrs import evolve

from oxconf.deployment.locate import Path
from oxconf.deployment.origin import BY_DEFAULT, Mark, Origin, ours

OX_ROLES = {"groupware", "provisioning"}


def fill(tree: dict[str, Any]) -> dict[Path, Origin]:
    """Fill in what is absent, in place, and return the origins of what was filled in."""
    origins: dict[Path, Origin] = {}
    database, hosts = tree.get("database"), tree.get("hosts")
    if isinstance(database, dict):
        _fill_database(database, origins)
    mail = tree.get("mail")
    if isinstance(mail, dict) and "imap_port" not in mail:
        mail["imap_port"] = 993 if mail.get("imap_secure") is True else 143
        origins["mail", "imap_port"] = Origin(Mark.SOURCE, "RFC 8314: 993 for IMAP over TLS, 143 without")
    if not isinstance(hosts, list):
        hosts = []
    _fill_hosts(hosts, origins)
    if isinstance(database, dict) and "writer" not in database:
        _fill_writer(database, hosts, origins)
    return {path: evolve(origin, place=BY_DEFAULT, keys=(path,)) for path, origin in origins.items()}


def _fill_database(database: dict[str, Any], origins: dict[Path, Origin]) -> None:
    mode = database.get("mode")
    if "access" not in database:
        database["access"] = "direct" if mode == "standalone" else "haproxy"
        origins["database", "access"] = ours(
            "one server needs nothing in front"
            if mode == "standalone"
            else "HAProxy on each OX node needs no host"
        )
    if "read_policy" not in database:
        policy, why = _read_policy(mode, database)
        database["read_policy"] = policy
        origins["database", "read_policy"] = why


def _read_policy(mode: object, database: dict[str, Any]) -> tuple[str, Origin]:
    if mode == "standalone":
        return "write-address", Origin(Mark.TUTORIAL, "a single server takes reads and writes")
    if database["access"] == "floating-address":
        # In replication nobody moves a floating address for reads.
        if "read_address" in database and mode == "galera":
            return "read-address", ours("a floating address for reads is named")
        return "write-address", ours("no floating address for reads is named")
    if mode == "replication":
        return "round-robin-monitor", Origin(
            Mark.TUTORIAL, "replication is asynchronous, so OX's replication monitor must be on"
        )
    return "round-robin-causal", Origin(Mark.TUTORIAL, "performs best in the tutorial's experience")


def _roles(host: dict[str, Any]) -> set[str]:
    roles = host.get("roles")
    return {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()


def _fill_hosts(hosts: list[Any], origins: dict[Path, Origin]) -> None:
    routes = [host.get("route") for host in hosts if isinstance(host, dict)]
    taken = {route.upper() for route in routes if isinstance(route, str)}
    number = 0
    for index, host in enumerate(hosts):
        if not isinstance(host, dict):
            continue
        roles = _roles(host)
        if roles & OX_ROLES and "route" not in host:
            number += 1
            while f"OX{number}" in taken:
                number += 1
            host["route"] = f"OX{number}"
            origins["hosts", index, "route"] = ours("the next free number among the OX nodes")
        if "groupware" in roles and "load_factor" not in host:
            host["load_factor"] = 50
            origins["hosts", index, "load_factor"] = Origin(Mark.TUTORIAL, "every node the same share")


def _fill_writer(database: dict[str, Any], hosts: list[Any], origins: dict[Path, Origin]) -> None:
    for host in hosts:
        if isinstance(host, dict) and "database" in _roles(host) and isinstance(host.get("name"), str):
            database["writer"] = host["name"]
            origins["database", "writer"] = Origin(
                Mark.TUTORIAL, "the first database server takes the writes"
            )
            return
    # No server at all: said as such later, and not as a missing writer.
    database["writer"] = ""
