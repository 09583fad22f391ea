"""Laws of whole clusters: one that fits together is rendered, right and read back; others are refused by a place."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.strategies import PASSWORDS, Tree, clusters, spoilt, toml

from oxconf.artifacts._artifact import Artifact, ParsedArtifact
from oxconf.bundle.archive import tar
from oxconf.bundle.contents import contents
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError, InputError
from oxconf.deployment.model import Deployment, Mode, Role
from oxconf.deployment.servers import server_of
from oxconf.plan import ARTIFACTS, Plan, make_plan
from oxconf.render import evidence_of
from oxconf.report.text import show
from oxconf.rules import Severity, judge
from oxconf.syntax import (
    apache,
    exports,
    fstab,
    haproxy,
    hosts,
    ini,
    interfaces,
    keepalived,
    optionfile,
    properties,
    shellvars,
    sysctl,
    sysusers,
    unit,
)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def tries(count: int) -> settings:
    return settings(max_examples=count, deadline=None, suppress_health_check=SLOW)


WARNINGS = {
    "OX355": "a server past its end of life is the user's choice",
    "OX328": "an even number of Galera nodes without an arbitrator is the user's choice",
    "OX907": "many mailboxes without a provisioning node as well",
    "OX910": "and fewer hosts than the tier recommends",
}
"""What may be said of a cluster that fits together."""


def choices(deployment: Deployment) -> set[str]:
    """The warnings that a cluster deserves by its hosts and its size."""
    servers, ox = deployment.with_role(Role.DATABASE), deployment.with_role(Role.GROUPWARE)
    split = deployment.database.mode is Mode.GALERA and len(servers) % 2 == 0
    least = 3 if deployment.tier == "1m" else 2
    server = server_of(deployment.database.flavour, deployment.database.version)
    return {
        *(["OX355"] if server.ended else []),
        *(["OX328"] if split and not deployment.with_role(Role.ARBITRATOR) else []),
        *(
            ["OX907"]
            if deployment.mailboxes > 500_000 and not deployment.with_role(Role.PROVISIONING)
            else []
        ),
        *(["OX910"] if deployment.tier != "poc" and (len(ox) < least or len(servers) < 2) else []),
    }


NUMBERS = {
    "OX219": "wait_timeout is below the pool's times",
    "OX701": "read_port is 3306 on a host whose server listens everywhere",
    "OX901": "the buffer pool does not fit beside the other roles",
    "OX902": "nor with all connections in use",
    "OX904": "max_connections is below the sum of the pools",
}
"""What may be said beside that where the user names ports, sizes and times."""

SYNTAXES = {
    r".*\.(properties|ccf)": properties,
    r"(?!/etc/maxscale).*\.cnf": optionfile,
    r"/etc/maxscale\.cnf": ini,
    r"/etc/exports": exports,
    r"/etc/fstab": fstab,
    r"/etc/hosts": hosts,
    r"/etc/network/interfaces": interfaces,
    r"/etc/sysctl\.d/.*": sysctl,
    r"/etc/sysusers\.d/.*": sysusers,
    r"/etc/systemd/system/.*": unit,
    r"/etc/default/.*": shellvars,
    r"/etc/haproxy/.*": haproxy,
    r"/etc/keepalived/.*": keepalived,
    r"/etc/apache2/.*": apache,
}
WITHOUT_SYNTAX = (
    "/usr/local/sbin/",
    "/usr/local/bin/",
    "/etc/modules-load.d/",
    "/etc/munin/",
    "/etc/nftables.conf",
)
"""Scripts, a list of words, and files of which oxconf writes a few lines alone."""


def loaded(tree: Tree, passwords: dict[str, str] | None = None) -> Deployment:
    names = tree.get("secrets", {})
    secrets = {names.get(purpose, purpose): value for purpose, value in (passwords or {}).items()}
    return load_text(toml(tree), secrets=secrets)


def artifacts(plan: Plan) -> list[Artifact]:
    return [artifact for host in plan.hosts for artifact in host.artifacts]


def is_read_back(artifact: Artifact) -> None:
    text = artifact.render()
    text.encode("ascii")
    if isinstance(artifact, ParsedArtifact):
        assert type(artifact).parse(text) == artifact
    if not artifact.path.startswith(WITHOUT_SYNTAX):
        (syntax,) = [module for path, module in SYNTAXES.items() if re.fullmatch(path, artifact.path)]
        document = syntax.parse(text)
        assert not document.problems
        assert syntax.render(document) == text  # type: ignore[attr-defined]


@tries(60)
@given(clusters(numbers=False), PASSWORDS)
def test_a_cluster_that_fits_together_is_rendered_right_and_read_back(
    tree: Tree, passwords: dict[str, str]
) -> None:
    plan = make_plan(loaded(tree, passwords))
    findings = judge(evidence_of(plan), deploy=True)
    assert {finding.code for finding in findings} == choices(plan.deployment), show(findings)
    assert all(finding.severity is Severity.WARNING for finding in findings)
    for host in plan.hosts:
        assert tar(contents(plan, host))
    for artifact in artifacts(plan):
        is_read_back(artifact)


@tries(40)
@given(clusters())
def test_what_is_said_of_the_users_numbers_names_their_place(tree: Tree) -> None:
    plan = make_plan(loaded(tree))
    findings = judge(evidence_of(plan))
    assert {finding.code for finding in findings} <= {*WARNINGS, *NUMBERS, "OX801"}, show(findings)
    paths = {host.host.name: {artifact.path for artifact in host.artifacts} for host in plan.hosts}
    for finding in findings:
        assert finding.places or finding.code in WARNINGS
        assert all(place.path in paths[place.host] for place in finding.places)
        assert finding.severity is Severity.WARNING or any(place.line for place in finding.places)


NEEDS: dict[str, dict[str, Any]] = {
    "exports": {"extra": ("filestore",)},
    "wsrep-cnf": {"mode": "galera"},
    "gtid-cnf": {"mode": "replication"},
    "mariadb-dropin": {"flavour": "mariadb"},
    "mysql-dropin": {"mode": "replication", "flavour": "mysql"},
    "clustercheck": {"mode": "galera"},
    "clustercheck-cnf": {"mode": "galera"},
    "clustercheck-socket": {"mode": "galera"},
    "clustercheck-service": {"mode": "galera"},
    "write-address": {"mode": "replication"},
    "garb": {"mode": "galera", "flavour": "mariadb", "extra": ("arbitrator",)},
    "percona-garb": {"mode": "galera", "flavour": "percona-xtradb-cluster", "extra": ("arbitrator",)},
    "haproxy-cfg": {"mode": "galera", "access": "haproxy", "read_policy": "round-robin-causal"},
    "maxscale-cnf": {"mode": "galera", "access": "maxscale"},
    "check-maxscale": {"mode": "galera", "access": "maxscale", "maxscales": "2"},
    "keepalived-conf": {"balancers": "yes"},
    "check-web": {"balancers": "yes"},
}
"""The clusters that have a file of each type; the others are in every one, or nearly."""


@pytest.mark.parametrize("cls", ARTIFACTS, ids=lambda cls: cls.kind)
@settings(tries(3), derandomize=True)
@given(data=st.data())
def test_a_file_of_each_type_is_read_back(cls: type[Artifact], data: st.DataObject) -> None:
    given_values = NEEDS.get(cls.kind, {})
    plan = data.draw(
        clusters(**given_values)
        .map(lambda tree: make_plan(loaded(tree)))
        .filter(lambda plan: any(isinstance(artifact, cls) for artifact in artifacts(plan)))
    )
    for artifact in artifacts(plan):
        if isinstance(artifact, cls):
            is_read_back(artifact)


PLACE = re.compile(r"cluster\.toml:[1-9][0-9]*:[1-9][0-9]*: \S")


def outcome(tree: Tree, passwords: dict[str, str] | None = None) -> Plan | InputError:
    """The plan of a cluster, or the one kind of error that loading may raise; nothing else may escape."""
    try:
        return make_plan(loaded(tree, passwords))
    except InputError as error:
        return error


def names_a_place(error: InputError) -> bool:
    lines = [line for line in str(error).splitlines() if not line.startswith("    ")]
    return bool(lines) and all(PLACE.match(line) or line.startswith("and ") for line in lines)


@tries(100)
@given(spoilt())
def test_a_spoilt_cluster_is_refused_by_its_place_or_right(tree: Tree) -> None:
    plan = outcome(tree)
    if isinstance(plan, InputError):
        assert names_a_place(plan), str(plan)
        assert isinstance(plan, ClusterError)
        return
    for finding in judge(evidence_of(plan)):
        assert finding.places or finding.code in WARNINGS
    for artifact in artifacts(plan):
        is_read_back(artifact)
