"""The times in the files follow from `network.span`, and the rules take them for right."""

from pathlib import Path

import pytest
from clusters_in_memory import SECRETS

from oxconf.artifacts._explained import Value
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.deployment.load import load_text
from oxconf.deployment.span import KEY
from oxconf.facts import ClusterFacts
from oxconf.plan import Plan, make_plan
from oxconf.render import evidence_of
from oxconf.rules import judge
from oxconf.rules.ox428_dead_server_kept import until_down

DEPLOYMENTS = Path(__file__).parents[2] / "clusters" / "deployments"
SPANS = ("lan", "metro", "wan")
CLUSTERS = {
    "haproxy": 'tier = "1m"\n',
    "replication": 'tier = "1m"\n[database]\nmode = "replication"\n',
    "floating-address": 'tier = "1m"\n[database]\naccess = "floating-address"\n',
    "maxscale": 'tier = "1m"\n[database]\naccess = "maxscale"\n',
    "lvs": (DEPLOYMENTS / "1m-lvs.toml").read_text("utf-8"),
}


SHORT = "[database.pool]\nmax_wait = 100\n"
"""The shortest wait for a connection that a cluster file takes."""


def plan_of(cluster: str, span: str, more: str = "") -> Plan:
    text = f'{CLUSTERS[cluster]}\n[network]\nspan = "{span}"\n{more}'
    return make_plan(load_text(text, secrets={**SECRETS, "maxscale": "pQ7wRt2x"}))


def said(cluster: str, span: str, host: str, kind: str) -> dict[str, Value]:
    (planned,) = (each for each in plan_of(cluster, span).hosts if each.host.name == host)
    (artifact,) = (each for each in planned.artifacts if each.kind == kind)
    return {f"{value.where} {value.setting.key}".strip(): value for value in artifact.explained()}


EXAMPLES = [
    ("haproxy", "ox1", "haproxy-cfg", "defaults timeout connect", ("1s", "2s", "4s")),
    ("haproxy", "ox1", "haproxy-cfg", "defaults timeout check", ("2s", "3s", "5s")),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-read every server server inter", ("1s", "2s", "4s")),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-write db1 server inter", ("500ms", "2s", "4s")),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-read every server server fastinter", ("200ms", "400ms", "800ms")),
    ("haproxy", "ox1", "haproxy-cfg", "mysql-read every server server downinter", ("1s", "2s", "4s")),
    ("haproxy", "web1", "proxy-ajp", "oxcluster 10.20.30.213 BalancerMember connectiontimeout", ("2", "3", "5")),
    ("haproxy", "web1", "proxy-ajp", "oxcluster 10.20.30.213 BalancerMember ping", ("2", "3", "5")),
    ("haproxy", "web1", "proxy-ajp", "oxcluster 10.20.30.213 BalancerMember retry", ("5", "10", "20")),
    ("haproxy", "web1", "keepalived-conf", "web vrrp_instance advert_int", ("1", "2", "10")),
    ("haproxy", "db1", "clustercheck", "request timeout", ("1", "2", "4")),
    ("haproxy", "db1", "clustercheck-service", "Service RuntimeMaxSec", ("5", "6", "8")),
    ("haproxy", "db1", "wsrep-cnf", "wsrep_provider_options evs.suspect_timeout", ("PT1S", "PT5S", "PT30S")),
    ("haproxy", "db1", "wsrep-cnf", "wsrep_provider_options evs.install_timeout", ("PT3S", "PT7.5S", "PT60S")),
    ("maxscale", "ox1", "maxscale-cnf", "galera_monitor monitor monitor_interval", ("1s", "2s", "4s")),
    ("lvs", "director1", "none-fit", "timeout", ("2", "3", "5")),
    ("lvs", "director1", "keepalived-conf", "10.20.30.218:3306 virtual_server delay_loop", ("0.5", "2", "4")),
    ("lvs", "director1", "keepalived-conf", "10.20.30.220:3306 virtual_server delay_loop", ("1", "2", "4")),
    (
        *("lvs", "director1", "keepalived-conf"),
        *("10.20.30.218:3306 10.20.30.219:3306 HTTP_GET connect_timeout", ("2", "3", "5")),
    ),
    (
        *("lvs", "director1", "keepalived-conf"),
        *("10.20.30.218:3306 10.20.30.219:3306 HTTP_GET delay_before_retry", ("0.2", "0.4", "0.8")),
    ),
    (
        *("lvs", "director1", "keepalived-conf"),
        *("10.20.30.218:3306 10.20.30.219:3306 MISC_CHECK misc_timeout", ("5", "6", "8")),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("cluster", "host", "kind", "setting", "texts"), EXAMPLES)
