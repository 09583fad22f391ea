"""The database server reads our option files where Debian's own say something else."""

from __future__ import annotations

import re
import resource

from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox

MY_CNF = "/etc/mysql/my.cnf"
ACCOUNTS = ("/etc/mysql/clustercheck.cnf", "/etc/mysql/debian.cnf", "/etc/oxconf/backup.cnf", "/root/.my.cnf")
OURS = "/etc/mysql/ox.conf.d/"
SERVER_GROUPS = ("mysqld", "mariadbd", "mariadb", "server", "galera")
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
SUFFIXES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
SWITCHES = {"ON": "1", "TRUE": "1", "YES": "1", "OFF": "0", "FALSE": "0", "NO": "0"}


def options(host: Host) -> dict[str, str]:
    """What the host's option files ask of the server, the last word of each option."""
    asked: dict[str, str] = {}
    for path in sorted(path for path in host.paths if path.startswith(OURS)):
        group = ""
        for line in host.text(path).splitlines():
            if header := re.fullmatch(r"\[(.*)\]", line.strip()):
                group = header[1]
            elif group.startswith(SERVER_GROUPS) and (
                option := re.match(r"([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$", line)
            ):
                asked[name(option[1])] = value(option[2] or "1")
    return asked


def name(text: str) -> str:
    return text.strip().replace("-", "_").removeprefix("loose_")


def value(text: str) -> str:
    """One form for the ways to write a value: sizes as bytes, switches as 1 and 0, lists sorted."""
    text = text.strip().strip("\"'")
    if size := re.fullmatch(r"(\d+)([KMGT])", text, re.IGNORECASE):
        return str(int(size[1]) * SUFFIXES[size[2].upper()])
    return SWITCHES.get(text.upper(), ",".join(sorted(text.split(","))))


def final_values(printed: str) -> dict[str, str]:
    """The table at the end of `--help --verbose`: what the server would run with."""
    table = printed.split("--------- ", 1)[1]
    return {name(row[1]): value(row[2]) for row in re.finditer(r"^(\S+) +(.*)$", table, re.MULTILINE)}


def test_the_server_runs_with_what_our_files_say(machines: dict[Host, Sandbox]) -> None:
    need("mariadbd", "mariadb-server-core")
    for host, machine in machines.items():
        if MY_CNF in host.paths:
            done = machine.run("mariadbd", "--user=mysql", "--help", "--verbose", check=False)
            assert (host.name, done.returncode, complaints(done.stderr)) == (host.name, 0, [])
            asked, final = options(host), final_values(done.stdout)
            assert len(asked) > 5
            if "open_files_limit" in asked:
                # The unit's drop-in raises it; here the machine's own limit is the end.
                asked["open_files_limit"] = str(min(int(asked["open_files_limit"]), FILES))
            assert {option: final.get(option) for option in asked} == asked, host.name
            if "wsrep_provider" in asked:
                machine.run("test", "-f", asked["wsrep_provider"])


def test_every_option_file_is_read(machines: dict[Host, Sandbox]) -> None:
    need("my_print_defaults", "mariadb-client-core")
    for host, machine in machines.items():
        if MY_CNF in host.paths:
            printed = machine.run("my_print_defaults", "--mysqld").stdout.splitlines()
            read = {name(option) for option, _, _ in (line[2:].partition("=") for line in printed)}
            assert set(options(host)) <= read, host.name
            assert all(path.endswith(".cnf") for path in host.paths if path.startswith(OURS))


def test_every_account_is_read(machines: dict[Host, Sandbox]) -> None:
    need("my_print_defaults", "mariadb-client-core")
    for host, machine in machines.items():
        for path in [path for path in host.paths if path in ACCOUNTS]:
            printed = machine.run("my_print_defaults", f"--defaults-file={path}", "client").stdout
            given = dict(line[2:].split("=", 1) for line in printed.splitlines())
            written = dict(re.findall(r"^(\w+) = (.*)$", host.text(path), re.MULTILINE))
            assert given == written
            assert {"user", "password"} <= set(given)


def test_root_s_clients_read_root_s_file(machines: dict[Host, Sandbox]) -> None:
    need("mariadb", "mariadb-client-core")
    for host, machine in machines.items():
        if "/root/.my.cnf" in host.paths:
            printed = machine.run("mariadb", "--print-defaults", env={"HOME": "/root"}).stdout
            assert re.search(r"--user=root --password=\S+ --socket=/run/mysqld/mysqld\.sock", printed), (
                host.name
            )
