"""OX431: a database server that no listener of a HAProxy knows."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import galera_clusters, place_of, replicating
from oxconf.rules._database_listeners import called_listeners, servers_of
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the servers of each used listener with the cluster that they belong to, where everything is known."""
    if not evidence.complete:
        return
    clusters = (*galera_clusters(evidence), replicating(evidence))
    for used in called_listeners(evidence):
        there = {host.name for _, host in servers_of(evidence, used.servers)}
        for cluster in clusters:
            missing = [host for host in cluster if host.name not in there]
            if missing and len(missing) < len(cluster):
                yield RULE.finding(
                    f'the listener "{used.listener.name}" of {used.proxy.host.name} does not have '
                    f"{listed(host.name for host in missing)}",
                    used.proxy.at(used.listener.line),
                    *map(_place, missing),
                )


def _place(host: HostEvidence) -> Place:
    return place_of(host, "wsrep_node_address", "wsrep_node_name", "server_id", "bind_address")


RULE = Rule(
    code="OX431",
    name="database-unused",
    severity=Severity.WARNING,
    title="A listener lacks a database server of the cluster",
    why=(
        "The server gets no reads, or can not take over the writes: the others carry its load, and there is one "
        "failure less to survive than was planned."
    ),
    remedy="Add a server line for it, as the last backup where the listener is for writes.",
    source="the tutorial: HAProxy has all database servers behind it",
    daemons="haproxy -c: valid; it sees one host.",
    check=check,
)
