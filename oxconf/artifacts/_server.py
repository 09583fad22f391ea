"""What differs between database servers of several flavours and versions, in one place."""

from oxconf.deployment.locate import Path
from oxconf.deployment.model import Deployment, Flavour
from oxconf.deployment.servers import series_number
from oxconf.deployment.sizing import max_connections

PRODUCT: tuple[Path, ...] = (("database", "flavour"), ("database", "version"))
"""The keys of the cluster file that say which server it is."""

SOCKET = "/run/mysqld/mysqld.sock"
"""Where the packages of all flavours on Debian and Ubuntu put the server's socket."""

TABLE_OPEN_CACHE = 4000
"""OURS: twice MariaDB's default, and the default of MySQL 8; OX keeps many schemas with some 150 tables each."""


def at_least(deployment: Deployment, version: str) -> bool:
    """Whether the server is of this release series or a later one.

    The numbers of MariaDB and MySQL do not compare: see `since`.
    """
    return series_number(deployment.database.version) >= series_number(version)


def is_mariadb(deployment: Deployment) -> bool:
    """Whether the server is MariaDB, and not MySQL or Percona XtraDB Cluster, which is built on MySQL."""
    return deployment.database.flavour is Flavour.MARIADB


def is_pxc(deployment: Deployment) -> bool:
    """Whether the server is Percona XtraDB Cluster."""
    return deployment.database.flavour is Flavour.PXC


def since(deployment: Deployment, *, mariadb: str | None = None, mysql: str | None = None) -> bool:
    """Whether the server's series is at least the one named for its family; None means never in that family.

    Percona XtraDB Cluster counts in MySQL's numbers.
    """
    first = mariadb if is_mariadb(deployment) else mysql
    return first is not None and at_least(deployment, first)


def semi_sync_words(deployment: Deployment) -> tuple[str, str]:
    """Return what the options of semi-synchronous replication call the two sides: MySQL 8.0.26 has new words."""
    return ("source", "replica") if since(deployment, mysql="8.0") else ("master", "slave")


def client_program(deployment: Deployment) -> str:
    """Return the name of the command line client."""
    return "mariadb" if since(deployment, mariadb="10.5") else "mysql"


def dump_program(deployment: Deployment) -> str:
    """Return the name of the program that dumps databases."""
    return "mariadb-dump" if since(deployment, mariadb="10.5") else "mysqldump"


def unit_name(deployment: Deployment) -> str:
    """Return the name of the server's systemd unit on Debian and Ubuntu."""
    return "mariadb.service" if since(deployment, mariadb="10.1") else "mysql.service"


def provider_path(deployment: Deployment) -> str:
    """Return where the packages for Debian and Ubuntu put Galera's library.

    SOURCE: the Debian packages galera-3 and galera-4; Percona's installation guides for 5.6, 5.7 and 8.0.
    """
    if is_mariadb(deployment):
        return "/usr/lib/galera/libgalera_smm.so"
    if at_least(deployment, "8.0"):
        return "/usr/lib/galera4/libgalera_smm.so"
    if at_least(deployment, "5.7"):
        return "/usr/lib/galera3/libgalera_smm.so"
    return "/usr/lib/libgalera_smm.so"


def open_files_limit(deployment: Deployment) -> int:
    """Return how many files and sockets the server must be allowed to open.

    MariaDB 10.11 asks for 16 descriptors per entry of table_open_cache (two each in eight instances) and one
    per connection, every server for five per connection; below that they warn and shrink their caches.
    """
    connections = max_connections(deployment).value
    wanted = max(16 * TABLE_OPEN_CACHE + connections + 100, 5 * connections)
    return -(-wanted // 1024) * 1024
