from __future__ import annotations

import subprocess
from fnmatch import fnmatch

from judges.harness import Host

# Every kind of file that is rendered, and who judges it in this folder.
JUDGES = {
    "/etc/apache2/conf-available/proxy_ajp.conf": "test_apache, test_live_web",
    "/etc/apache2/conf-available/remoteip.conf": "test_apache, test_live_https",
    "/etc/apache2/sites-available/000-open-xchange.conf": "test_apache, test_live_https",
    "/etc/exports": "test_system",
    "/etc/fstab": "test_system",
    "/etc/haproxy/haproxy.cfg": "test_haproxy",
    "/etc/hosts": "test_system",
    "/etc/keepalived/keepalived.conf": "test_keepalived",
    # No daemon: Debian has no MaxScale. Python's configparser stands in.
    "/etc/maxscale.cnf": "test_maxscale",
    "/etc/munin/*": "test_munin",
    "/etc/mysql/clustercheck.cnf": "test_mariadb",
    "/etc/mysql/debian.cnf": "test_mariadb",
    "/etc/mysql/my.cnf": "test_mariadb",
    "/etc/mysql/ox.conf.d/*.cnf": "test_mariadb",
    "/etc/network/interfaces": "test_system",
    "/etc/network/interfaces.d/*": "test_system",
    "/etc/nftables.conf": "test_nftables",
    "/etc/modules-load.d/*.conf": "test_lvs",
    "/etc/sysctl.d/*.conf": "test_lvs",
    "/etc/sysusers.d/*.conf": "test_system",
    "/etc/systemd/system/*": "test_systemd",
    "/etc/oxconf/backup.cnf": "test_mariadb, test_backup",
    "/opt/open-xchange/etc/*.ccf": "test_java",
    "/opt/open-xchange/etc/*.properties": "test_java",
    "/root/.my.cnf": "test_mariadb",
    "/usr/local/bin/*": "test_scripts",
    "/usr/local/sbin/*": "test_scripts",
}


def test_every_file_has_a_judge(hosts: list[Host]) -> None:
    paths = {path for host in hosts for path in host.paths}
    assert {path for path in paths if not any(fnmatch(path, pattern) for pattern in JUDGES)} == set()


def test_the_sums_are_right_and_complete(hosts: list[Host]) -> None:
    for host in hosts:
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", "SHA256SUMS"],
            cwd=host.folder,
            capture_output=True,
            text=True,
        )
        assert (host.name, done.returncode, done.stderr) == (host.name, 0, "")
        listed = {line.split("  ", 1)[1] for line in (host.folder / "SHA256SUMS").read_text().splitlines()}
        there = {str(path.relative_to(host.folder)) for path in host.folder.rglob("*") if path.is_file()}
        assert listed == there - {"SHA256SUMS"}
