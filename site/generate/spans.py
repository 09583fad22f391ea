"""The tables of `spans.md`: the times of each span as they are rendered, and what users feel of them."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from generate.clusters import EXAMPLES
from generate.markdown import code, escape, table
from oxconf.artifacts._explained import Value
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment, Span
from oxconf.deployment.span import (
    DISTANCES,
    PAUSES,
    address_moves,
    answer_limit,
    check_interval,
    connect_limit,
    retry_after,
    second_check,
    shown,
)
from oxconf.plan import make_plan

PAGE = "spans.md"

_NONE = "-"
"""The tutorial and its articles say nothing."""

CLUSTERS = {
    "haproxy": 'tier = "1m"\n',
    "maxscale": 'tier = "1m"\n[database]\naccess = "maxscale"\n',
    "lvs": (EXAMPLES / "1m-lvs.toml").read_text("utf-8"),
}

_DB2 = "10.20.30.218:3306 10.20.30.219:3306"
_EVS = "wsrep_provider_options evs"
SETTINGS = (
    # Cluster, host, file, where and setting, what the tutorial and its articles have.
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.keepalive_period", "PT1S, by default"),
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.inactive_check_period", "PT0.5S, by default"),
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.suspect_timeout", "PT5S, by default"),
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.inactive_timeout", "PT15S, by default"),
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.install_timeout", "PT7.5S, by default"),
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.send_window", "4, by default"),
    ("haproxy", "db1", "wsrep-cnf", f"{_EVS}.user_send_window", "2, by default"),
    ("haproxy", "ox1", "haproxy-cfg", "defaults timeout connect", "60s"),
    ("haproxy", "ox1", "haproxy-cfg", "defaults timeout check", "inter, by default"),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-read every server server inter", "6s"),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-write db1 server inter", _NONE),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-read every server server fastinter", "inter, by default"),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-read every server server downinter", "inter, by default"),
    ("haproxy", "db1", "clustercheck", "request timeout", _NONE),
    ("haproxy", "db1", "clustercheck-service", "Service RuntimeMaxSec", _NONE),
    ("maxscale", "ox1", "maxscale-cnf", "galera_monitor monitor monitor_interval", "2s, by default"),
    ("maxscale", "ox1", "maxscale-cnf", "galera_monitor monitor backend_connect_timeout", "3s, by default"),
    ("maxscale", "ox1", "maxscale-cnf", "galera_monitor monitor backend_read_timeout", "3s, by default"),
    ("lvs", "director1", "keepalived-conf", "10.20.30.218:3306 virtual_server delay_loop", _NONE),
    ("lvs", "director1", "keepalived-conf", "10.20.30.220:3306 virtual_server delay_loop", _NONE),
    ("lvs", "director1", "keepalived-conf", f"{_DB2} HTTP_GET connect_timeout", _NONE),
    ("lvs", "director1", "keepalived-conf", f"{_DB2} HTTP_GET delay_before_retry", _NONE),
    ("lvs", "director1", "keepalived-conf", f"{_DB2} MISC_CHECK misc_timeout", _NONE),
    ("lvs", "director1", "none-fit", "timeout", _NONE),
    ("haproxy", "web1", "proxy-ajp", "oxcluster 10.20.30.213 BalancerMember connectiontimeout", "timeout, by default"),
    ("haproxy", "web1", "proxy-ajp", "oxcluster 10.20.30.213 BalancerMember ping", "none, by default"),
    ("haproxy", "web1", "proxy-ajp", "oxcluster 10.20.30.213 BalancerMember retry", "60"),
    ("haproxy", "web1", "keepalived-conf", "web vrrp_instance advert_int", "1"),
)  # fmt: skip


@cache
def deployment(cluster: str, span: Span) -> Deployment:
    """Return one of the clusters with its hosts at this distance."""
    return load_text(f'{CLUSTERS[cluster]}\n[network]\nspan = "{span.value}"\n')


@cache
def _said(cluster: str, span: Span, host: str, kind: str) -> dict[str, tuple[str, Value]]:
    planned = next(each for each in make_plan(deployment(cluster, span)).hosts if each.host.name == host)
    artifact = next(each for each in planned.artifacts if each.kind == kind)
    return {
        f"{value.where} {value.setting.key}".strip(): (artifact.path, value) for value in artifact.explained()
    }


def classes() -> str:
    """Return what each class of network is."""
    rows = [
        (
            code(span.value),
            f"{each.round_trip} ms",
            f"{each.lost}",
            shown(each.silence),
        )
        for span, each in DISTANCES.items()
    ]
    head = (code("network.span"), "round trip, at most", "packets lost in a row", "a line may be away for")
    return table(head, rows)


def values() -> str:
    """Return every setting that follows from the span."""
    head = ("file", "setting", *(code(span.value) for span in Span), "the tutorial and its articles")
    return table(head, _values())


def _values() -> Iterator[tuple[str, ...]]:
    for cluster, host, kind, setting, tutorial in SETTINGS:
        found = [_said(cluster, span, host, kind).get(setting) for span in Span]
        path, value = next(each for each in found if each is not None)
        cells = [code(each[1].text + _unit(each[1])) if each else "the default" for each in found]
        key = value.setting.key + (f" of {value.where.split()[0]}" if "server" in value.setting.key else "")
        yield code(path), code(key), *cells, _NONE if tutorial == _NONE else escape(tutorial)


def _unit(value: Value) -> str:
    return " s" if value.setting.unit == "seconds" else ""


Derive = Callable[[Deployment], int]


def _refused(of: Deployment) -> int:
    return check_interval(of, writes=True).value + second_check(of).value


def _cut_off(of: Deployment) -> int:
    # The connection of a check gets no longer than the time between two checks.
    connection = min(connect_limit(of).value, check_interval(of, writes=True).value)
    return _refused(of) + 2 * connection


def _hangs(of: Deployment) -> int:
    return _refused(of) + 2 * answer_limit(of).value


EVENTS: tuple[tuple[str, str, Derive, str], ...] = (
    (
        "a Galera node dies: writes pause for",
        "a second above `evs.suspect_timeout`",
        lambda of: 1000 * PAUSES[of.network.span],
        "6 s",
    ),
    ("a database server is gone and its host is there: HAProxy leaves it", "`inter` + `fastinter`", _refused, "18 s"),
    (
        "its host swallows packets: HAProxy leaves it",
        "`inter` + `fastinter` + two connections, each no longer than `inter`",
        _cut_off,
        _NONE,
    ),
    (
        "it hangs, and its check too: HAProxy leaves it",
        "`inter` + `fastinter` + two times `timeout check`",
        _hangs,
        _NONE,
    ),
    (
        "an OX host swallows packets: a request waits",
        "`connectiontimeout`",
        lambda of: answer_limit(of).value,
        "100 s",
    ),
    ("an OX node hangs: a request waits", "two times `ping`", lambda of: 2 * answer_limit(of).value, "100 s"),
    ("an OX node is back: it gets new sessions after", "`retry`", lambda of: retry_after(of).value, "60 s"),
    (
        "the holder of a floating address dies: another one has it after",
        "three times `advert_int`, and half a second",
        address_moves,
        "3.5 s",
    ),
)  # fmt: skip


def times() -> str:
    """Return what users feel, as it follows from the values."""
    head = ("event", "how it follows", *(code(span.value) for span in Span), "the tutorial and its articles")
    rows = [
        (event, how, *(shown(derive(deployment("haproxy", span))) for span in Span), tutorial)
        for event, how, derive, tutorial in EVENTS
    ]
    return table(head, rows)


_TABLES = {b"classes": classes, b"values": values, b"times": times}
_ASKED = re.compile(rb"^<!-- spans: ([a-z]+) -->$", re.MULTILINE)


def filled(content: bytes) -> bytes:
    """Return a page with these tables wherever one is asked for."""
    return _ASKED.sub(lambda match: _TABLES[match[1]]().encode(), content)
