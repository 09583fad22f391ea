import pytest

from oxconf.artifacts._artifact import ParsedArtifact
from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.cache_ccf import AdmindaemonCache, GroupwareCache, SessionCache
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.filestore import Exports, FilestoreGuard, Fstab
from oxconf.artifacts.hosts import Hosts
from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.artifacts.sysusers import Sysusers
from oxconf.deployment.load import load_text

CLUSTERS = {
    "poc": 'tier = "poc"',
    "100k": 'tier = "100k"',
    "1m": 'tier = "1m"',
    "1m replication": 'tier = "1m"\n[database]\nmode = "replication"\n',
    "1m without ifupdown": 'tier = "1m"\n[network]\nmanaged_by = "other"\n',
}
ARTIFACTS: tuple[type[ParsedArtifact], ...] = (
    AjpProperties,
    GroupwareConfigdb,
    AdmindaemonConfigdb,
    GroupwareCache,
    AdmindaemonCache,
    SessionCache,
    OxInstaller,
    Exports,
    Fstab,
    FilestoreGuard,
    Sysusers,
    Hosts,
    MulticastInterfaces,
    MulticastUnit,
)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.kind)
def test_every_file_of_every_host_is_read_back(artifact: type[ParsedArtifact], cluster: str) -> None:
    deployment = load_text(CLUSTERS[cluster])
    for host in deployment.hosts:
        made = artifact.from_deployment(deployment, host)
        if made is not None:
            text = made.render()
            assert text.endswith("\n")
            assert artifact.parse(text) == made


def test_kinds_and_paths_differ() -> None:
    assert len({artifact.kind for artifact in ARTIFACTS}) == len(ARTIFACTS)
    assert len({artifact.path for artifact in ARTIFACTS}) == len(ARTIFACTS)


@pytest.mark.parametrize("artifact", [OxInstaller, GroupwareConfigdb, AdmindaemonConfigdb])
def test_files_with_a_password_are_not_for_everybody(artifact: type[ParsedArtifact]) -> None:
    assert artifact.mode & 0o007 == 0
