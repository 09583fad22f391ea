import pytest

from oxconf.artifacts._artifact import Artifact, ParsedArtifact
from oxconf.artifacts.clustercheck import (
    Clustercheck,
    ClustercheckCnf,
    ClustercheckService,
    ClustercheckSocket,
)
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.mariadb_dropin import MariadbDropin, MysqlDropin
from oxconf.artifacts.my_cnf import MyCnf
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.write_address import WriteAddress
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.load import load_text

CLUSTERS = {
    "poc": 'tier = "poc"',
    "100k": 'tier = "100k"',
    "1m": 'tier = "1m"',
    "1m replication": 'tier = "1m"\n[database]\nmode = "replication"\n',
    "1m floating address": 'tier = "1m"\n[database]\naccess = "floating-address"\n',
    "1m percona": 'tier = "1m"\n[database]\nflavour = "percona-xtradb-cluster"\nversion = "8.0"\n',
    "1m mysql": 'tier = "1m"\n[database]\nmode = "replication"\nflavour = "mysql"\nversion = "8.4"\n',
}
PARSED: tuple[type[ParsedArtifact], ...] = (
    MyCnf,
    OxCnf,
    WsrepCnf,
    HostCnf,
    GtidCnf,
    ClustercheckCnf,
    Garb,
    PerconaGarb,
)
ALL: tuple[type[Artifact], ...] = (
    *PARSED,
    MariadbDropin,
    MysqlDropin,
    Clustercheck,
    ClustercheckSocket,
    ClustercheckService,
    WriteAddress,
)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("artifact", PARSED, ids=lambda artifact: artifact.kind)
def test_every_file_of_every_host_is_read_back(artifact: type[ParsedArtifact], cluster: str) -> None:
    deployment = load_text(CLUSTERS[cluster])
    for host in deployment.hosts:
        made = artifact.from_deployment(deployment, host)
        if made is not None:
            assert artifact.parse(made.render()) == made


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_rendered_files_are_plain_text_that_ends_with_a_newline(cluster: str) -> None:
    deployment = load_text(CLUSTERS[cluster])
    for host in deployment.hosts:
        for artifact in ALL:
            made = artifact.from_deployment(deployment, host)
            if made is not None:
                text = made.render()
                assert text.endswith("\n")
                assert text.isascii()
                assert text == artifact.from_deployment(deployment, host).render()  # type: ignore[union-attr]


def test_kinds_and_paths_differ() -> None:
    assert len({artifact.kind for artifact in ALL}) == len(ALL)
    assert len({artifact.path for artifact in ALL}) == len(ALL)


@pytest.mark.parametrize("artifact", [WsrepCnf, ClustercheckCnf])
def test_files_with_a_password_are_not_for_everybody(artifact: type[Artifact]) -> None:
    assert artifact.mode & 0o007 == 0
