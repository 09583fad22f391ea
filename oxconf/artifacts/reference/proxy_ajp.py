"""What `proxy_ajp.conf` can hold. Texts: httpd 2.4, mod_proxy, mod_proxy_ajp, mod_proxy_balancer, mod_authz_core."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.deployment.origin import Mark
from oxconf.syntax import apache

SETTINGS = (
    entry(
        "Error",
        "text",
        "Apache does not start where a module is missing.",
        Mark.OURS,
        "it would start and answer every request with an error",
    ),
    entry(
        "ProxyRequests",
        "switch",
        "Whether Apache passes on requests to anywhere.",
        Mark.TUTORIAL,
        "the default, too important to leave unsaid: On is an open proxy",
    ),
    entry(
        "BalancerMember",
        "endpoint",
        "An OX node, by address and port of its connector.",
        Mark.TUTORIAL,
        "a node of the cluster and the port of its connector",
    ),
    entry(
        "BalancerMember route",
        "text",
        "Its route: what stands behind the dot of a session id.",
        Mark.TUTORIAL,
    ),
    entry(
        "BalancerMember loadfactor",
        "number",
        "Its share of the new sessions beside the others'.",
        Mark.TUTORIAL,
        minimum=1,
        maximum=100,
    ),
    entry(
        "BalancerMember connectiontimeout",
        "period",
        "How long the node may take to accept a connection.",
        Mark.OURS,
        "measured: a host that swallows packets costs a request 2 s; without it, as the tutorial has it, the whole "
        "timeout (100 s)",
    ),
    entry(
        "BalancerMember ping",
        "period",
        "How long it may take to answer CPing before each request.",
        Mark.OURS,
        "measured: a node that accepts and does not answer costs a request 4 s; without it the whole timeout",
    ),
    entry(
        "BalancerMember timeout",
        "period",
        "How long the node may think.",
        Mark.TUTORIAL,
        "users do not wait longer",
    ),
    entry(
        "BalancerMember retry",
        "period",
        "After how long a node that failed is asked again.",
        Mark.OURS,
        "with the tutorial's 60 a node that is back may get nobody for up to a minute",
    ),
    entry(
        "BalancerMember smax",
        "number",
        "Idle connections that are kept beyond ttl.",
        Mark.TUTORIAL,
        minimum=0,
    ),
    entry("BalancerMember ttl", "period", "After how long idle connections are closed.", Mark.TUTORIAL),
    entry(
        "ProxySet lbmethod",
        "text",
        "How new sessions are spread: by number of requests.",
        Mark.SOURCE,
        "the default (mod_proxy_balancer)",
    ),
    entry(
        "ProxySet stickysession",
        "text",
        "Cookie, and behind `|` path parameter, that hold the session.",
        Mark.SOURCE,
        "running_a_cluster.md of the OX middleware; the tutorial has the cookie alone",
    ),
    entry(
        "ProxySet scolonpathdelim",
        "switch",
        "The path parameter stands behind a semicolon.",
        Mark.SOURCE,
        "running_a_cluster.md of the OX middleware",
    ),
    entry(
        "ProxyPass",
        "text",
        "Path that is passed on, and to which balancer; the first that fits wins.",
        Mark.TUTORIAL,
    ),
    entry(
        "LocationMatch Require",
        "list",
        "Who may ask for the paths that fit a pattern; the last that fits wins.",
        Mark.OURS,
        "whatever could become a SOAP path is closed, then the plain spelling is opened to those named",
    ),
)


def statements(text: str) -> Iterator[Statement]:
    """Yield the directives; `oxcluster 10.20.30.213` is where an option of a node stands."""
    for node in apache.parse(text).children:
        if isinstance(node, apache.Directive):
            yield from _plain(node)
            continue
        where = node.args[0].removeprefix("balancer://") if node.args else ""
        for child in node.children:
            if not isinstance(child, apache.Directive):
                continue
            if child.name == "BalancerMember":
                yield from _member(where, child)
            elif child.name == "ProxySet":
                yield from _options("ProxySet", where, child.args, child.line)
            else:
                key = child.name if child.name == "Error" else f"{node.name} {child.name}"
                yield Statement(key, " ".join(child.args), child.line, where)


def _plain(node: apache.Directive) -> Iterator[Statement]:
    if node.name == "ProxyPass":
        yield Statement(node.name, " ".join(node.args[1:]), node.line, node.args[0])
    else:
        yield Statement(node.name, " ".join(node.args), node.line)


def _member(balancer: str, node: apache.Directive) -> Iterator[Statement]:
    url = node.args[0]
    where = f"{balancer} {url.partition('://')[2].rpartition(':')[0]}"
    yield Statement("BalancerMember", url, node.line, where)
    yield from _options("BalancerMember", where, node.args[1:], node.line)


def _options(keyword: str, where: str, words: tuple[str, ...], line: int) -> Iterator[Statement]:
    for word in words:
        key, _, value = word.partition("=")
        yield Statement(f"{keyword} {key}", value, line, where)


REFERENCE = Reference(SETTINGS, statements)
