"""What each database server says to each option: a table, asked of the servers themselves or read in their sources.

`options.csv` has a line for each option: what MariaDB, MySQL and Percona XtraDB Cluster do with it, its other name,
and its defaults where they are of interest. A cell begins with what holds for the oldest series; ` | 8.0: deprecated`
says what holds from then on. SOURCE: the servers' own lists of options (`--help --verbose`, or its recorded output in
their test suites) and their manuals; `oxconf.deployment.servers` says which of them for which series.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib import resources
from types import MappingProxyType

from attrs import frozen

from oxconf.deployment.database import Flavour
from oxconf.deployment.servers import SERIES, series_number


class State(Enum):
    """What a server does with an option in its file."""

    OK = "ok"
    DEPRECATED = "deprecated"
    SILENT = "noop-silent"
    """Accepted, and without any effect or word."""
    WARNS = "noop-warn"
    """Accepted with a warning, and without any effect."""
    UNKNOWN = "unknown"
    """The server does not start."""
    PLUGIN = "plugin-only"
    """Unknown as long as the plugin that has it is not loaded."""
    GALERA_BUILD = "galera-build-only"
    """Known to the separate build of MariaDB 10.0 with Galera alone."""
    BUILD = "build-dependent"
    """Some packages of the series have it."""


@frozen
class Option:
    """One option as one server has it.

    `default` is as the manual writes it, None where it is not in the table; `successor` is another option for the same
    thing, empty where there is none that this server takes.
    """

    name: str
    state: State
    default: str | None = None
    successor: str = ""

    @property
    def known(self) -> bool:
        """Whether some server of the series starts with it."""
        return self.state is not State.UNKNOWN

    @property
    def effective(self) -> bool:
        """Whether the server obeys it."""
        return self.state not in (State.UNKNOWN, State.SILENT, State.WARNS)


WITHOUT_SUCCESSOR = {("default_authentication_plugin", "8.0")}
"""Deprecated, and still the only option for it.

Of what replaces it in MySQL 8.0, authentication_policy, the manual says that `*` takes the default from this option,
and that a name in its place permits no other plugin.
"""


def taken(flavour: Flavour, version: str, name: str) -> bool:
    """Whether an option may be written for a server: it obeys it and does not call it deprecated.

    Of what is not in the table nothing is known against it; a test demands a line for each option that oxconf writes.
    """
    option = options_of(flavour, version).get(name)
    return (
        option is None
        or option.state in (State.OK, State.GALERA_BUILD)
        or (option.state is State.DEPRECATED and (name, version) in WITHOUT_SUCCESSOR)
    )


@cache
def options_of(flavour: Flavour, version: str) -> Mapping[str, Option]:
    """Return the options of the table by name, in lower case with `_`; none for a series that is not in it."""
    if version not in SERIES[flavour]:
        return {}
    column, default = _COLUMNS[flavour]
    number = series_number(version)
    states = {row[0]: State(_at(row[column], number)) for row in _rows()}
    found = {}
    for row in _rows():
        name, state, successor = row[0], states[row[0]], row[4]
        known = state is not State.UNKNOWN
        found[name] = Option(
            name,
            state,
            _at(row[default], number) if known and row[default] else None,
            successor if states.get(successor) in (State.OK, State.GALERA_BUILD) else "",
        )
    return MappingProxyType(found)


_COLUMNS = {Flavour.MARIADB: (1, 5), Flavour.MYSQL: (2, 6), Flavour.PXC: (3, 6)}
"""Where a line has what a product does with an option, and its default."""


@cache
def _rows() -> tuple[list[str], ...]:
    text = resources.files(__package__).joinpath("options.csv").read_text("utf-8")
    return tuple(line.split(";") for line in text.splitlines()[1:])


@cache
def _at(cell: str, number: tuple[int, int]) -> str:
    """Return what a cell says of a series: the last of its changes that came with it or before it."""
    said, *changes = cell.split(" | ")
    for change in changes:
        since, _, text = change.partition(": ")
        if series_number(since) <= number:
            said = text
    return said
