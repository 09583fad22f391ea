"""The accounts of the database servers, in the dialect of each product."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts._server import is_mariadb, is_pxc, since
from oxconf.artifacts.backup import DATABASE_USER as BACKUP_USER
from oxconf.artifacts.clustercheck import DATABASE_USER as CLUSTERCHECK_USER
from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.artifacts.maxscale_cnf import USER as MAXSCALE_USER
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.secrets import Secret
from oxconf.deployment.topology import (
    LOCALHOST,
    backup_host,
    backup_server,
    database_bind_address,
    database_hosts,
    floating_addresses,
    has_clustercheck,
    maxscale_hosts,
    ox_hosts,
)

LOCAL = "localhost"
"""The account that a client on the server's socket logs in to."""

LOOPBACK = "127.0.0.1"
"""Names are not resolved, so whoever comes over the loopback address is not `localhost` to the server."""

OX_PRIVILEGES = (
    "CREATE, LOCK TABLES, REFERENCES, INDEX, DROP, DELETE, ALTER, SELECT, UPDATE, INSERT, "
    "CREATE TEMPORARY TABLES, SHOW VIEW, SHOW DATABASES, ALTER ROUTINE, CREATE ROUTINE, EXECUTE"
)
"""The tutorial's list, and the three that releases before 7.8.0 need for their stored procedures.

SOURCE: db_user_privileges.md of appsuite-middleware, and the article AppSuite:DB_user_privileges of oxpedia.org.
"""


@frozen(kw_only=True)
class Account:
    """One account: who may come from where, and what for."""

    user: str
    client: str
    """Address, or `localhost`."""
    password: Secret
    privileges: str
    """What is granted on all databases; `USAGE` is nothing."""
    tables: tuple[str, ...] = ()
    """What it may read beside that, each as `database.table`."""
    grant_option: bool = False
    why: str

    @property
    def who(self) -> str:
        """The account as SQL names it: `'user'@'client'`."""
        return f"{quoted(self.user)}@{quoted(self.client)}"


def quoted(text: str) -> str:
    """Return a text as a string of SQL. Passwords and addresses pass through here, and nothing else does it.

    Backslashes count in strings of all servers in their default SQL modes, and in the one that oxconf sets.
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def accounts(deployment: Deployment) -> tuple[Account, ...]:
    """Return every account but root's, in a fixed order."""
    return (
        *_ox(deployment),
        *_maxscale(deployment),
        *_galera(deployment),
        *_replication(deployment),
        *_maintenance(deployment),
        *_backup(deployment),
    )


def _ox(deployment: Deployment) -> Iterator[Account]:
    password = deployment.password("configdb")
    for host in ox_hosts(deployment):
        for client, why in _addresses(deployment, host):
            yield Account(
                user=DATABASE_USER,
                client=client,
                password=password,
                privileges=OX_PRIVILEGES,
                grant_option=True,
                why=why,
            )


