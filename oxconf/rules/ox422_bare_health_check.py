"""OX422: HAProxy asks Galera nodes only whether they accept connections."""

from collections.abc import Iterator

from oxconf.artifacts.haproxy_cfg import HaproxyCfg, Listener
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, Place
from oxconf.rules._database import is_galera
from oxconf.rules._database_listeners import servers_of
from oxconf.rules._rule import Finding, Rule, Severity

_AWARE = ("httpchk", "external-check")


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for Galera nodes that are checked, but neither over HTTP nor by a program."""
    for proxy in evidence.find(HaproxyCfg):
        for listener in proxy.artifact.listeners:
            nodes = [
                (server, host)
                for server, host in servers_of(evidence, listener.servers)
                if server.check and host.is_database and is_galera(host)
            ]
            if nodes and _is_bare(listener):
                line = listener.health.line if listener.health and listener.health.line else listener.line
                yield RULE.finding(
                    f'the listener "{listener.name}" of {proxy.host.name} asks '
                    f"{listed(host.name for _, host in nodes)} (Galera) only whether {_asked(listener)}",
                    Place(proxy.host.name, proxy.path, line),
                )


def _is_bare(listener: Listener) -> bool:
    return listener.health is None or listener.health.option[0] not in _AWARE


def _asked(listener: Listener) -> str:
    kind = listener.health.option[0] if listener.health else ""
    return "somebody can log in" if kind == "mysql-check" else "connections are accepted"


RULE = Rule(
    code="OX422",
    name="bare-health-check",
    severity=Severity.WARNING,
    title="The health check does not know Galera's state",
    why=(
        "A node that is cut off from the majority, or that is still getting its data, accepts connections and refuses "
        "every query. HAProxy keeps it, and its share of the requests fails for as long as that lasts."
    ),
    remedy="Use option httpchk and check port 9200 with clustercheck on the nodes.",
    source="HAProxy manual, mysql-check: checks neither database presence nor consistency; percona-clustercheck",
    daemons="haproxy -c: valid.",
    check=check,
)
