"""OX367: a value that the database server of this release refuses, or takes and can not use."""

import re
from collections.abc import Iterator
from itertools import groupby

from attrs import frozen

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Flavour
from oxconf.deployment.servers import SERIES, Server, series_number
from oxconf.evidence import Evidence
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._servers import is_read, server

MARIADB, MYSQL, PXC = Flavour.MARIADB, Flavour.MYSQL, Flavour.PXC


@frozen
class _Refused:
    """Values of an option, in lower case, and the series that do not take them, the first and the last of each."""

    key: str
    values: str
    series: dict[Flavour, tuple[str, str]]
    shown: str
    happens: str
    instead: str

    def by(self, product: Server) -> bool:
        """Whether a server refuses them."""
        first, last = self.series.get(product.flavour, ("99.0", "0.0"))
        return series_number(first) <= series_number(product.version) <= series_number(last)


def _from(**first: str) -> dict[Flavour, tuple[str, str]]:
    return {Flavour[name.upper()]: (since, "99.99") for name, since in first.items()}


def _until(**last: str) -> dict[Flavour, tuple[str, str]]:
    return {Flavour[name.upper()]: (SERIES[Flavour[name.upper()]][0], until) for name, until in last.items()}


_STOPS = "does not start with"
_VALUES = (
    _Refused(
        "sql_mode",
        r"(.*,)?\s*no_auto_create_user\s*(,.*)?",
        _from(mysql="8.0", pxc="8.0"),
        "NO_AUTO_CREATE_USER in sql_mode",
        _STOPS,
        "leave that mode out, it is how the server always behaves",
    ),
    _Refused(
        "innodb_flush_method",
        "all_o_direct",
        _from(mariadb="10.2", mysql="8.0", pxc="8.0"),
        "innodb_flush_method = ALL_O_DIRECT",
        _STOPS,
        "write O_DIRECT",
    ),
    _Refused(
        "innodb_doublewrite",
        "detect_only|detect_and_recover",
        _from(mariadb="11.8"),
        "innodb_doublewrite = DETECT_ONLY",
        _STOPS,
        "write ON",
    ),
    _Refused(
        "collation_server",
        "utf8mb4_0900_.*",
        _until(mariadb="10.11", mysql="5.7", pxc="5.7"),
        "the collations utf8mb4_0900_...",
        _STOPS,
        "write utf8mb4_unicode_ci, which all servers have",
    ),
    _Refused(
        "collation_server",
        "utf8mb4_uca1400_.*",
        {**_until(mariadb="10.6"), **_from(mysql="5.6", pxc="5.6")},
        "the collations utf8mb4_uca1400_...",
        _STOPS,
        "write utf8mb4_unicode_ci, which all servers have",
    ),
    _Refused(
        "thread_handling",
        "pool-of-threads",
        _from(mysql="5.6"),
        "thread_handling = pool-of-threads",
        _STOPS,
        "take the line out",
    ),
    _Refused(
        "wsrep_sst_method",
        "xtrabackup(-v2)?",
        _from(mariadb="10.3"),
        "wsrep_sst_method = xtrabackup-v2",
        "has no script for",
        "write mariabackup",
    ),
    _Refused(
        "wsrep_sst_method",
        "mariabackup|mariadb-backup",
        _from(pxc="5.6"),
        "wsrep_sst_method = mariabackup",
        "has no script for",
        "write xtrabackup-v2",
    ),
    _Refused(
        "wsrep_sst_method",
        "clone",
        _from(mariadb="10.0"),
        "wsrep_sst_method = clone",
        "has no script for",
        "write mariabackup",
    ),
)


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare each line of these options, also those that a later one overrides: the server reads them all."""
    product = server(evidence)
    if product is None:
        return
    lines = [
        (refused, line)
        for refused in _VALUES
        if refused.by(product)
        for host in evidence.databases
        for line in host.options
        if line.key == refused.key
        and is_read(line.group, product)
        and re.fullmatch(refused.values, line.value.strip().lower())
    ]
    for refused, same in groupby(lines, lambda each: each[0]):
        places = sorted(line.place for _, line in same)
        hosts = listed(dict.fromkeys(place.host for place in places))
        yield RULE.finding(
            f"{hosts}: {product.name} {refused.happens} {refused.shown}; {refused.instead}", *places
        )


RULE = Rule(
    code="OX367",
    name="value-refused",
    severity=Severity.ERROR,
    title="A value that the database server of this release refuses or can not use",
    why=(
        "The server does not start, or a node that needs a copy of the data never gets one. Both show at the next "
        "restart, which is the night of an upgrade or of a failure."
    ),
    remedy="Write a value that this release has.",
    source=(
        "The servers themselves; MariaDB manual, Galera SST methods; MySQL 8.0 and Percona XtraDB Cluster 8.0 release "
        "notes"
    ),
    daemons=(
        "mariadbd 10.11 --help --verbose ends at an unknown collation, calls ALL_O_DIRECT an error and returns 0 all "
        "the same, and says nothing about a state transfer that has no script."
    ),
    check=check,
)
