"""OX337: what a server gets from others does not go into its own binary log."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence
from oxconf.rules._database import are_mariadb, galera_nodes, is_off, is_on, lacking, place_of, replicating
from oxconf.rules._rule import Finding, Rule, Severity

_NAMES = ("log_slave_updates", "log_replica_updates")


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at replicating servers, and at MariaDB's Galera nodes that give transaction ids to others."""
    servers = replicating(evidence)
    silent = dict(lacking(servers, "log_bin")) if are_mariadb(servers) else {}
    for server, theirs in silent.items():
        yield RULE.finding(
            f"{server.name} has no log_bin, so that nobody can follow it; {theirs.place.host} has one",
            place_of(server, *_NAMES, "server_id"),
            theirs.place,
        )
    for server in servers:
        if server not in silent and _is_missing(server):
            yield RULE.finding(
                f"{server.name} replicates without log_slave_updates",
                place_of(server, *_NAMES, "log_bin", "server_id"),
            )
    for node in galera_nodes(evidence):
        if is_on(node.option("wsrep_gtid_mode")) and _is_missing(node):
            yield RULE.finding(
                f"{node.name} has wsrep_gtid_mode on without log_slave_updates",
                place_of(node, *_NAMES, "wsrep_gtid_mode"),
            )


def _is_missing(server: HostEvidence) -> bool:
    """Whether it is off, or not set on a MariaDB; MySQL 5.6 does not start without, and 8.0 has it on."""
    set_options = [option for name in _NAMES if (option := server.option(name)) is not None]
    if set_options:
        return all(map(is_off, set_options))
    mariadb = ("gtid_strict_mode", "gtid_domain_id", "wsrep_gtid_mode")
    return any(server.option(name) is not None for name in mariadb)


RULE = Rule(
    code="OX337",
    name="log-slave-updates-missing",
    severity=Severity.ERROR,
    title="A server that may be the master has no binary log, or does not log what it gets from others",
    why=(
        "Without a binary log the slaves get nothing from this server. With a log of its own writes only they can not "
        "go on from it once it becomes the master: what came from the old one is missing, and they have to be copied "
        "anew, in the middle of a failure."
    ),
    remedy="Set log_bin and log_slave_updates=ON (log_replica_updates from MySQL 8.0.26 on) on every server.",
    source="the tutorial: log_slave_updates=ON on master and slaves; MariaDB manual, Galera and GTIDs",
    daemons="mariadbd starts, also without log_bin; MySQL 5.6 with gtid_mode=ON does not.",
    check=check,
)
