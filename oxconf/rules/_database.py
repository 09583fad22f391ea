"""What rules ask of database servers: switches, Galera clusters, replicating servers."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.deployment.units import parse_size
from oxconf.evidence import Evidence, HostEvidence, OptionAt, Place

_OFF = {"0", "off", "false", "no"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}


def is_on(option: OptionAt | None) -> bool:
    """Whether a switch is set and on; a bare name switches on."""
    return option is not None and option.value.strip().lower() not in _OFF


def is_off(option: OptionAt | None) -> bool:
    """Whether a switch is set and off."""
    return option is not None and not is_on(option)


def number(option: OptionAt | None) -> int | None:
    """Return a number or a size (`2G`), None where it is neither or not set."""
    if option is None:
        return None
    try:
        return parse_size(option.value)
    except ValueError:
        return None


def server_id(host: HostEvidence) -> int:
    """Return the server's id; 1 is the default of servers that replicate."""
    found = number(host.option("server_id"))
    return 1 if found is None else found


def read_only(host: HostEvidence) -> Place | None:
    """Return where a server is told to refuse writes, or None."""
    options = (host.option(name) for name in ("read_only", "super_read_only"))
    return next((option.place for option in options if option is not None and is_on(option)), None)


def is_loopback(address: str) -> bool:
    """Whether a name or an address is the host itself."""
    return address.lower() in _LOOPBACK or address.startswith("127.")


def is_galera(host: HostEvidence) -> bool:
    """Whether the options make the server a Galera node; `wsrep_on=OFF` or a provider `none` make it none."""
    provider = host.option("wsrep_provider")
    if is_off(host.option("wsrep_on")) or (provider and provider.value.strip().lower() in ("", "none")):
        return False
    return provider is not None or host.option("wsrep_cluster_address") is not None


def galera_nodes(evidence: Evidence) -> tuple[HostEvidence, ...]:
    """Return the Galera nodes of all clusters."""
    return tuple(host for host in evidence.databases if is_galera(host))


def without_port(address: str) -> str:
    """Return the host of `host:port`."""
    host, colon, port = address.rpartition(":")
    return host if colon and port.isdigit() and ":" not in host else address


def cluster_members(host: HostEvidence) -> tuple[str, ...] | None:
    """Return the addresses that the node looks for its cluster at; empty begins a new cluster, None is not set."""
    option = host.option("wsrep_cluster_address")
    if option is None:
        return None
    text = option.value.strip().removeprefix("gcomm://").partition("?")[0]
    return tuple(without_port(word.strip()) for word in text.split(",") if word.strip())


def node_name(host: HostEvidence) -> str:
    """Return the name by which others choose the node as a donor; the host's name where none is set."""
    option = host.option("wsrep_node_name")
    return option.value.strip() if option else host.name


def node_addresses(host: HostEvidence) -> tuple[str, ...]:
    """Return the addresses at which the others may find the node; its name is one of them."""
    option = host.option("wsrep_node_address")
    named = (without_port(option.value.strip()),) if option else ()
    return (*named, *host.facts.addresses, host.name)


def cluster_name(host: HostEvidence) -> str:
    """Return the name of the node's cluster, the server's default where none is set."""
    option = host.option("wsrep_cluster_name")
    return option.value if option else "my_wsrep_cluster"


def galera_clusters(evidence: Evidence) -> tuple[tuple[HostEvidence, ...], ...]:
    """Return the nodes cluster by cluster: nodes belong together that list each other or have one name."""
    clusters: list[tuple[set[str], list[HostEvidence]]] = []
    for node in galera_nodes(evidence):
        keys = {*node_addresses(node), *(cluster_members(node) or ()), f"name {cluster_name(node)}"}
        nodes = [node]
        apart = []
        for cluster in clusters:
            if cluster[0] & keys:
                keys |= cluster[0]
                nodes = [*cluster[1], *nodes]
            else:
                apart.append(cluster)
        clusters = [*apart, (keys, nodes)]
    return tuple(tuple(nodes) for _, nodes in clusters)


def lacking(cluster: tuple[HostEvidence, ...], name: str) -> Iterator[tuple[HostEvidence, OptionAt]]:
    """Yield the nodes that do not set an option that others set, each with the first that is set.

    A node of which files may be missing may set it there.
    """
    theirs = next((option for node in cluster if (option := node.option(name))), None)
    if theirs is not None:
        yield from ((node, theirs) for node in cluster if node.complete and node.option(name) is None)


def are_mariadb(servers: tuple[HostEvidence, ...]) -> bool:
    """Whether options show that the servers are MariaDB's, from 10.1 on; the defaults of MySQL's are others."""
    if any(server.option(name) for server in servers for name in ("pxc_strict_mode", "gtid_mode")):
        return False
    signs = ("wsrep_on", "wsrep_gtid_mode", "gtid_strict_mode", "gtid_domain_id")
    return any(server.option(name) for server in servers for name in signs)


def replicates(host: HostEvidence) -> bool:
    """Whether the server is none of Galera's and has what a master or a slave needs."""
    if is_galera(host):
        return False
    signs = ("log_bin", "relay_log", "gtid_mode", "gtid_strict_mode")
    return any(is_on(host.option(name)) for name in signs)


def replicating(evidence: Evidence) -> tuple[HostEvidence, ...]:
    """Return master and slaves; empty where fewer than two servers could replicate with each other."""
    servers = tuple(host for host in evidence.databases if replicates(host))
    return servers if len(servers) > 1 else ()


def place_of(host: HostEvidence, *names: str) -> Place:
    """Return where the first of these options stands; the file of the server's last option where none does."""
    for name in names:
        option = host.option(name)
        if option is not None:
            return option.place
    last = host.options[-1].place
    return Place(last.host, last.path)


@frozen
class NodeList:
    """What a node says about its members."""

    host: HostEvidence
    option: OptionAt
    members: tuple[str, ...]


def node_lists(cluster: tuple[HostEvidence, ...]) -> Iterator[NodeList]:
    """Yield the nodes that have a list of members, an empty one included."""
    for host in cluster:
        option, members = host.option("wsrep_cluster_address"), cluster_members(host)
        if option is not None and members is not None:
            yield NodeList(host, option, members)
