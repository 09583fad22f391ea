import re
import subprocess
from ipaddress import IPv4Address

import pytest

from oxconf.artifacts.backup import Backup, BackupCnf, BackupService, BackupTimer, Restore
from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import backup_host

FILES = (Backup, BackupCnf, BackupService, BackupTimer, Restore)
OFF = "--set-gtid-purged=OFF"
OUTSIDE = '[filestore]\nserver = "nas.example.com"\n'


def load(text: str = "", *, more: str = "", tier: str = "1m") -> Deployment:
    return load_text(
        f'[backup]\nfolder = "/backup"\n{more}{text}', tier=tier, secrets={"backup": "open-sesame"}
    )


def script(deployment: Deployment) -> str:
    host = backup_host(deployment)
    assert host is not None
    made = Backup.from_deployment(deployment, host)
    assert made is not None
    return made.render()


def test_one_host_has_all_files_and_without_a_folder_nobody_has_any() -> None:
    deployment = load()
    for host in deployment.hosts:
        has = [cls.from_deployment(deployment, host) is not None for cls in FILES]
        assert has == [host.name == "filestore1"] * len(FILES)
    without = load_text("", tier="1m")
    assert backup_host(without) is None
    assert [Backup.from_deployment(without, host) for host in without.hosts] == [None] * 10


@pytest.mark.parametrize(
    ("more", "host", "mounted"),
    [
        ("", "filestore1", False),
        ('runs_on = "ox2"\n', "ox2", True),
    ],
)
def test_it_runs_where_the_files_are_seen(more: str, host: str, mounted: bool) -> None:
    deployment = load(more=more)
    found = backup_host(deployment)

    assert found is not None
    assert found.name == host
    assert ("mountpoint -q" in script(deployment)) is mounted


def test_with_an_outside_filestore_the_provisioning_node_makes_it() -> None:
    hosts = "".join(
        f'[[hosts]]\nname = "{name}"\naddress = "10.20.30.{number}"\nroles = {roles}\nmemory = "32G"\ncores = 8\n'
        for number, (name, roles) in enumerate(
            {
                "ox1": '["groupware"]',
                "prov1": '["provisioning"]',
                "web1": '["web", "balancer"]',
                "db1": '["database"]',
                "db2": '["database"]',
                "db3": '["database"]',
            }.items(),
            10,
        )
    )
    found = backup_host(load(OUTSIDE + hosts))

    assert found is not None
    assert found.name == "prov1"


def test_the_last_server_is_dumped() -> None:
    account = BackupCnf.from_deployment(load(), load().host("filestore1"))

    assert account is not None
    assert (account.host, account.user, account.mode) == (IPv4Address("10.20.30.221"), "backup", 0o600)
    assert "password = open-sesame" in account.render()
    assert "open-sesame" not in script(load())


def test_a_single_host_dumps_itself() -> None:
    deployment = load(tier="poc")
    host = backup_host(deployment)
    assert host is not None
    account = BackupCnf.from_deployment(deployment, host)
    assert account is not None
    assert account.host is not None
    listens = host.has(*host.roles) and account.host in (IPv4Address("127.0.0.1"), host.address)
    assert listens


@pytest.mark.parametrize(
    ("flavour", "version", "mode", "dump", "wait", "position"),
    [
        ("mariadb", "10.11", "replication", "mariadb-dump", "MASTER_GTID_WAIT(", "--master-data=2"),
        ("mariadb", "10.3", "replication", "mysqldump", "MASTER_GTID_WAIT(", "--master-data=2"),
        ("mysql", "5.6", "replication", "mysqldump", "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS(", f"--master-data=2 {OFF}"),
        ("mysql", "8.0", "replication", "mysqldump", "WAIT_FOR_EXECUTED_GTID_SET(", f"--master-data=2 {OFF}"),
        ("mysql", "8.4", "replication", "mysqldump", "WAIT_FOR_EXECUTED_GTID_SET(", f"--source-data=2 {OFF}"),
        ("mariadb", "10.11", "galera", "mariadb-dump", "SET SESSION wsrep_sync_wait = 1", ""),
    ],
)  # fmt: skip
def test_a_server_that_is_behind_is_waited_for(
    flavour: str, version: str, mode: str, dump: str, wait: str, position: str
) -> None:
    text = script(load(f'[database]\nmode = "{mode}"\nflavour = "{flavour}"\nversion = "{version}"\n'))

    assert re.search(
        rf"\{{ {dump} --defaults-file=\"\$account\" --single-transaction .* --no-tablespaces ", text
    )
    assert wait in text
    options = text.partition("--default-character-set=utf8mb4")[2].partition("\\\n")[0].strip()
    assert options == position
    done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_timer_is_switched_on_and_makes_up_for_a_missed_night() -> None:
    deployment = load(more='at = "Sat,Sun 23:15"\n')
    timer = BackupTimer.from_deployment(deployment, deployment.host("filestore1"))

    assert timer is not None
    assert "\nOnCalendar=Sat,Sun 23:15\n" in timer.render()
    assert "\nPersistent=yes\n" in timer.render()
    assert [each.name for each in timer.enables()] == ["oxconf-backup.timer"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[backup]\nrun_on = "ox1"\n', 'unknown key "run_on"'),
        ('[backup]\nruns_on = "ox1"\n', "nobody makes a backup: backup.folder is absent"),
        ('[backup]\nfolder = "/b"\nruns_on = "db1"\n', '"db1" is not a host that sees the filestore'),
        ('[backup]\nfolder = "/var/opt/filestore/b"\n', "lie in each other"),
        ('[backup]\nfolder = "/var/opt"\n', "lie in each other"),
        ('[backup]\nfolder = "/b"\nat = "at night"\n', "is not possible"),
        ('[backup]\nfolder = "/b c"\n', "is not possible"),
        ('[backup]\nfolder = "/b"\nkeep = 0\n', "too small"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, said: str) -> None:
    with pytest.raises(ClusterError, match=re.escape(said)):
        load_text(text, tier="1m")
