"""The runbooks taken step by step on real database servers: from empty hosts to verified, and what comes after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges.harness import need, need_package, need_root
from lab.cluster import CLIENT, LabCluster

from oxconf.artifacts._server import dump_program, is_mariadb
from oxconf.runbook import _product as product
from oxconf.runbook.passwords import takes_both

DESCRIPTION = """
name = "lab"
tier = "poc"
[database]
mode = "{mode}"
{more}
[database.tuning]
innodb_buffer_pool_size = "128M"
innodb_log_file_size = "16M"
{tuning}
[network]
cidr = "10.20.30.0/24"
interface = "eth0"
[[hosts]]
name = "ox1"
address = "10.20.30.213"
roles = ["groupware", "web", "filestore"]
memory = "8G"
cores = 2
"""

SERVER = """
[[hosts]]
name = "db{number}"
address = "10.20.30.{last}"
roles = ["database"]
memory = "2G"
cores = 2
"""

MODES = {
    "standalone": (1, '[backup]\nfolder = "/var/backups/ox"', ""),
    "galera": (3, 'access = "haproxy"\nread_policy = "round-robin-causal"', 'gcache_size = "128M"'),
    "replication": (
        2,
        'access = "haproxy"\nwrite_address = "10.20.30.77"\nread_policy = "round-robin-monitor"',
        "",
    ),
}


def described(mode: str) -> str:
    count, more, tuning = MODES[mode]
    servers = "".join(SERVER.format(number=number + 1, last=217 + number) for number in range(count))
    return DESCRIPTION.format(mode=mode, more=more, tuning=tuning) + servers


def set_up(mode: str, tmp: Path) -> Iterator[LabCluster]:
    need_root()
    need_package("mariadb-server", "mariadb-backup", "socat", "iputils-arping")
    for command, package in (
        ("mariadbd", "mariadb-server"),
        ("mariabackup", "mariadb-backup"),
        ("socat", "socat"),
        ("nft", "nftables"),
    ):
        need(command, package)
    cluster = LabCluster(described(mode), tmp)
    try:
        if mode == "standalone":
            leave_databases(cluster)
        cluster.set_up()
        cluster.all_pass()
        fill(cluster, "db1")
        yield cluster
    finally:
        cluster.close()


def leave_databases(cluster: LabCluster) -> None:
    """What a server of before holds: databases, and accounts that the new one shall not have."""
    cluster["db1"].sh("systemctl start mariadb")
    cluster["db1"].sh(
        'mariadb --execute="CREATE DATABASE configdb; CREATE TABLE configdb.server (name TEXT); '
        "INSERT INTO configdb.server VALUES ('before'); CREATE DATABASE \\`old 1\\`; "
        "CREATE TABLE \\`old 1\\`.t (i INT); "
        "CREATE USER nobody@'%'\""
    )


def fill(cluster: LabCluster, host: str) -> None:
    cluster[host].sql(
        "CREATE DATABASE ox_5; USE ox_5; CREATE TABLE ox_5.mail (id INT PRIMARY KEY AUTO_INCREMENT, body VARCHAR(200));"
        "INSERT INTO ox_5.mail (body) VALUES "
        + ",".join(f"('{chr(65 + number % 26) * 150}')" for number in range(2000))
    )


def write(cluster: LabCluster, host: str, body: str) -> None:
    cluster[host].sql(f"INSERT INTO ox_5.mail (body) VALUES ('{body}')")


def rows(cluster: LabCluster, host: str) -> int:
    return int(cluster[host].sql("SELECT COUNT(*) FROM ox_5.mail"))


def checksum(cluster: LabCluster, host: str) -> str:
    return cluster[host].sql("CHECKSUM TABLE ox_5.mail")


def alike(cluster: LabCluster, master: str, slave: str) -> bool:
    """Whether the slave has what the master has, when it has taken in all that came."""
    deployment = cluster.deployment
    at = cluster[master].sql(f"SELECT {product.position(deployment)}").replace("\\n", "").strip()
    wait = "MASTER_GTID_WAIT" if is_mariadb(deployment) else "WAIT_FOR_EXECUTED_GTID_SET"
    assert cluster[slave].sql(f"SELECT {wait}('{at}', 30)").strip() == "0"
    return checksum(cluster, master) == checksum(cluster, slave)


def beyond(cluster: LabCluster) -> str:
    """A position that nobody has reached."""
    return "0-1-999999" if is_mariadb(cluster.deployment) else "00000000-0000-0000-0000-000000000001:1-9"


def position(said: str) -> str:
    """What a step has told to write down, NAME=POSITION."""
    (found,) = re.findall(r"^  (db\d=\S+)$", said, re.MULTILINE)
    return str(found)


def change(cluster: LabCluster, purpose: str, *renewing: str) -> None:
    """Take the runbook that changes a password; a server that takes one at a time has no step `both`."""
    book = f"rotate-{purpose}"
    slugs = {step["script"].rpartition("/")[2].partition("-")[2] for step in cluster.steps(book)}
    if "both" in slugs:
        cluster.take(book, "both", "db1")
    elif "only-new" in slugs:
        cluster.take(book, "only-new", "db1")
    for host in renewing:
        cluster.take(book, "renew", host)
    if "both" in slugs:
        cluster.take(book, "only-new", "db1")


@pytest.fixture(scope="module")
def galera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabCluster]:
    yield from set_up("galera", tmp_path_factory.mktemp("galera"))


@pytest.fixture(scope="module")
def replication(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabCluster]:
    yield from set_up("replication", tmp_path_factory.mktemp("replication"))


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabCluster]:
    yield from set_up("standalone", tmp_path_factory.mktemp("standalone"))


def test_a_cluster_that_was_killed_is_recovered_without_a_loss(galera: LabCluster) -> None:
    said = galera.take("recover", "position", "db1", check=False)
    assert "this does not hold: this node is not in a working cluster" in said

    galera.kill("db3")
    write(galera, "db1", "db3 was not there")
    galera.kill("db2", "db1")
    found = {host: position(galera.take("recover", "position", host)) for host in ("db1", "db2", "db3")}

    said = galera.take("recover", "begin", "db1", found["db2"], check=False)
    assert "the position of db3 is missing" in said
    said = galera.take("recover", "begin", "db3", found["db1"], found["db2"], check=False)
    assert re.search("db[12] is further than this node", said)
    said = galera.take("recover", "join", "db2", check=False)
    assert "this does not hold: a node of the cluster answers on port 4567" in said

    galera.take("recover", "begin", "db1", found["db2"], found["db3"])
    said = galera.take("recover", "begin", "db2", found["db1"], found["db3"], check=False)
    assert "this does not hold: no other node answers on port 4567" in said
    galera.take("recover", "join", "db2")
    galera.take("recover", "join", "db3")
    galera.take("recover", "restart-first", "db1")

    galera.all_pass()
    assert {rows(galera, host) for host in ("db1", "db2", "db3")} == {2001}


ASK = (
    f"MYSQL_PWD=$(cat /tmp/password) {CLIENT} --no-defaults --host=10.20.30.217 --user=openexchange "
    "--connect-timeout=5 --execute='SELECT 1'"
)


def refused(log: Path) -> list[str]:
    lines = log.read_text().splitlines()
    assert int(lines[-1].removeprefix("asked ")) > 5
    return lines[:-1]


def test_nobody_is_locked_out_while_the_password_of_ox_changes(galera: LabCluster) -> None:
    # A second change begins where the first one ended: nothing of it may be left.
    for new in ("n3w'of\\OX\"$", "an0ther'of\\OX\"$"):
        old = galera.passwords["configdb"]
        galera["ox1"].write("/tmp/password", old)
        galera.copy_new_archives(passwords={"configdb": new})
        with galera.asked_all_the_time("ox1", ASK) as log:
            galera.take("rotate-configdb", "both", "db1")
            # A second time changes nothing.
            galera.take("rotate-configdb", "both", "db1")
            galera["ox1"].write("/tmp/password.new", new)
            galera["ox1"].sh("mv /tmp/password.new /tmp/password")
            galera.take("rotate-configdb", "only-new", "db1")
        assert refused(log) == []
        galera["ox1"].write("/tmp/password", old)
        assert "Access denied" in galera["ox1"].sh(ASK, check=False)


def test_an_ox_node_keeps_its_files_until_the_database_takes_the_new_password(galera: LabCluster) -> None:
    galera.copy_new_archives(passwords={"configdb": "not-yet-there"})
    said = galera.take("rotate-configdb", "renew", "ox1", check=False)
    assert "this does not hold: the database lets openexchange in with the new password" in said
    assert "not-yet-there" not in galera["ox1"].sh(
        "cat /opt/open-xchange/etc/configdb.properties", check=False
    )
    galera.copy_new_archives(passwords={"configdb": "an0ther'of\\OX\"$"})


def test_the_health_check_never_falls_silent_while_its_password_changes(galera: LabCluster) -> None:
    galera.copy_new_archives(passwords={"clustercheck": "n3w'Che\\ck"})
    asking = "curl --silent --show-error --fail --max-time 5 http://10.20.30.218:9200/"
    with galera.asked_all_the_time("ox1", asking) as log:
        galera.take("rotate-clustercheck", "both", "db1")
        for host in ("db2", "db3", "db1"):
            galera.take("rotate-clustercheck", "renew", host)
        galera.take("rotate-clustercheck", "only-new", "db1")
    assert refused(log) == []
    galera.all_pass()


def test_a_node_without_data_is_replaced_with_the_new_password_of_the_transfer(galera: LabCluster) -> None:
    galera.copy_new_archives(passwords={"sst": "n3w&Ss$t7x"})
    change(galera, "sst", "db2", "db3", "db1")

    said = galera.take("replace-database", "prepare", "db3", check=False)
    assert "this does not hold: this server is in no working cluster" in said
    galera["db3"].sh(f"systemctl stop {galera.unit}; rm -rf /var/lib/mysql/*")
    galera.take("replace-database", "prepare", "db3")
    galera.take("replace-database", "join", "db3")
    galera.take("replace-database", "start-rest", "db3")

    galera.all_pass()
    assert checksum(galera, "db3") == checksum(galera, "db1")


OX2 = """
[[hosts]]
name = "ox2"
address = "10.20.30.214"
roles = ["groupware"]
memory = "8G"
cores = 2
"""

CHECK = "curl --silent --fail --max-time 3 --output /dev/null http://{address}:9200/ && echo fit"


def test_a_new_ox_node_is_let_in_by_the_health_checks(galera: LabCluster) -> None:
    without, before = galera.text, galera["db2"].sh("cat /run/standin/mariadb.service.pid")
    galera.copy_new_archives(galera.text + OX2)
    ask = CHECK.format(address="10.20.30.218")
    assert "fit" in galera["ox1"].sh(ask, check=False)
    assert "fit" not in galera["ox2"].sh(ask, check=False)

    galera.take("add-ox", "accounts", "db1")
    said = galera.take("add-ox", "install", "db2")
    assert "fit" in galera["ox2"].sh(ask, check=False)
    # The server has new sizes, and goes on with the old ones until somebody restarts it.
    assert "This is left to you" in said
    assert "systemctl restart mariadb.service  # one node at a time" in said
    assert galera["db2"].sh("cat /run/standin/mariadb.service.pid") == before
    # A second time there is nothing but what is left to do.
    said = galera.take("add-ox", "install", "db2")
    assert "Nothing to do" in said
    assert "systemctl restart clustercheck.socket" not in said
    assert "systemctl restart mariadb.service" in said

    assert "this does not hold: oxinstaller has run here" in galera.take(
        "add-ox", "install", "ox2", check=False
    )
    galera.leaves("ox2", without)
    galera.take("remove-ox", "install", "db2")
    galera.take("remove-ox", "drop-accounts", "db1", "10.20.30.214")


def test_a_step_that_was_killed_does_what_is_left(galera: LabCluster) -> None:
    db3 = galera["db3"]
    db3.sh(
        "printf '%s\\n' 'touch /run/one' 'false' 'touch /run/two' 'touch /run/three  # late' >/var/lib/oxconf/due"
    )
    said = galera.take("remove-ox", "install", "db3", check=False)
    assert "this failed: false" in said
    assert db3.sh("cat /var/lib/oxconf/due").splitlines() == [
        "false",
        "touch /run/two",
        "touch /run/three  # late",
    ]
    db3.sh("sed -i s/false/true/ /var/lib/oxconf/due")
    said = galera.take("remove-ox", "install", "db3")
    assert "    touch /run/three  # late" in said
    assert db3.sh("ls /run/one /run/two /run/three 2>/dev/null", check=False).split() == [
        "/run/one",
        "/run/two",
    ]
    db3.sh("rm /var/lib/oxconf/due")


def test_a_server_comes_and_another_one_leaves(galera: LabCluster) -> None:
    said = galera.take("remove-database", "leave", "db3", check=False)
    assert "this does not hold: at least three members stay: four are here now" in said

    galera.copy_new_archives(galera.text + SERVER.format(number=4, last=220))
    galera.take("add-database", "prepare", "db4")
    galera.take("add-database", "accounts", "db2")
    for host in ("db1", "db2", "db3"):
        galera.take("add-database", "install", host)
    galera.take("add-database", "join", "db4")
    galera.take("add-database", "start-rest", "db4")
    galera.all_pass()
    assert rows(galera, "db4") == rows(galera, "db1")

    # The writer leaves, and everybody turns to the next one before anybody has new files.
    galera.take("remove-database", "leave", "db1")
    assert "is done already" in galera.take("remove-database", "leave", "db1")
    assert "fit" not in galera["ox1"].sh(CHECK.format(address="10.20.30.217"), check=False)
    galera.leaves("db1", galera.text.replace(SERVER.format(number=1, last=217), ""))
    for host in ("db2", "db3", "db4"):
        galera.take("remove-database", "install", host)
    galera.all_pass()


def test_the_writes_wait_for_the_hour_of_the_failback(galera: LabCluster) -> None:
    ask, enabled = CHECK.format(address="10.20.30.218"), "systemctl is-enabled clustercheck.socket"
    galera.take("failback", "hold-back", "db2")
    assert "fit" not in galera["ox1"].sh(ask, check=False)
    # It holds over a boot.
    assert galera["db2"].sh(enabled, check=False).strip() == "disabled"
    galera.take("failback", "start-writer", "db2")
    assert "fit" not in galera["ox1"].sh(ask, check=False)
    galera.take("failback", "give-back", "db2")
    assert "fit" in galera["ox1"].sh(ask, check=False)
    assert galera["db2"].sh(enabled).strip() == "enabled"


def test_the_databases_of_before_are_back_and_its_accounts_are_not(standalone: LabCluster) -> None:
    db1 = standalone["db1"]
    assert db1.sql("SELECT name FROM configdb.server") == "before\n"
    assert db1.sql("SHOW TABLES IN `old 1`") == "t\n"
    assert db1.sql("SELECT COUNT(*) FROM mysql.user WHERE User = 'nobody'") == "0\n"

    # Taken again it finds that it is done, also long after: nothing that was written since is overwritten.
    db1.sql("INSERT INTO configdb.server VALUES ('since')")
    assert "is done already" in standalone.take("setup", "reload", "db1")
    db1.sh("rm /var/lib/oxconf/reload*")
    said = standalone.take("setup", "reload", "db1", check=False)
    assert "this server has a database configdb already" in said
    assert db1.sql("SELECT COUNT(*) FROM configdb.server") == "2\n"
    # A run that was killed goes on.
    db1.sql("DROP TABLE `old 1`.t")
    db1.sh("touch /var/lib/oxconf/reload")
    standalone.take("setup", "reload", "db1")
    assert db1.sql("SHOW TABLES IN `old 1`") == "t\n"


def test_a_restore_keeps_what_was_there_and_no_one_may_be_connected(standalone: LabCluster) -> None:
    db1 = standalone["db1"]
    db1.sh(
        "mariadb-dump --defaults-file=/root/.my.cnf --databases configdb ox_5 | gzip >/root/databases.sql.gz; "
        "mariadb-dump --defaults-file=/root/.my.cnf --all-databases >/root/all.sql"
    )
    db1.sql("DROP TABLE configdb.server; CREATE TABLE configdb.newer (i INT)")

    said = standalone.take("restore", "load", "db1", "/root/all.sql", check=False)
    assert "and with them other accounts" in said
    standalone["ox1"].write("/tmp/password", standalone.passwords["configdb"])
    with standalone.asked_all_the_time("ox1", ASK.replace("SELECT 1", "SELECT SLEEP(1)")):
        said = standalone.take("restore", "load", "db1", "/root/databases.sql.gz", check=False)
        assert "this does not hold: nobody is connected as the user of Open-Xchange" in said
    assert db1.sql("SHOW TABLES IN configdb") == "newer\n"
    standalone.take("restore", "load", "db1", "/root/databases.sql.gz")

    assert db1.sql("SHOW TABLES IN configdb") == "server\n"
    assert "CREATE TABLE `newer`" in db1.sh("cat /var/backups/oxconf/before-restore-*.sql")
    standalone.all_pass()


def test_only_files_that_the_archive_has_can_be_switched_on(standalone: LabCluster) -> None:
    db1 = standalone["db1"]
    db1.sh("mv /etc/mysql/ox.conf.d/ox.cnf /root; rm /var/lib/oxconf/datadir")

    said = standalone.take("setup", "enable", "db1", check=False)
    assert "this does not hold: every file is as this archive has it. Take the step install first." in said

    db1.sh("mv /root/ox.cnf /etc/mysql/ox.conf.d; touch /var/lib/oxconf/datadir")
    standalone.take("setup", "enable", "db1")


def test_passwords_that_are_missing_are_named(standalone: LabCluster) -> None:
    db1 = standalone["db1"]
    db1.sh(
        "cp runbook/accounts.sql /root; echo \"SELECT 'REPLACE_root', 'REPLACE_backup'\" >>runbook/accounts.sql"
    )
    said = standalone.take("setup", "accounts", "db1", check=False)
    db1.sh("cp /root/accounts.sql runbook")

    assert "passwords are missing in this archive: backup root. Put them into FILE" in said


@pytest.mark.parametrize("kind", ["dump", "packed", "copy"])
def test_a_restore_is_rehearsed_beside_the_live_server(standalone: LabCluster, kind: str) -> None:
    host = standalone["db1"]
    if kind == "copy" and not host.sh("command -v mariabackup", check=False):
        pytest.skip("needs mariabackup on the server's host")
    before = host.sql("SELECT @@datadir, @@socket, @@pid_file")
    backup = {
        "dump": "/root/all.sql",
        "packed": "/root/backup",
        "copy": "/root/copy",
    }[kind]
    program = dump_program(standalone.deployment)
    host.sh(
        {
            "dump": f"{program} --defaults-file=/root/.my.cnf --all-databases >{backup}",
            "packed": f"mkdir {backup}; {program} --defaults-file=/root/.my.cnf --databases ox_5 | "
            f"gzip >{backup}/databases.sql.gz",
            "copy": f"mariabackup --defaults-file=/root/.my.cnf --user=root --backup --target-dir={backup} "
            "--socket=/run/mysqld/mysqld.sock 2>&1",
        }[kind]
    )
    said = standalone.take("rehearse-restore", "rehearse", "db1", backup)
    assert re.search("[13] tables came out of it", said)
    # install.sh keeps /var/lib/oxconf for root; a rehearsal comes after it.
    assert host.sh("stat -c %a /var/lib/oxconf") == "700\n"
    assert checksum(standalone, "db1") in host.sh("cat /var/lib/oxconf-rehearsal/checksums")
    assert host.sql("SELECT @@datadir, @@socket, @@pid_file") == before
    said = standalone.take("rehearse-restore", "rehearse", "db1", backup, check=False)
    assert "this does not hold: no rehearsal is there" in said
    standalone.take("rehearse-restore", "remove", "db1")


def test_a_dump_that_is_damaged_is_no_restore(standalone: LabCluster) -> None:
    standalone["db1"].sh("printf 'CREATE DATABASE x; THIS IS NO SQL;' >/root/bad.sql")
    said = standalone.take("rehearse-restore", "rehearse", "db1", "/root/bad.sql", check=False)
    assert "the dump could not be loaded" in said
    standalone.take("rehearse-restore", "remove", "db1")
    assert "/root/none.sql" in standalone.take(
        "rehearse-restore", "rehearse", "db1", "/root/none.sql", check=False
    )


def test_roots_password_changes_alone(standalone: LabCluster) -> None:
    host = standalone["db1"]
    for new in ("n3wRo\\ot", "an0therRo\\ot"):
        old = standalone.passwords["root"]
        standalone.copy_new_archives(passwords={"root": new})
        with standalone.asked_all_the_time("db1", f"{CLIENT} --execute='SELECT 1'") as log:
            change(standalone, "root", "db1")
        standalone.take("rotate-root", "verify", "db1")
        assert refused(log) == [] or not takes_both(standalone.deployment)
        host.write("/tmp/old", old)
        said = host.sh(
            f"MYSQL_PWD=$(cat /tmp/old) runuser -u nobody -- {CLIENT} --no-defaults --user=root --execute='DO 1'",
            check=False,
        )
        assert "Access denied" in said
    # A change that was interrupted is taken up again.
    if is_mariadb(standalone.deployment):
        assert "is done already" in standalone.take("rotate-root", "only-new", "db1")
    assert rows(standalone, "db1") == 2000


def test_the_backup_gets_its_new_password_where_it_is_made(standalone: LabCluster) -> None:
    asked = "mariadb --defaults-file=/etc/oxconf/backup.cnf --execute='SELECT COUNT(*) FROM ox_5.mail'"
    standalone.take("setup", "user", "ox1")
    for new in ("n3wB4ck", "an0therB4ck"):
        standalone.copy_new_archives(passwords={"backup": new})
        standalone.take("rotate-backup", "both", "db1")
        standalone.take("rotate-backup", "renew", "ox1")
        standalone.take("rotate-backup", "only-new", "db1")
        assert "2000" in standalone["ox1"].sh(asked)
    # The next change, without the step on this host.
    standalone.copy_new_archives(passwords={"backup": "a-third-b4ck"})
    standalone.take("rotate-backup", "both", "db1")
    assert "2000" in standalone["ox1"].sh(asked)
    standalone.take("rotate-backup", "only-new", "db1")
    assert "Access denied" in standalone["ox1"].sh(asked, check=False)


def test_a_slave_is_promoted_and_the_old_master_follows_it(replication: LabCluster) -> None:
    said = replication.take("promote", "take-over", "db2", f"db1={beyond(replication)}", check=False)
    assert "this does not hold: the step compare was taken here" in said
    replication.take("promote", "compare", "db2")
    said = replication.take("promote", "take-over", "db2", "db1=lost", check=False)
    assert "this does not hold: the master of before takes no writes, or does not answer" in said

    write(replication, "db1", "just before")
    fenced = position(replication.take("promote", "fence", "db1"))
    ox = f"MYSQL_PWD=$(cat /tmp/password) {CLIENT} --no-defaults --host=10.20.30.217 --user=openexchange"
    replication["ox1"].write("/tmp/password", replication.passwords["configdb"])
    assert "read-only" in replication["ox1"].sh(f"{ox} --execute='CREATE DATABASE x'", check=False)
    replication.take("promote", "compare", "db2")
    said = replication.take("promote", "take-over", "db2", f"db1={beyond(replication)}", check=False)
    assert "db1 has more" in said
    replication.take("promote", "take-over", "db2", fenced)
    write(replication, "db2", "on the new master")
    replication.take("promote", "come-back", "db1", "db2")

    replication.copy_new_archives(replication.text.replace("[database]\n", '[database]\nwriter = "db2"\n', 1))
    for host in ("db1", "db2"):
        replication.take("promote", "install", host)
    replication.all_pass()
    assert alike(replication, "db2", "db1")
    assert rows(replication, "db1") == 2002
    # The parts are in the files, and each server kept its id: it passes over events with its own.
    replication["db1"].sh(f"systemctl restart {replication.unit}")
    replication["db2"].sh(f"systemctl restart {replication.unit}")
    write(replication, "db2", "after a restart")
    replication.take("restart", "restart", "db1")
    replication.all_pass()
    assert alike(replication, "db2", "db1")


def test_a_master_that_died_with_more_than_its_slave_had_is_replaced(replication: LabCluster) -> None:
    replication["db1"].sql(product.stop_slave(replication.deployment))
    write(replication, "db2", "nobody else has this")
    replication.kill("db2")
    # Its host lives, and holds the address still.
    holds = "ip -brief address show | grep -wF 10.20.30.77"
    assert replication["db2"].sh(holds, check=False)
    said = replication.take("promote", "fence", "db2")
    assert position(said) == "db2=lost"
    assert not replication["db2"].sh(holds, check=False)
    assert (
        replication["db2"].sh(f"systemctl is-enabled {replication.unit}", check=False).strip() == "disabled"
    )
    # A second time it is as it was.
    assert position(replication.take("promote", "fence", "db2")) == "db2=lost"
    replication.take("promote", "compare", "db1")
    said = replication.take("promote", "take-over", "db1", "db2=lost")
    assert "What db2 alone had is lost." in said
    write(replication, "db1", "after the loss")
    write(replication, "db1", "and more")

    said = replication.take("promote", "come-back", "db2", "db1", check=False)
    assert "take the runbook replace-database" in said
    replication["db2"].sh(f"systemctl stop {replication.unit}")
    replication.take("replace-database", "prepare", "db2")
    replication.take("replace-database", "dump", "db1")
    replication.copy_dump("db1")
    replication.take("replace-database", "follow", "db2", "db1")

    replication.copy_new_archives(replication.text.replace('writer = "db2"', 'writer = "db1"', 1))
    for host in ("db1", "db2"):
        replication.take("promote", "install", host)
    replication.all_pass()
    assert alike(replication, "db1", "db2")


def test_a_slave_goes_on_while_the_password_of_the_replication_changes(replication: LabCluster) -> None:
    replication.copy_new_archives(passwords={"replication": "n3w'Re\\pl"})
    change(replication, "replication", "db2")
    deployment = replication.deployment
    replication["db2"].sql(f"{product.stop_slave(deployment)}; {product.start_slave(deployment)}")
    write(replication, "db1", "with the new password")
    replication.take("restart", "restart", "db2")
    assert alike(replication, "db1", "db2")
    assert "this does not hold: this server is a slave" in replication.take(
        "rotate-replication", "renew", "db1", check=False
    )


def test_the_accounts_of_a_host_that_left_are_dropped_and_no_others(replication: LabCluster) -> None:
    gone = "10.20.30.250"
    # Whoever was promoted last.
    holds = "ip -brief address show | grep -wF 10.20.30.77"
    (master,) = (name for name in ("db1", "db2") if replication[name].sh(holds, check=False))
    replication[master].sql(
        f"CREATE USER repl@'{gone}' IDENTIFIED BY 'a'; CREATE USER openexchange@'{gone}' IDENTIFIED BY 'b'; "
        f"CREATE USER report@'{gone}' IDENTIFIED BY 'c'"
    )
    before = replication[master].sql("SELECT COUNT(*) FROM mysql.user")
    said = replication.take("remove-ox", "drop-accounts", master, gone)
    assert f"DROP USER 'openexchange'@'{gone}';" in said
    replication.take("remove-database", "drop-accounts", master, gone)

    for server in ("db1", "db2"):
        assert replication[server].sql(f"SELECT User FROM mysql.user WHERE Host = '{gone}'").split() == [
            "report"
        ]
    assert int(replication[master].sql("SELECT COUNT(*) FROM mysql.user")) == int(before) - 2
    # Neither a host that is there, nor a word that is no address.
    for word, why in (("10.20.30.213", "no account for this address any more"), ("%", "is an IPv4 address")):
        said = replication.take("remove-ox", "drop-accounts", master, word, check=False)
        assert "this does not hold" in said
        assert why in said
    replication[master].sql(f"DROP USER report@'{gone}'")
