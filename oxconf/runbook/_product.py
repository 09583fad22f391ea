"""What the chosen database server is told on the command line and in SQL, by flavour and series.

SOURCE: the manuals of MariaDB, MySQL and Percona XtraDB Cluster; the tutorial for the series that it names.
"""

from ipaddress import IPv4Address

from oxconf.artifacts._server import SOCKET, at_least, client_program, is_mariadb, is_pxc, since, unit_name
from oxconf.deployment.model import Deployment

DATA = "/var/lib/mysql"
"""Where the packages of all flavours on Debian and Ubuntu keep the databases."""

ERRORS = "journalctl -u {unit}, and the file that log_error names, on Debian under /var/log/mysql/"


def log(deployment: Deployment) -> str:
    """Return where the server says what is wrong."""
    return ERRORS.format(unit=unit_name(deployment))


def settings(deployment: Deployment) -> tuple[str, ...]:
    """Return the shell variables by which `lib.sh` reaches the server of this host."""
    return (f"client={client_program(deployment)}", f"socket={SOCKET}", f"data={DATA}")


def server_program(deployment: Deployment) -> str:
    """Return the name of the server's own program."""
    return "mariadbd" if since(deployment, mariadb="10.5") else "mysqld"


def initialise(deployment: Deployment, data: str = DATA) -> str:
    """Return the command that fills a new data folder."""
    if since(deployment, mariadb="10.5"):
        return f"mariadb-install-db --user=mysql --datadir={data} --skip-test-db"
    if since(deployment, mysql="5.7"):
        return f"mysqld --initialize-insecure --user=mysql --datadir={data}"
    # MySQL's writes a my.cnf with a sql_mode of its own into /usr, which is read after the one of /etc.
    keep = "" if is_mariadb(deployment) else " --keep-my-cnf"
    return f"mysql_install_db --user=mysql --datadir={data}{keep}"


_BOOTSTRAP_UNIT = "mysql@bootstrap.service"


def bootstrap(deployment: Deployment) -> str:
    """Return the command that starts the first node of a Galera cluster."""
    if since(deployment, mariadb="10.1"):
        return "galera_new_cluster"
    if is_mariadb(deployment):
        return "service mysql bootstrap"
    if at_least(deployment, "8.0"):
        return f"systemctl start {_BOOTSTRAP_UNIT}"
    if at_least(deployment, "5.7"):
        # Ubuntu's package has the unit; Percona's own for Debian and Ubuntu has the init script alone.
        return (
            f"if systemctl cat {_BOOTSTRAP_UNIT} >/dev/null 2>&1; then systemctl start {_BOOTSTRAP_UNIT}; "
            "else /etc/init.d/mysql bootstrap-pxc; fi"
        )
    return "service mysql bootstrap-pxc"


def stop_bootstrapped(deployment: Deployment) -> str:
    """Return the command that stops the node which `bootstrap` started."""
    if is_pxc(deployment) and at_least(deployment, "8.0"):
        return f"systemctl stop {_BOOTSTRAP_UNIT}"
    if is_pxc(deployment) and at_least(deployment, "5.7"):
        return (
            f"if systemctl is-active --quiet {_BOOTSTRAP_UNIT}; then systemctl stop {_BOOTSTRAP_UNIT}; "
            "else mysqladmin shutdown; fi"
        )
    if not since(deployment, mariadb="10.1", mysql="5.7"):
        # systemd did not start it, so for systemd there is nothing to stop.
        return "mysqladmin shutdown"
    return f"systemctl stop {unit_name(deployment)}"


def modern_words(deployment: Deployment) -> bool:
    """Whether the server says replica and source: MySQL 8.0.23 and later; MariaDB keeps the old words."""
    return since(deployment, mysql="8.0")


def start_slave(deployment: Deployment) -> str:
    """Return the statement that starts the replication."""
    return "START REPLICA" if modern_words(deployment) else "START SLAVE"


def stop_slave(deployment: Deployment) -> str:
    """Return the statement that stops the replication."""
    return "STOP REPLICA" if modern_words(deployment) else "STOP SLAVE"


def show_slave(deployment: Deployment) -> str:
    """Return the statement that shows how the replication is."""
    return "SHOW REPLICA STATUS" if modern_words(deployment) else "SHOW SLAVE STATUS"


def slave_column(deployment: Deployment, name: str) -> str:
    """Return the name of a column of that statement; `name` is the old one, as Slave_IO_Running."""
    if not modern_words(deployment):
        return name
    return name.replace("Slave", "Replica").replace("Master", "Source")


def forget_master(deployment: Deployment) -> str:
    """Return the statement after which a server is no slave any more."""
    return "RESET REPLICA ALL" if modern_words(deployment) else "RESET SLAVE ALL"


def root_may_not_write(deployment: Deployment) -> bool:
    """Whether a closed server refuses root's writes as well: MySQL's super_read_only, of 5.7.8."""
    return since(deployment, mysql="5.7")


def close(deployment: Deployment) -> str:
    """Return the statement that lets nobody write but the replication."""
    # MySQL switches read_only on with it.
    word = "super_read_only" if root_may_not_write(deployment) else "read_only"
    return f"SET GLOBAL {word} = ON"


def position(deployment: Deployment) -> str:
    """Return the expression for all transactions that a server has, by their ids."""
    return "@@global.gtid_current_pos" if is_mariadb(deployment) else "@@global.gtid_executed"


def reset_binlog(deployment: Deployment) -> str:
    """Return the statement that empties the binary log and forgets its transaction ids."""
    return "RESET BINARY LOGS AND GTIDS" if since(deployment, mysql="8.4") else "RESET MASTER"


def has_address(address: IPv4Address | str | None) -> str:
    """Return shell that succeeds when this host has the address."""
    return f"  ip -4 -brief address show | grep -qwF {address}"


def lacks_address(address: IPv4Address | str | None) -> str:
    """Return shell that succeeds when this host does not have the address."""
    return f"  ! ip -4 -brief address show | grep -qwF {address}"