def _maxscale(deployment: Deployment) -> Iterator[Account]:
    """Yield the accounts of MaxScale's monitor and services, and OX once more.

    MaxScale looks for the address that OX calls from, the server sees the one that MaxScale calls from: OX needs both.
    SOURCE: MaxScale's Authentication Modules and its page of galeramon.
    """
    hosts = maxscale_hosts(deployment)
    clients = {str(host.address): f"OX through MaxScale on {host.name}" for host in hosts if not host.runs_ox}
    beside_database = any(host.has(Role.DATABASE) for host in ox_hosts(deployment))
    if any(host.runs_ox for host in hosts) and not beside_database:
        clients[LOOPBACK] = "OX calls the MaxScale of its own host, which looks for this address"
    for client, why in clients.items():
        yield Account(
            user=DATABASE_USER,
            client=client,
            password=deployment.password("configdb"),
            privileges=OX_PRIVILEGES,
            grant_option=True,
            why=why,
        )
    # REPLICATION CLIENT was split in MariaDB 10.5: it no longer allows SHOW SLAVE STATUS, which the monitor asks for.
    status = "SLAVE MONITOR" if since(deployment, mariadb="10.5") else "REPLICATION CLIENT"
    tables = ["user", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv"]
    if is_mariadb(deployment):
        tables.append("roles_mapping")
    for host in hosts:
        yield Account(
            user=MAXSCALE_USER,
            client=str(host.address),
            password=deployment.password("maxscale"),
            privileges=f"SHOW DATABASES, {status}",
            tables=tuple(f"mysql.{table}" for table in tables),
            why=f"MaxScale on {host.name}: its monitor, and how it knows whom to let in",
        )


def _addresses(deployment: Deployment, host: Host) -> Iterator[tuple[str, str]]:
    """Yield as whom a database server sees an OX host."""
    yield str(host.address), f"OX on {host.name}"
    if host.has(Role.DATABASE):
        yield LOCAL, f"OX on {host.name}, over the socket"
        yield LOOPBACK, f"OX on {host.name}, over the loopback address"
        # Whoever connects to an address of his own host comes from that address.
        for floating in floating_addresses(deployment):
            if host in floating.holders:
                yield str(floating.address), f"OX on {host.name} while it holds the {floating.name} address"
        if deployment.database.mode is Mode.REPLICATION and deployment.database.write_address is not None:
            yield (
                str(deployment.database.write_address),
                f"OX on {host.name} while it holds the write address",
            )


def _galera(deployment: Deployment) -> Iterator[Account]:
    if deployment.database.mode is not Mode.GALERA:
        return
    if not (is_pxc(deployment) and since(deployment, mysql="8.0")):
        yield Account(
            user="sstuser",
            client=LOCAL,
            password=deployment.password("sst"),
            privileges=_sst_privileges(deployment),
            why="the donor of a state transfer reads its own server with it",
        )
    if has_clustercheck(deployment):
        yield Account(
            user=CLUSTERCHECK_USER,
            client=LOCAL,
            password=deployment.password("clustercheck"),
            privileges="USAGE",
            why="the health check; asking for the status needs no privilege",
        )


def _sst_privileges(deployment: Deployment) -> str:
    """Return what the state transfer needs. SOURCE: the tutorial up to 10.2, MariaDB's manual of mariabackup."""
    if since(deployment, mariadb="10.5"):
        # REPLICATION CLIENT was split there; SHOW SLAVE STATUS is a privilege of its own.
        return "RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, SLAVE MONITOR"
    return "RELOAD, PROCESS, LOCK TABLES, REPLICATION CLIENT"


def _replication(deployment: Deployment) -> Iterator[Account]:
    if deployment.database.mode is not Mode.REPLICATION:
        return
    for server in database_hosts(deployment):
        yield Account(
            user="repl",
            client=str(server.address),
            password=deployment.password("replication"),
            privileges="REPLICATION SLAVE",
            why=f"{server.name} as a slave; every server may become one",
        )


def _maintenance(deployment: Deployment) -> Iterator[Account]:
    if is_mariadb(deployment) and not since(deployment, mariadb="10.4"):
        yield Account(
            user="debian-sys-maint",
            client=LOCAL,
            password=deployment.password("maintenance"),
            privileges="ALL PRIVILEGES",
            grant_option=True,
            why="the scripts of the packages before 10.4 start and stop the server with it",
        )


def _backup(deployment: Deployment) -> Iterator[Account]:
    host = backup_host(deployment)
    if host is None:
        return
    server = backup_server(deployment)
    privileges = "SELECT, SHOW VIEW, TRIGGER, EVENT"
    if deployment.database.mode is Mode.REPLICATION:
        # It asks the slave how far it is, and notes the position.
        privileges += ", RELOAD, REPLICATION CLIENT"
    local = host is server and database_bind_address(deployment, server) == LOCALHOST
    yield Account(
        user=BACKUP_USER,
        client=LOOPBACK if local else str(host.address),
        password=deployment.password("backup"),
        privileges=privileges,
        why=f"the backup on {host.name}",
    )


def alter(deployment: Deployment, account: Account) -> str:
    """Return the statement that gives an account, which exists, its password."""
    password = quoted(account.password.reveal())
    if since(deployment, mariadb="10.2", mysql="5.7"):
        return f"ALTER USER {account.who} IDENTIFIED BY {password};"
    return f"SET PASSWORD FOR {account.who} = PASSWORD({password});"


def grant(deployment: Deployment, account: Account) -> str:
    """Return the statements that make an account or bring it up to date; taking them again changes nothing.

    `GRANT ... IDENTIFIED BY` is a syntax error from MySQL 8.0 on; `ALTER USER ... IDENTIFIED BY` is one before MySQL
    5.7 and MariaDB 10.2, `CREATE USER IF NOT EXISTS` before MySQL 5.7 and MariaDB 10.1.
    """
    password = quoted(account.password.reveal())
    option = " WITH GRANT OPTION" if account.grant_option else ""
    if since(deployment, mariadb="10.2", mysql="5.7"):
        lines = [
            f"CREATE USER IF NOT EXISTS {account.who} IDENTIFIED BY {password};",
            alter(deployment, account),
            f"GRANT {account.privileges} ON *.* TO {account.who}{option};",
        ]
    else:
        lines = [f"GRANT {account.privileges} ON *.* TO {account.who} IDENTIFIED BY {password}{option};"]
    lines += [f"GRANT SELECT ON {table} TO {account.who};" for table in account.tables]
    return "\n".join((f"-- {account.why}", *lines)) + "\n"


def root_password(deployment: Deployment) -> str:
    """Return the statement that gives root its password."""
    password = quoted(deployment.password("root").reveal())
    root = f"'root'@{quoted(LOCAL)}"
    if since(deployment, mariadb="10.4"):
        return f"ALTER USER {root} IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD({password});"
    if since(deployment, mariadb="10.2", mysql="5.7"):
        return f"ALTER USER {root} IDENTIFIED BY {password};"
    return f"SET PASSWORD FOR {root} = PASSWORD({password});"


def secure(deployment: Deployment) -> str:
    """Return the answers to mysql_secure_installation as SQL: root has a password, and nobody else is there yet."""
    lines = ["-- What mysql_secure_installation asks: a password for root,", root_password(deployment)]
    if is_mariadb(deployment) or not since(deployment, mysql="5.7"):
        # From MariaDB 10.4 on mysql.user is a view. MySQL 5.7 and later have none of these after --initialize.
        table = "mysql.global_priv" if since(deployment, mariadb="10.4") else "mysql.user"
        lines += [
            "-- no anonymous users, root over the socket alone, no database that is open to everybody.",
            f"DELETE FROM {table} WHERE User = '';",
            f"DELETE FROM {table} WHERE User = 'root' AND Host <> 'localhost';",
            "DROP DATABASE IF EXISTS test;",
            "DELETE FROM mysql.db WHERE Db IN ('test', 'test\\\\_%');",
        ]
    return "\n".join((*lines, "FLUSH PRIVILEGES;")) + "\n"


def accounts_sql(deployment: Deployment) -> str:
    """Return the file that makes all accounts."""
    parts = [secure(deployment), *(grant(deployment, account) for account in accounts(deployment))]
    return "\n".join(parts)
