"""Which host gets which files."""

from collections.abc import Mapping
from functools import cached_property

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.backup import Backup, BackupCnf, BackupService, BackupTimer, Restore
from oxconf.artifacts.cache_ccf import AdmindaemonCache, GroupwareCache, SessionCache
from oxconf.artifacts.check_maxscale import CheckMaxscale
from oxconf.artifacts.check_web import CheckWeb
from oxconf.artifacts.clustercheck import (
    Clustercheck,
    ClustercheckCnf,
    ClustercheckService,
    ClustercheckSocket,
)
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.database_accounts import DebianCnf, RootCnf
from oxconf.artifacts.filestore import Exports, FilestoreGuard, FilestoreGuardForScripts, Fstab
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.hosts import Hosts
from oxconf.artifacts.https_site import HttpsSite
from oxconf.artifacts.imapauth_properties import ImapAuthProperties
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.lvs_kernel import LvsAddresses, LvsModules, LvsSysctl
from oxconf.artifacts.mariadb_dropin import MariadbDropin, MysqlDropin
from oxconf.artifacts.maxscale_cnf import MaxscaleCnf
from oxconf.artifacts.multicast import MulticastInterfaces, MulticastUnit
from oxconf.artifacts.munin import MuninDatabase, MuninNode
from oxconf.artifacts.my_cnf import MyCnf
from oxconf.artifacts.nftables_conf import NftablesConf
from oxconf.artifacts.none_fit import NoneFit
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.artifacts.remoteip import RemoteIp
from oxconf.artifacts.sysusers import Sysusers
from oxconf.artifacts.write_address import WriteAddress
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.model import Deployment, Host

ARTIFACTS: tuple[type[Artifact], ...] = (
    Hosts,
    Sysusers,
    Exports,
    MyCnf,
    OxCnf,
    WsrepCnf,
    HostCnf,
    GtidCnf,
    MariadbDropin,
    MysqlDropin,
    RootCnf,
    DebianCnf,
    Clustercheck,
    ClustercheckCnf,
    ClustercheckSocket,
    ClustercheckService,
    WriteAddress,
    LvsAddresses,
    LvsModules,
    LvsSysctl,
    Garb,
    PerconaGarb,
    GroupwareConfigdb,
    AdmindaemonConfigdb,
    AjpProperties,
    ImapAuthProperties,
    GroupwareCache,
    AdmindaemonCache,
    SessionCache,
    OxInstaller,
    MulticastInterfaces,
    MulticastUnit,
    Fstab,
    FilestoreGuard,
    FilestoreGuardForScripts,
    HaproxyCfg,
    MaxscaleCnf,
    ProxyAjp,
    HttpsSite,
    RemoteIp,
    KeepalivedConf,
    CheckWeb,
    CheckMaxscale,
    Backup,
    BackupCnf,
    BackupService,
    BackupTimer,
    Restore,
    MuninNode,
    MuninDatabase,
    NftablesConf,
    NoneFit,
)
"""Every type of file, in the order in which manifests and READMEs list them."""


@frozen
class HostPlan:
    """One host and its files."""

    host: Host
    artifacts: tuple[Artifact, ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The text of each artifact, in the same order: what is judged is what is written. Raises Unwritable."""
        return tuple(artifact.render() for artifact in self.artifacts)


@frozen
class Plan:
    """The whole cluster."""

    deployment: Deployment
    hosts: tuple[HostPlan, ...]

    def of(self, host: Host) -> HostPlan:
        """Return the files of one host. Raises KeyError."""
        return self._by_name[host.name]

    @cached_property
    def _by_name(self) -> Mapping[str, HostPlan]:
        return {plan.host.name: plan for plan in self.hosts}


def make_plan(deployment: Deployment) -> Plan:
    """Return the files of every host."""
    return Plan(deployment, tuple(HostPlan(host, _artifacts(deployment, host)) for host in deployment.hosts))


def _artifacts(deployment: Deployment, host: Host) -> tuple[Artifact, ...]:
    made = (cls.from_deployment(deployment, host) for cls in ARTIFACTS)
    return tuple(artifact for artifact in made if artifact is not None)
