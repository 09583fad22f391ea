"""The database servers that oxconf knows: a table of release series, their ends of life, and how each was proved.

No clock is read anywhere: whether a series is past its end of life is said as of `RELEASED`.
"""

from enum import Enum

from attrs import frozen

from oxconf.deployment.database import Flavour, Mode

PRODUCTS = {
    Flavour.MARIADB: "MariaDB",
    Flavour.MYSQL: "MySQL",
    Flavour.PXC: "Percona XtraDB Cluster",
}

MODES = {
    Flavour.MARIADB: (Mode.STANDALONE, Mode.REPLICATION, Mode.GALERA),
    Flavour.MYSQL: (Mode.STANDALONE, Mode.REPLICATION),
    Flavour.PXC: (Mode.GALERA,),
}
"""In which modes a product can run. MySQL has no Galera, and Percona XtraDB Cluster is nothing else."""

RELEASED = "2026-11-22"
"""The day as of which this release of oxconf says what has come to its end."""


class Proof(Enum):
    """How it is known that a server takes what oxconf writes for it."""

    RUN = "run for real"
    """The server itself reads its rendered option files and runs with them, in tests/judges.

    MariaDB 10.11 and MySQL 5.6 on every run; the rest in test_releases.py, from their distributions, with
    `make releases`. There the server is also set up by its runbook, from empty to verified.
    """
    LIST = "checked against the server's own option list"
    """Each option that is written is in the list that the server prints, or that its sources record."""
    DOCUMENTS = "from documentation alone"
    """The manual says in which release an option came and went; no list of the series was at hand."""


@frozen
class Server:
    """One release series of one product.

    `end_of_life` is the day after which its makers fix nothing any more, `source` who says so.
    """

    flavour: Flavour
    version: str
    end_of_life: str
    proof: Proof
    source: str
    of_mode: tuple[tuple[Mode, Proof], ...] = ()
    """Modes that were proved in another way than the rest."""

    @property
    def name(self) -> str:
        """Product and series: `MariaDB 10.11`."""
        return f"{PRODUCTS[self.flavour]} {self.version}"

    @property
    def ended(self) -> bool:
        """Whether the series was past its end of life when this oxconf was released."""
        return self.end_of_life < RELEASED

    def proved(self, mode: Mode) -> Proof:
        """Return how a mode was proved."""
        return dict(self.of_mode).get(mode, self.proof)


def series_number(version: str) -> tuple[int, int]:
    """Return a series as numbers that compare: 10.11 is later than 10.2."""
    major, minor = version.split(".")
    return int(major), int(minor)


_MARIADB = "endoflife.date, MariaDB"
_MYSQL = "endoflife.date, MySQL"
_PERCONA = "Percona follows the dates of MySQL (its lifecycle policy): endoflife.date, MySQL"

SERVERS = (
    Server(
        Flavour.MARIADB,
        "10.0",
        "2019-03-31",
        Proof.RUN,
        _MARIADB,
        # Galera was a separate build then, of which no list was at hand.
        ((Mode.GALERA, Proof.DOCUMENTS),),
    ),
    Server(Flavour.MARIADB, "10.1", "2020-10-17", Proof.RUN, _MARIADB),
    Server(Flavour.MARIADB, "10.2", "2022-05-23", Proof.DOCUMENTS, _MARIADB),
    Server(Flavour.MARIADB, "10.3", "2023-05-25", Proof.RUN, _MARIADB),
    Server(Flavour.MARIADB, "10.4", "2024-06-18", Proof.LIST, _MARIADB),
    Server(Flavour.MARIADB, "10.5", "2025-06-24", Proof.RUN, _MARIADB),
    Server(Flavour.MARIADB, "10.6", "2026-07-06", Proof.RUN, _MARIADB),
    Server(Flavour.MARIADB, "10.11", "2028-02-16", Proof.RUN, _MARIADB),
    Server(Flavour.MARIADB, "11.4", "2029-05-29", Proof.RUN, _MARIADB),
    Server(Flavour.MARIADB, "11.8", "2028-06-04", Proof.RUN, _MARIADB),
    Server(Flavour.MYSQL, "5.6", "2021-02-28", Proof.RUN, _MYSQL),
    Server(Flavour.MYSQL, "5.7", "2023-10-31", Proof.RUN, _MYSQL),
    Server(Flavour.MYSQL, "8.0", "2026-04-30", Proof.RUN, _MYSQL),
    Server(Flavour.MYSQL, "8.4", "2032-04-30", Proof.RUN, _MYSQL),
    Server(Flavour.PXC, "5.6", "2021-02-28", Proof.RUN, _PERCONA),
    Server(Flavour.PXC, "5.7", "2023-10-31", Proof.RUN, _PERCONA),
    Server(Flavour.PXC, "8.0", "2026-04-30", Proof.LIST, _PERCONA),
)
"""Every series, product by product, the oldest first."""

SERIES = {
    flavour: tuple(server.version for server in SERVERS if server.flavour is flavour) for flavour in Flavour
}
"""Release series whose options are known."""

_PACKAGED = {
    "MariaDB 10.5": ("Debian 11",),
    "MariaDB 10.6": ("Ubuntu 22.04",),
    "MariaDB 10.11": ("Debian 12", "Ubuntu 24.04"),
    "MariaDB 11.8": ("Debian 13", "Ubuntu 26.04"),
    "MySQL 8.0": ("Ubuntu 22.04", "Ubuntu 24.04"),
    "MySQL 8.4": ("Ubuntu 26.04",),
}


def packaged(server: Server) -> tuple[str, ...]:
    """Return the releases of Debian and Ubuntu that bring the series; elsewhere it comes from its vendor.

    SOURCE: the package indexes of Debian 11 to 13 and of Ubuntu 22.04, 24.04 and 26.04, read on 2026-11-23.
    """
    return _PACKAGED.get(server.name, ())


def server_of(flavour: str | Flavour, version: str) -> Server | None:
    """Return the series, or None for one that is not in the table."""
    name = flavour.value if isinstance(flavour, Flavour) else flavour
    for server in SERVERS:
        if server.flavour.value == name and server.version == version:
            return server
    return None
