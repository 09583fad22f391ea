"""OX204: OX nodes, or the parts of one, use different databases as their configdb."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb, JdbcUrl
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.evidence import Evidence, HostEvidence, Located
from oxconf.rules._addresses import is_ipv4
from oxconf.rules._endpoints import Client, Configdb, clients, configdbs, endpoint, way
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._words import odd_ones

Node = Located[GroupwareConfigdb]


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare the nodes with each other, then what the files of each node say."""
    found = tuple(_nodes(evidence))
    yield from found
    said = {place.host for finding in found for place in finding.places}
    yield from _databases(evidence, said)
    yield from _users(evidence)
    for script in evidence.find(OxInstaller):
        yield from _installed(evidence, script)


def _nodes(evidence: Evidence) -> Iterator[Finding]:
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


def _databases(evidence: Evidence, said: set[str]) -> Iterator[Finding]:
    """Compare the names of the databases on each host of which nothing was said yet."""
    by_host: dict[str, list[tuple[Client, str]]] = {}
    for client in clients(evidence):
        by_host.setdefault(client.host.name, []).append((client, client.url.database))
    for name, urls in by_host.items():
        for client, reference in odd_ones(urls) if name not in said else ():
            yield RULE.finding(
                f'{name} has the database "{client.url.database}" in its {_file(client.file)}, '
                f'but "{reference.url.database}" in its {_file(reference.file)}',
                client.place,
                reference.place,
                remedy="Write the same database into all URLs of the host, in the files of both processes.",
            )


def _users(evidence: Evidence) -> Iterator[Finding]:
    """Look for a user that differs from the other nodes' and from what the same node has elsewhere.

    Reads may have a user of their own, and so may each node.
    """
    for cls in (GroupwareConfigdb, AdmindaemonConfigdb):
        for way_ in ("read", "write"):
            name = f"{way_}_user"
            files = [
                file for host in evidence.hosts for file in configdbs(host) if isinstance(file.artifact, cls)
            ]
            known = [(file, user) for file in files if (user := getattr(file.artifact, name)) is not None]
            for file, other in odd_ones(known):
                mine, theirs = getattr(file.artifact, name), getattr(other.artifact, name)
                if theirs in _users_of(file.host) or mine in _users_of(other.host):
                    yield RULE.finding(
                        f'the {_file(file)} of {file.host.name} {way_}s as "{mine}", that of {other.host.name} '
                        f'as "{theirs}"',
                        file.place(name),
                        other.place(name),
                        remedy="Write the same user on every node.",
                    )


def _users_of(host: HostEvidence) -> set[str | None]:
    users: set[str | None] = set()
    for file in configdbs(host):
        users |= {file.artifact.read_user, file.artifact.write_user}
    return users | {script.artifact.configdb_user for script in host.each(OxInstaller)}


def _installed(evidence: Evidence, script: Located[OxInstaller]) -> Iterator[Finding]:
    """Compare what oxinstaller is given with what it writes into, the groupware's configdb.properties."""
    node, given = script.host.find(GroupwareConfigdb), script.artifact
    if node is None:
        return
    for host, port, name in (
        (given.read_host, given.read_port, "read_url"),
        (given.write_host, given.write_port, "write_url"),
    ):
        url: JdbcUrl | None = getattr(node.artifact, name)
        if url is None or host is None:
            continue
        told = JdbcUrl(host, url.port if port is None else port)
        ours, theirs = endpoint(evidence, told), endpoint(evidence, url)
        # A name that no host of the cluster has may stand for any address.
        known = is_ipv4(ours[0]) and is_ipv4(theirs[0])
        if ours[1] != theirs[1] or (known and ours != theirs):
            option, port_option = name.replace("url", "host"), name.replace("url", "port")
            yield RULE.finding(
                f"{script.host.name} is installed with {told.host}:{told.port} for configdb's {name[:-4]}s, "
                f"but its configdb.properties says {url.host}:{url.port}",
                script.place(option if told.host != url.host else port_option),
                node.place(name),
                remedy="Give oxinstaller the address and the port of that URL.",
            )


def _file(file: Configdb) -> str:
    return "/".join(file.path.split("/")[-2:])


def _shown(url: JdbcUrl) -> str:
    return f"{url.host}:{url.port}/{url.database}"


RULE = Rule(
    code="OX204",
    name="configdb-differs",
    severity=Severity.ERROR,
    title="OX nodes, or the files of one node, name different databases as configdb",
    why=(
        "configdb says which database and which filestore each context has. Nodes with different ones are two "
        "platforms: a user sees other data, or can not log in, depending on the node that the web server chose. "
        "Within one node the processes do not see what the other one wrote; and oxinstaller, run again, writes its own "
        "address into the file."
    ),
    remedy="Give readUrl and writeUrl the same endpoints and the same database on every OX node.",
    source="configdb.properties as shipped; oxpedia, OX load balancing and clustering",
    daemons="OX starts on every node.",
    check=check,
)
