"""Which packages a host needs: Debian's, those of the database's vendor, and those of Open-Xchange."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts._artifact import Artifact
from oxconf.artifacts._server import at_least, is_mariadb, is_pxc, since
from oxconf.artifacts.backup import Backup
from oxconf.artifacts.filestore import Exports, Fstab
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.artifacts.haproxy_cfg import HaproxyCfg
from oxconf.artifacts.https_site import HttpsSite
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.artifacts.lvs_kernel import LvsModules
from oxconf.artifacts.maxscale_cnf import MaxscaleCnf
from oxconf.artifacts.munin import MuninDatabase, MuninNode
from oxconf.artifacts.my_cnf import MyCnf
from oxconf.artifacts.nftables_conf import NftablesConf
from oxconf.artifacts.proxy_ajp import ProxyAjp
from oxconf.artifacts.write_address import WriteAddress
from oxconf.deployment.model import Authentication, Deployment, Mode, Role
from oxconf.plan import HostPlan

OX_SERVER = ("open-xchange-meta-server", "open-xchange-meta-admin")
"""SOURCE: the meta packages of appsuite-middleware, in the form that has the tutorial's names of the web packages."""

OX_AUTHENTICATION = {
    Authentication.DATABASE: "open-xchange-authentication-database",
    Authentication.IMAP: "open-xchange-authentication-imap",
}
"""One of them, never both: each conflicts with the other (their spec files in appsuite-middleware)."""

OX_WEB = (
    "open-xchange-gui",
    "open-xchange-gui-wizard-plugin-gui",
    "open-xchange-configjump-generic-gui",
    "open-xchange-online-help-de",
    "open-xchange-online-help-en",
    "open-xchange-online-help-fr",
)
"""The tutorial's packages of a web server."""

PORTMAP = "rpcbind"
"""The tutorial's portmap: Debian's package of that name is gone since Debian 8."""


@frozen
class Packages:
    """The packages of one host, by where they come from."""

    debian: tuple[str, ...]
    """Of the distribution, or of the vendor of the database: its server, and MaxScale."""
    ox: tuple[str, ...]
    """Of Open-Xchange's own repository."""
    server: str | None
    """Package of the database server whose release must be the cluster file's."""


def packages(deployment: Deployment, plan: HostPlan) -> Packages:
    """Return what a host needs, without doubles, in a fixed order."""
    kinds = {type(artifact) for artifact in plan.artifacts}
    server, helpers = _database(deployment) if MyCnf in kinds else (None, ())
    wanted = [*([server] if server else []), *helpers, *_debian(deployment, plan, kinds)]
    ox = [*(OX_WEB if plan.host.has(Role.WEB) else ())]
    if plan.host.runs_ox:
        ox = [*OX_SERVER, OX_AUTHENTICATION[deployment.mail.authentication], *ox]
    return Packages(tuple(dict.fromkeys(wanted)), tuple(ox), server)


def _database(deployment: Deployment) -> tuple[str, tuple[str, ...]]:
    """Return the server's package and what its state transfer needs beside it."""
    galera = deployment.database.mode is Mode.GALERA
    if is_mariadb(deployment):
        return _mariadb(deployment, galera)
    if is_pxc(deployment):
        if at_least(deployment, "8.0"):
            return "percona-xtradb-cluster", ("percona-xtrabackup-80", "socat")
        series = deployment.database.version.replace(".", "")
        return f"percona-xtradb-cluster-{series}", ("percona-xtrabackup-24", "socat")
    return "mysql-server", ()


def _mariadb(deployment: Deployment, galera: bool) -> tuple[str, tuple[str, ...]]:
    version = deployment.database.version
    if since(deployment, mariadb="10.3"):
        # MariaDB's own repository has the same names from 10.3 on; the server brings Galera since 10.1.
        return "mariadb-server", ("mariadb-backup", "socat") if galera else ()
    if since(deployment, mariadb="10.1"):
        return f"mariadb-server-{version}", (f"mariadb-backup-{version}", "socat") if galera else ()
    if galera:
        # Galera is a server of its own in 10.0, and socat is not among its dependencies (the tutorial).
        return f"mariadb-galera-server-{version}", ("galera-3", "percona-xtrabackup", "socat")
    return f"mariadb-server-{version}", ()


def _debian(deployment: Deployment, plan: HostPlan, kinds: set[type[Artifact]]) -> Iterator[str]:
    if HaproxyCfg in kinds:
        yield "haproxy"
    if MaxscaleCnf in kinds:
        yield "maxscale"
    if KeepalivedConf in kinds:
        yield "keepalived"
    if LvsModules in kinds:
        yield "ipvsadm"
    if WriteAddress in kinds:
        yield "iputils-arping"
    if kinds & {Garb, PerconaGarb}:
        yield _arbitrator(deployment)
    if Exports in kinds:
        yield from ("nfs-kernel-server", "nfs-common", PORTMAP)
    if Fstab in kinds:
        yield from ("nfs-common", PORTMAP)
    if ProxyAjp in kinds:
        yield from ("apache2", "curl")
    if HttpsSite in kinds:
        yield "openssl"
    if Backup in kinds:
        yield "rsync"
    if MuninNode in kinds:
        yield "munin-node"
    if MuninDatabase in kinds:
        # The plugin mysql_ stays silent without them.
        yield from ("libcache-cache-perl", "libdbd-mysql-perl")
    if NftablesConf in kinds:
        yield "nftables"
    if MyCnf not in kinds and (plan.host.runs_ox or Backup in kinds):
        # initconfigdb and the backup call it.
        yield _client(deployment)


def _client(deployment: Deployment) -> str:
    """Return the client's package. The distributions' default is MariaDB's, whose mysqldump is not MySQL's."""
    if is_mariadb(deployment):
        return "mariadb-client"
    if not is_pxc(deployment):
        return "mysql-client"
    if at_least(deployment, "8.0"):
        return "percona-xtradb-cluster-client"
    return f"percona-xtradb-cluster-client-{deployment.database.version}"


def _arbitrator(deployment: Deployment) -> str:
    """Return the arbitrator's package. SOURCE: Debian; Percona's installation guides for the series."""
    if is_mariadb(deployment):
        return "galera-arbitrator-4" if since(deployment, mariadb="10.4") else "galera-arbitrator-3"
    if at_least(deployment, "8.0"):
        return "percona-xtradb-cluster-garbd"
    return "percona-xtradb-cluster-garbd-" + ("5.7" if at_least(deployment, "5.7") else "3.x")
