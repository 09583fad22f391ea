"""OX470: connections through a director stay on a server that is no longer the writer."""

import re
from collections.abc import Iterator

from oxconf.artifacts.lvs_kernel import EXPIRE
from oxconf.evidence import Evidence
from oxconf.rules._directed import Directed, directed, kernel_settings
from oxconf.rules._endpoints import clients
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look at the services that a writeUrl calls and that have another server to go to."""
    writes = {(client.url.host, client.url.port) for client in clients(evidence) if client.writes}
    told: set[str] = set()
    for each in directed(evidence):
        if len(each.service.servers) < 2 or not any(each.takes(*call) for call in writes):
            continue
        yield from _kept(each)
        director = each.director
        if director.complete and director.name not in told:
            told.add(director.name)
            value, place = kernel_settings(director, re.escape(EXPIRE)).get(EXPIRE, ("0", each.at("servers")))
            if value == "0":
                yield RULE.finding(
                    f"the kernel of {director.name} drops packets of connections to a server that was taken out, "
                    "instead of closing them",
                    place,
                    remedy=f"Write {EXPIRE} = 1 into /etc/sysctl.d, and ip_vs into /etc/modules-load.d.",
                )


def _kept(each: Directed) -> Iterator[Finding]:
    service = each.service
    inhibiting = [server for server in service.servers if server.inhibit_on_failure]
    if service.inhibit_on_failure or inhibiting:
        places = [each.at("inhibit_on_failure")] if service.inhibit_on_failure else []
        places += [each.file.at(server.line_of("inhibit_on_failure")) for server in inhibiting]
        yield RULE.finding(
            f"keepalived at {each.name} leaves a server that failed in place, with the weight 0 and with its "
            "connections",
            *places,
            remedy="Take inhibit_on_failure out.",
        )
    if service.persistence_timeout:
        yield RULE.finding(
            f"LVS at {each.name} sends new connections of a host for {service.persistence_timeout} s to the server "
            "that it had before",
            each.at("persistence_timeout"),
            remedy="Take persistence_timeout out: no connection of OX depends on another one.",
        )


RULE = Rule(
    code="OX470",
    name="directed-sessions-survive",
    severity=Severity.WARNING,
    title="Connections through a director stay on a server that is not the writer any more",
    why=(
        "LVS moves new connections only. Those in OX's pools stay where they were: they hang on a server that is gone, "
        "or go on writing to one beside the new writer."
    ),
    remedy="Let a server that failed be taken out, and let the kernel close the connections to it.",
    source="Linux, ipvs-sysctl: expire_nodest_conn; keepalived.conf(5); measured with keepalived 2.2 and Linux 6.1",
    daemons="keepalived -t: no word.",
    check=check,
)
