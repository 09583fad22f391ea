"""OX007: an option of the database server is set again further on, so that the first value does not count."""

from collections.abc import Iterator

from oxconf.artifacts.my_cnf import is_included
from oxconf.deployment.units import parse_size
from oxconf.evidence import Evidence, HostEvidence, OptionAt
from oxconf.rules._rule import Finding, Rule, Severity

_ELSEWHERE = (
    "replicate_",
    "binlog_do_db",
    "binlog_ignore_db",
    "plugin_load_add",
    "optimizer_switch",
    "wsrep_provider_options",
)
"""Beginnings of options that add up when they are repeated, and one that another rule looks at."""

_SWITCHES = {"": "1", "on": "1", "true": "1", "yes": "1", "off": "0", "false": "0", "no": "0"}


def check(evidence: Evidence) -> Iterator[Finding]:
    """Follow the order in which each server reads its files."""
    for host in evidence.databases:
        yield from _host(host)


def _host(host: HostEvidence) -> Iterator[Finding]:
    for option in host.options:
        # What stands before our folder is meant to be replaced by it, such as the bind-address of the package.
        if not is_included(option.place.path) or option.key.startswith(_ELSEWHERE):
            continue
        winner = host.option(option.key)
        if winner is None or winner.place == option.place or _plain(winner) == _plain(option):
            continue
        yield RULE.finding(
            f"{host.name} sets {_shown(option)} first and {_shown(winner)} later, which counts",
            winner.place,
            option.place,
        )


def _plain(option: OptionAt) -> str:
    """Return the value in one spelling: 1 for ON, 1048576 for 1M."""
    value = option.value.strip().lower()
    try:
        return str(parse_size(value))
    except ValueError:
        return _SWITCHES.get(value, option.value.strip())


def _shown(option: OptionAt) -> str:
    secret = any(word in option.key for word in ("auth", "password"))
    return f"{option.key} (a secret)" if secret else f"{option.key} = {option.value}"


RULE = Rule(
    code="OX007",
    name="overridden-option",
    severity=Severity.WARNING,
    title="An option of the database server is set again in a file or line that is read later",
    why=(
        "Files of a folder are read in the order of their names, and the last value counts. The host runs with "
        "another value than its file says."
    ),
    remedy="Keep one of the lines; to change a value of the cluster, change it in the cluster file.",
    source="MariaDB and MySQL manuals, Using Option Files",
    daemons="mariadbd: the last one wins, silently, also for server-id beside server_id.",
    check=check,
)
