"""OX916: HAProxy takes fewer connections than the pools behind it may open."""

from collections.abc import Iterator

from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.evidence import Evidence, Located, Place
from oxconf.rules._database_listeners import Used, used_listeners
from oxconf.rules._endpoints import Client
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import haproxy

POOLS = 2
"""Pools that open connections to one URL: that of configdb, and that of the user databases."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Add up the pools of the URLs that lead to each listener, and of all listeners of a HAProxy."""
    by_proxy: dict[str, list[Used]] = {}
    for used in used_listeners(evidence):
        by_proxy.setdefault(used.proxy.host.name, []).append(used)
    for listeners in by_proxy.values():
        proxy = listeners[0].proxy
        limits = dict(_limits(proxy))
        for used in listeners:
            limit, line = limits.get(used.listener.line, (None, 0))
            if limit is not None and limit < _wanted(used):
                yield _finding(
                    proxy, f'the listener "{used.listener.name}"', limit, proxy.at(line), _wanted(used), used
                )
        # A connection counts in every listener that it passes.
        limit, wanted = proxy.artifact.max_connections, sum(map(_wanted, listeners))
        if limit is not None and limit < wanted:
            yield _finding(
                proxy, "all listeners together", limit, proxy.place("max_connections"), wanted, *listeners
            )


def _finding(
    proxy: Located[HaproxyCfg], what: str, limit: int, place: Place, wanted: int, *listeners: Used
) -> Finding:
    pools = (client.file.place("max_active") for used in listeners for client in used.clients)
    return RULE.finding(
        f"HAProxy on {proxy.host.name} takes {limit} connections for {what}, but the pools may open {wanted}",
        place,
        *dict.fromkeys(pools),
    )


def _wanted(used: Used) -> int:
    return sum(map(_connections, used.clients))


def _connections(client: Client) -> int:
    pools = client.file.artifact
    unused = pools.write_only and not client.writes
    return 0 if unused else POOLS * (pools.max_active or 0)


def _limits(proxy: Located[HaproxyCfg]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the first line of each section that has a limit of its own or of `defaults`, the limit and its line."""
    common: tuple[haproxy.Line, ...] = ()
    for section in proxy.host.document(haproxy.parse, proxy.path).children:
        if section.keyword == "defaults":
            common = section.lines
        elif section.keyword in ("listen", "frontend"):
            for line in (*common, *section.lines):
                if line.words[0] == "maxconn" and line.words[1:] and line.words[1].isdecimal():
                    yield section.line, (int(line.words[1]), line.line)


RULE = Rule(
    code="OX916",
    name="proxy-connections-few",
    severity=Severity.WARNING,
    title="HAProxy's maxconn is below what the pools of OX may open",
    why=(
        "Beyond maxconn HAProxy accepts nothing more and says nothing: connections wait in the kernel until the driver "
        "gives up. In the busiest hour requests hang and fail although the database has room."
    ),
    remedy=(
        "Raise maxconn of the section global, and of the listeners that have one, to twice maxActive for each URL that "
        "leads there; or take the listener's own out."
    ),
    source="HAProxy, Configuration Manual, maxconn; configdb.properties: maxActive counts for each pool",
    daemons="haproxy -c: valid.",
    check=check,
)
