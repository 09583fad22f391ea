"""OX416: writes are spread over several database servers, by HAProxy or by LVS."""

from collections.abc import Iterator

from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence
from oxconf.rules._database_listeners import used_listeners
from oxconf.rules._directed import directed
from oxconf.rules._endpoints import clients
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at what any writeUrl leads to: one active server, and one backup at a time."""
    yield from _directed(evidence)
    for used in used_listeners(evidence):
        if not used.writes:
            continue
        name = f'the listener "{used.listener.name}" of {used.proxy.host.name}'
        writer = next(client for client in used.clients if client.writes)
        active = used.active
        backups = [server for server in used.listener.servers if server.backup]
        if len({server.address for server in active}) > 1:
            yield RULE.finding(
                f"{name} spreads writes over {listed(server.name for server in active)}",
                *(used.proxy.at(server.line) for server in active),
                writer.place,
            )
        elif used.listener.all_backups and len(backups) > 1:
            yield RULE.finding(
                f"{name} has option allbackups: without its writer it spreads writes over "
                f"{listed(server.name for server in backups)}",
                used.proxy.at(used.listener.line),
                writer.place,
            )


def _directed(evidence: Evidence) -> Iterator[Finding]:
    """Look at the services of directors: a scheduler that spreads, or one with two servers first."""
    writers = [client for client in clients(evidence) if client.writes]
    for each in directed(evidence):
        url = next((one for one in writers if each.takes(one.url.host, one.url.port)), None)
        active = each.service.active
        if url is not None and len(active) > 1:
            names = listed(evidence.name_of(str(server.address)) for server in active)
            yield RULE.finding(
                f"LVS at {each.name} spreads writes over {names}",
                each.at("lvs_sched"),
                *(each.file.at(server.line_of("weight")) for server in active),
                url.place,
                remedy="Write lvs_sched fo, and another weight for each real_server, the highest for the writer.",
            )


RULE = Rule(
    code="OX416",
    name="several-writers",
    severity=Severity.ERROR,
    title="Writes are spread over several servers",
    why=(
        "With Galera two servers that write the same rows refuse each other's commits, and users get errors under "
        "load; with replication the servers' data drift apart."
    ),
    remedy="Leave one server of the listener active, write backup behind all others, and no option allbackups.",
    source=(
        "the tutorial: one active/passive instance for writes; HAProxy manual, backup and option allbackups; "
        "keepalived.conf(5), lvs_sched"
    ),
    daemons="haproxy -c: valid. keepalived -t: no word.",
    check=check,
)
