"""What rules ask of the database server's release: which it is, and what it says to the options in its files."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from attrs import frozen

from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Flavour
from oxconf.deployment.servers import Server, server_of
from oxconf.evidence import Evidence, OptionAt, Place
from oxconf.options import Option, options_of

_PREFIXES = ("skip_", "enable_", "disable_", "maximum_")
"""Servers take them in front of the name of an option."""


def server(evidence: Evidence) -> Server | None:
    """Return the release of the cluster's database servers; None where nobody told, or it is not in the table."""
    facts = evidence.cluster
    return server_of(facts.flavour, facts.version) if facts.flavour and facts.version else None


@frozen
class Told:
    """An option that stands in the files of one or several hosts, and what the server says to it."""

    product: Server
    key: str
    option: Option
    lines: tuple[OptionAt, ...]

    @property
    def hosts(self) -> str:
        """The hosts as a sentence begins with them: `db1 and db2`."""
        return listed(dict.fromkeys(line.place.host for line in self.lines))

    @property
    def sets(self) -> str:
        """The verb that follows them."""
        return "sets" if len({line.place.host for line in self.lines}) == 1 else "set"

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it stands."""
        return tuple(sorted(line.place for line in self.lines))


def told(evidence: Evidence) -> Iterator[Told]:
    """Yield the options of the table that some server reads, by name; none where the release is not known."""
    product = server(evidence)
    if product is None:
        return
    known = options_of(product.flavour, product.version)
    lines = (line for host in evidence.databases for line in host.options if is_read(line.group, product))
    for key, same in groupby(sorted(lines, key=lambda line: (line.key, line.place)), lambda line: line.key):
        option = _find(known, key)
        if option is not None:
            yield Told(product, key, option, tuple(same))


def is_read(group: str, product: Server) -> bool:
    """Whether a server reads a group of an option file: `[mariadb-10.5]` is another's, `[galera]` is MariaDB's."""
    name, _, version = group.partition("-")
    if version and version != product.version:
        return False
    return product.flavour is Flavour.MARIADB or name in ("mysqld", "server")


def _find(known: Mapping[str, Option], key: str) -> Option | None:
    names = (key, *(key.removeprefix(prefix) for prefix in _PREFIXES))
    return next((known[name] for name in names if name in known), None)
