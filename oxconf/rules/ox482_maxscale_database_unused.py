"""OX482: a database server of the cluster that a MaxScale does not know."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._database import galera_clusters, place_of
from oxconf.rules._maxscale_listeners import Used, used_listeners
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the servers of each used service with the cluster that they belong to, where everything is known."""
    if not evidence.complete:
        return
    found: dict[tuple[Place, tuple[HostEvidence, ...]], list[Used]] = {}
    for used in used_listeners(evidence):
        there = {evidence.name_of(server.address or server.name) for server in used.taken.servers}
        for cluster in galera_clusters(evidence):
            missing = tuple(host for host in cluster if host.name not in there)
            if missing and len(missing) < len(cluster):
                found.setdefault((_list(used), missing), []).append(used)
    for (place, missing), several in found.items():
        names = listed(f'"{used.taken.service.name}"' for used in several)
        nodes = listed(host.name for host in missing)
        yield RULE.finding(
            f"MaxScale on {place.host} has for {names} no {nodes}", place, *map(_node, missing)
        )


def _list(used: Used) -> Place:
    monitor = used.taken.proxy.artifact.monitor_of(used.taken.service)
    if used.taken.service.servers is None and monitor is not None:
        return used.taken.proxy.at(monitor.line_of("servers"))
    return used.taken.at("servers")


def _node(host: HostEvidence) -> Place:
    return place_of(host, "wsrep_node_address", "wsrep_node_name", "server_id", "bind_address")


RULE = Rule(
    code="OX482",
    name="maxscale-database-unused",
    severity=Severity.WARNING,
    title="A service of MaxScale lacks a database server of the cluster",
    why=(
        "The server gets no reads, or can not take over the writes: the others carry its load, and there is one "
        "failure less to survive than was planned."
    ),
    remedy="Add a section for the server with its priority, and its name to servers of the monitor.",
    source="MaxScale's documentation, galeramon: servers; the tutorial: all database servers stand behind the balancer",
    daemons="From its documentation: MaxScale starts; it sees one host.",
    check=check,
)
