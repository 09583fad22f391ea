"""OX204: OX nodes use different databases as their configdb."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import GroupwareConfigdb, JdbcUrl
from oxconf.evidence import Evidence, Located
from oxconf.rules._endpoints import endpoint, way
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones

Node = Located[GroupwareConfigdb]


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the groupware's URLs of all nodes; equal ports of local HAProxies are equal endpoints."""
    for name, verb in (("read_url", "reads"), ("write_url", "writes")):
        urls = [(found, getattr(found.artifact, name)) for found in evidence.find(GroupwareConfigdb)]
        known = [(found, (*endpoint(evidence, url), url.database)) for found, url in urls if url is not None]
        for node, reference in odd_ones(known):
            here, there = getattr(node.artifact, name), getattr(reference.artifact, name)
            if here.database == there.database and _same_servers(evidence, node, here, reference, there):
                continue
            yield RULE.finding(
                f"{node.host.name} {verb} at {_shown(here)}, but {reference.host.name} at {_shown(there)}",
                node.place(name),
                reference.place(name),
            )


def _same_servers(evidence: Evidence, node: Node, here: JdbcUrl, reference: Node, there: JdbcUrl) -> bool:
    """Whether both end at the same servers, as through a HAProxy on one node and without one on the other."""
    mine, theirs = way(evidence, node.host, here), way(evidence, reference.host, there)
    if mine is None or theirs is None or not mine.servers:
        return False
    return {host.name for host in mine.servers} == {host.name for host in theirs.servers}


def _shown(url: JdbcUrl) -> str:
    return f"{url.host}:{url.port}/{url.database}"


RULE = Rule(
    code="OX204",
    name="configdb-differs",
    severity=Severity.ERROR,
    title="OX nodes use different databases as their configdb",
    why=(
        "configdb says which database and which filestore each context has. Nodes with different ones are two "
        "platforms: a user sees other data, or can not log in, depending on the node that the web server chose."
    ),
    remedy="Give readUrl and writeUrl the same endpoints and the same database on every OX node.",
    source="configdb.properties as shipped; oxpedia, OX load balancing and clustering",
    daemons="OX starts on every node.",
    check=check,
)
