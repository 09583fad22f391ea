"""How much of a host's memory its daemons may take, from what its files say."""

from collections.abc import Iterator

from attrs import frozen

from oxconf.artifacts._provider_options import ProviderOptions
from oxconf.artifacts.oxinstaller import OxInstaller
from oxconf.deployment.sizing import ADMINDAEMON, FIXED_SHARES, PER_CONNECTION, SYSTEM_RESERVE
from oxconf.deployment.units import MIB, speak_size
from oxconf.evidence import HostEvidence, OptionAt, Place
from oxconf.rules._database import number
from oxconf.rules._filestore import is_ox_node


@frozen
class Share:
    """One part of a host's memory; `peak` parts are taken only under full load."""

    name: str
    size: int
    place: Place | None = None
    peak: bool = False

    def __str__(self) -> str:
        return f"{self.name} {speak_size(self.size)}"


def shares(host: HostEvidence) -> Iterator[Share]:
    """Yield what takes memory on a host, as far as its files and roles tell."""
    yield Share("operating system", SYSTEM_RESERVE)
    for role, size in FIXED_SHARES.items():
        if role.value in host.facts.roles:
            yield Share(role.value, size)
    installer = host.find(OxInstaller)
    heap = installer.artifact.server_memory if installer else None
    if installer and heap:
        yield Share("groupware heap", heap * MIB, installer.place("server_memory"))
    if is_ox_node(host):
        yield Share("admin daemon", ADMINDAEMON)
    yield from _database(host)


def _database(host: HostEvidence) -> Iterator[Share]:
    pool, connections = host.option("innodb_buffer_pool_size"), host.option("max_connections")
    if pool is not None and (size := number(pool)):
        yield Share("buffer pool", size, pool.place)
    if connections is not None and (count := number(connections)):
        name = f"{count} connections of {speak_size(PER_CONNECTION)}"
        yield Share(name, count * PER_CONNECTION, connections.place, peak=True)
    options = host.option("wsrep_provider_options")
    cache = _gcache(options) if options else None
    if options is not None and cache:
        # The cache is a mapped file: part of it is resident while a node catches up.
        yield Share("half of the write-set cache", cache // 2, options.place, peak=True)


def _gcache(option: OptionAt) -> int | None:
    try:
        return ProviderOptions.parse(option.value).gcache_size
    except ValueError:
        return None
