"""The rules that know HAProxy know MaxScale as well: one changed line in a cluster that is right."""

from pathlib import Path

import pytest
from attrs import evolve

from oxconf.artifacts.maxscale_cnf import MaxscaleCnf
from oxconf.deployment.load import load_text
from oxconf.evidence import Evidence
from oxconf.plan import make_plan
from oxconf.render import evidence_of
from oxconf.rules import judge

CLUSTERS = Path(__file__).parents[2] / "clusters" / "deployments"
LOCAL = (CLUSTERS / "1m-maxscale.toml").read_text("utf-8")
APART = (CLUSTERS / "1m-maxscale-hosts.toml").read_text("utf-8")
SECRETS = {
    "configdb": "kP30vxLq",
    "master": "Vu7Zr2mW",
    "sst": "9TtqLs4b",
    "vrrp": "Qe81yKdj",
    "maxscale": "Jt6wQx3M",
    "root": "Xb5nHs2R",
}
CNF = MaxscaleCnf.path
OX_CNF = "/etc/mysql/ox.conf.d/ox.cnf"
WSREP = "/etc/mysql/ox.conf.d/wsrep.cnf"
KEEPALIVED = "/etc/keepalived/keepalived.conf"


def codes(text: str, host: str = "", path: str = "", old: str = "", new: str = "") -> set[str]:
    """What is said of a cluster in which a piece of one file is another."""
    evidence = evidence_of(make_plan(load_text(text, secrets=SECRETS)))
    for each in evidence.hosts:
        if each.name == host:
            file = each.files[path]
            assert old in file.text
            each.files = {**each.files, path: evolve(file, text=file.text.replace(old, new))}
    return {finding.code for finding in judge(evidence)}


@pytest.mark.parametrize("policy", ["round-robin-causal", "round-robin-monitor", "write-address"])
@pytest.mark.parametrize("text", [LOCAL, APART], ids=["local", "apart"])
def test_nothing_is_said_of_a_cluster_that_is_right(text: str, policy: str) -> None:
    assert codes(text.replace("[database]\n", f'[database]\nread_policy = "{policy}"\n', 1)) == set()


@pytest.mark.parametrize(
    ("text", "host", "path", "old", "new", "code"),
    [
        (APART, "mx1", CNF, "address=0.0.0.0", "address=127.0.0.1", "OX704"),
        (APART, "mx1", CNF, "port=3307", "port=3309", "OX704"),
        (APART, "mx1", CNF, "address=0.0.0.0", "address=10.20.30.213", "OX707"),
        (APART, "mx2", KEEPALIVED, "    track_script {\n        maxscale\n    }\n", "", "OX449"),
        (APART, "db1", OX_CNF, "bind_address = 10.20.30.217", "bind_address = 127.0.0.1", "OX210"),
        (APART, "db2", WSREP, "wsrep_sync_wait = 1", "wsrep_sync_wait = 0", "OX207"),
        (LOCAL, "ox1", CNF, "address=10.20.30.219", "address=10.20.30.99", "OX704"),
        (LOCAL, "ox1", CNF, "password=", "password=x", "OX813"),
        (LOCAL, "ox2", CNF, "admin_port=8989", "admin_port=3307", "OX701"),
        (LOCAL, "ox2", CNF, "[db2]", "[db1]", "OX001"),
        (LOCAL, "ox3", CNF, "password=Jt6wQx3M", "password=REPLACE_maxscale", "OX801"),
    ],
)
def test_a_wrong_line_is_found(text: str, host: str, path: str, old: str, new: str, code: str) -> None:
    assert code in codes(text, host, path, old, new)


def test_no_finding_shows_its_password() -> None:
    evidence: Evidence = evidence_of(make_plan(load_text(LOCAL, secrets=SECRETS)))
    for each in evidence.hosts:
        if each.name == "ox1":
            file = each.files[CNF]
            each.files = {
                **each.files,
                CNF: evolve(file, text=file.text.replace("threads=2", "admin_port=Jt6wQx3M")),
            }

    assert [finding.message for finding in judge(evidence)]
    assert not [finding for finding in judge(evidence) if "Jt6wQx3M" in finding.message]
