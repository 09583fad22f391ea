"""OX346: a server has the settings of a Galera node and is none."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, HostEvidence, OptionAt
from oxconf.rules._database import (
    are_mariadb,
    cluster_members,
    galera_clusters,
    is_off,
    is_on,
    lacking,
    place_of,
)
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for servers with a list of members and without replication, or without the switch that others have."""
    for cluster in galera_clusters(evidence):
        for node, theirs in lacking(cluster, "wsrep_on") if are_mariadb(cluster) else ():
            if is_on(theirs):
                yield RULE.finding(
                    f"{node.name} does not set wsrep_on, which is OFF by default; {theirs.place.host} sets it",
                    place_of(node, "wsrep_provider", "wsrep_cluster_address"),
                    theirs.place,
                )
    for server in evidence.databases:
        reason, address = _off(server), server.option("wsrep_cluster_address")
        if not cluster_members(server):
            continue
        if reason is not None:
            yield RULE.finding(
                f"{server.name} has a list of Galera members, but {reason.key} = {reason.value or '(empty)'}",
                reason.place,
                *((address.place,) if address else ()),
            )
        elif address is not None and server.complete and server.option("wsrep_provider") is None:
            yield RULE.finding(
                f"{server.name} has a list of Galera members, but no wsrep_provider", address.place
            )


def _off(server: HostEvidence) -> OptionAt | None:
    switch, provider = server.option("wsrep_on"), server.option("wsrep_provider")
    if switch is not None and is_off(switch):
        return switch
    return provider if provider is not None and provider.value.strip().lower() in ("", "none") else None


RULE = Rule(
    code="OX346",
    name="galera-switched-off",
    severity=Severity.ERROR,
    title="A server that should be a Galera node runs alone",
    why=(
        "It starts, takes connections, and nothing of what is written there reaches the others, nor the other way "
        "round. Users see old data or lose new data, depending on the server that they reach."
    ),
    remedy="Set wsrep_on=ON and wsrep_provider to Galera's library on every node.",
    source="MariaDB's wsrep.cnf ships wsrep_provider=none; MariaDB manual: wsrep_on is off by default since 10.1",
    daemons="mariadbd starts, and says nothing about it, also where the line wsrep_on is missing.",
    check=check,
)