def test_a_time_follows_from_the_span_and_names_it(
    cluster: str, host: str, kind: str, setting: str, texts: tuple[str, ...]
) -> None:
    found = [said(cluster, span, host, kind)[setting] for span in SPANS]

    assert tuple(value.text for value in found) == texts
    for value in found:
        assert KEY in value.origin.keys
        assert value.origin.why


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_whatever_differs_with_the_span_names_it(cluster: str) -> None:
    near, far = (lines(plan_of(cluster, span)) for span in ("lan", "wan"))
    differing = {place for place in near | far if text_of(near, place) != text_of(far, place)}

    assert differing
    for place in differing:
        for values in (near, far):
            assert place not in values or KEY in values[place].origin.keys, place


def lines(plan: Plan) -> dict[tuple[str, ...], Value]:
    return {
        (planned.host.name, artifact.kind, value.where, value.setting.key): value
        for planned in plan.hosts
        for artifact in planned.artifacts
        for value in artifact.explained()
    }


def text_of(values: dict[tuple[str, ...], Value], place: tuple[str, ...]) -> str | None:
    return values[place].text if place in values else None


def test_what_asks_its_own_host_is_the_same_at_every_distance() -> None:
    for setting in ("web vrrp_script interval", "web vrrp_script timeout", "web vrrp_script fall"):
        near, _, far = (said("haproxy", span, "web1", "keepalived-conf")[setting] for span in SPANS)
        assert near.text == far.text
    near, _, far = (said("haproxy", span, "db1", "clustercheck")["query timeout"] for span in SPANS)
    assert near.text == far.text == "1.5"


def test_maxscale_waits_longer_than_by_default_only_where_it_has_to() -> None:
    names = [f"galera_monitor monitor backend_{what}_timeout" for what in ("connect", "read")]
    for span in ("lan", "metro"):
        assert not set(names) & set(said("maxscale", span, "ox1", "maxscale-cnf"))
    found = said("maxscale", "wan", "ox1", "maxscale-cnf")
    assert [(found[name].text, found[name].origin.keys) for name in names] == [("5s", (KEY,))] * 2


def test_an_arbitrator_has_the_timers_of_the_nodes() -> None:
    plan = make_plan(load_text((DEPLOYMENTS / "wan-arbitrator.toml").read_text("utf-8")))
    found = {
        value.setting.key: value
        for host in plan.hosts
        for artifact in host.artifacts
        if artifact.kind in ("garb", "wsrep-cnf")
        for value in artifact.explained()
    }
    timers = found["GALERA_OPTIONS"]

    assert found["wsrep_provider_options"].text.endswith(timers.text)
    assert "evs.suspect_timeout=PT30S" in timers.text
    assert timers.origin.keys == (KEY,)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("span", SPANS)
def test_no_rule_finds_fault_with_a_cluster_of_any_span(cluster: str, span: str) -> None:
    plan = plan_of(cluster, span, SHORT if cluster == "haproxy" else "")
    assert {finding.code for finding in judge(evidence_of(plan))} <= {"OX801"}


@pytest.mark.parametrize("span", SPANS)
def test_a_dead_server_is_late_only_beyond_the_checks_of_its_span(span: str) -> None:
    plan = plan_of("haproxy", span, SHORT)
    evidence = evidence_of(plan)
    (proxy, *_) = evidence.find(HaproxyCfg)
    latest = max(
        until_down(server) for each in proxy.artifact.listeners for server in each.servers if server.check
    )

    assert latest == {"lan": 1200, "metro": 2400, "wan": 4800}[span]
    evidence.cluster = ClusterFacts(name="1m", span="lan")
    late = [finding for finding in judge(evidence) if finding.code == "OX428"]
    assert bool(late) is (span == "wan")
