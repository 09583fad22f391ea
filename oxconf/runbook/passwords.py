"""How an account comes to a new password, and how a step sees that a password lets in.

Where the server can, an account takes the old password and the new one for a while. MySQL has that since 8.0.14.
MariaDB has no word for it, but since 10.4 an account may have several ways to log in, and the same plugin may stand
there twice with two passwords: a client that fails the first is asked again for the second. Tried with MariaDB 10.11,
its client and its Connector/J 2.7; the Connector/J of MySQL, which Open-Xchange brings, was not at hand.
"""

from collections.abc import Sequence

from oxconf.artifacts._server import client_program, is_mariadb, since
from oxconf.artifacts.backup import ACCOUNT_FILE
from oxconf.artifacts.configdb_properties import DATABASE_USER
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import read_endpoint, write_endpoint
from oxconf.runbook.sql import LOCAL, Account, accounts, alter, quoted, root_password
from oxconf.runbook.step import Test


def takes_both(deployment: Deployment) -> bool:
    """Whether an account of this server can take two passwords for a while.

    The numbers name a series: of MySQL 8.0 the releases before 8.0.14 can not.
    """
    return since(deployment, mariadb="10.4", mysql="8.0")


def of_purpose(deployment: Deployment, purpose: str) -> tuple[Account, ...]:
    """Return the accounts that have the password of a purpose, root's included."""
    if purpose == "root":
        return (
            Account(
                user="root",
                client=LOCAL,
                password=deployment.password("root"),
                privileges="ALL PRIVILEGES",
                why="the administrator",
            ),
        )
    return tuple(each for each in accounts(deployment) if each.password.purpose == purpose)


def _row(account: Account) -> str:
    return f"User = {quoted(account.user)} AND Host = {quoted(account.client)}"


def both_sql(deployment: Deployment, account: Account) -> str:
    """Return the statements by which an account takes the new password and those that it has already.

    Taking them again changes nothing. MySQL keeps two passwords: where two others are there, the statements give the
    account as a row and change nothing.
    SOURCE: MySQL's manual, "Password Management", and MariaDB's, "Authentication from MariaDB 10.4".
    """
    who, row = account.who, _row(account)
    new = quoted(account.password.reveal())
    if not is_mariadb(deployment):
        change = quoted(f"ALTER USER {who} IDENTIFIED BY {new} RETAIN CURRENT PASSWORD")
        tell = quoted(f"SELECT {quoted(f'{account.user}@{account.client}')}")
        # The hash of mysql_native_password, which the servers of oxconf give new accounts; others hold a salt.
        return f"""\
SET @new = CONCAT('*', UPPER(SHA1(UNHEX(SHA1({new})))));
SET @second = (SELECT JSON_UNQUOTE(JSON_EXTRACT(User_attributes, '$.additional_password')) FROM mysql.user
  WHERE {row});
SET @change = IF((SELECT authentication_string FROM mysql.user WHERE {row}) = @new, 'DO 1',
  IF(COALESCE(@second, @new) = @new, {change}, {tell}));
PREPARE change_user FROM @change;
EXECUTE change_user;
DEALLOCATE PREPARE change_user;
"""
    native = " OR mysql_native_password USING "
    change = quoted(f"ALTER USER {who} IDENTIFIED VIA mysql_native_password USING ")
    # The account may have two already, of a change that was never finished: all of them stay.
    return f"""\
SET @new = PASSWORD({new});
SET @now = (SELECT Priv FROM mysql.global_priv WHERE {row});
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT({change},
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT({quoted(native)}, QUOTE(@second))),
  {quoted(native)}, QUOTE(@new)));
EXECUTE IMMEDIATE @change;
"""


def only_sql(deployment: Deployment, account: Account) -> str:
    """Return the statements after which an account takes the new password and no other."""
    change = root_password(deployment) if account.user == "root" else alter(deployment, account)
    if takes_both(deployment) and not is_mariadb(deployment):
        # SOURCE: MySQL's manual, ALTER USER: a change of the first password leaves the second one as it is.
        change += f"\nALTER USER {account.who} DISCARD OLD PASSWORD;"
    return change


def none_has_two(deployment: Deployment, concerned: Sequence[Account]) -> tuple[Test, ...]:
    """Return how to see that the old password is refused, where a server can take two."""
    root = concerned[0].user == "root"
    # The other way of root in MariaDB is the socket.
    if not takes_both(deployment) or (root and is_mariadb(deployment)):
        return ()
    table, second = (
        "mysql.user",
        "JSON_CONTAINS_PATH(COALESCE(User_attributes, '{}'), 'one', '$.additional_password')",
    )
    if is_mariadb(deployment):
        table, second = "mysql.global_priv", "JSON_EXISTS(Priv, '$.auth_or[1]')"
    rows = " OR ".join(_row(each) for each in concerned)
    # In a document between quotes the shell would see the dollar.
    return (
        Test(
            "no account takes a second password",
            f"  [ \"$(sql <<'END'\nSELECT COUNT(*) FROM {table} WHERE {second} AND ({rows});\nEND\n  )\" = 0 ]",
        ),
    )


def lets_in(purpose: str, user: str) -> Test:
    """Return how to see on a database server that an account of its own takes the new password; the step has it."""
    # Whoever is root comes in over the socket without a password, where the account has that way too.
    as_nobody = "runuser -u nobody -- " if user == "root" else ""
    return Test(
        f"{user} is let in with the new password",
        f'  MYSQL_PWD=${purpose}_password {as_nobody}"$client" --no-defaults --user={user} --socket="$socket" '
        "--execute='DO 1'",
    )


def backup_is_let_in(deployment: Deployment) -> Test:
    """Return how to see on the backup's host that its account file lets in."""
    return Test(
        "the database lets the backup in",
        f"  {client_program(deployment)} --defaults-file={ACCOUNT_FILE} --execute='DO 1'",
        f"{ACCOUNT_FILE} must have the password that the account has; then firewalls between the hosts.",
    )


def as_open_xchange(address: object, port: int) -> str:
    """Return the client of an OX host, as Open-Xchange; the step has the password."""
    # Without option files: root's own would give its password first.
    return f"MYSQL_PWD=$configdb_password mysql --no-defaults --host={address} --port={port} --user={DATABASE_USER}"


def open_xchange_is_let_in(deployment: Deployment) -> tuple[Test, ...]:
    """Return how to see on an OX host that the database takes the new password, where the writes and the reads go."""
    write, read = write_endpoint(deployment), read_endpoint(deployment)
    places = dict.fromkeys(((write.address, write.port), (read.address, read.port)))
    return tuple(
        Test(
            f"the database lets {DATABASE_USER} in with the new password, by {address}:{port}",
            f"  {as_open_xchange(address, port)} --execute='DO 1'",
            "Take the steps before this one first, and look at what stands in front of the database on this host.",
        )
        for address, port in places
    )
