"""How much memory each daemon of a host gets, and how many connections a database server must take.

Roles combine on one host, and their shares add up: see `budget`.
"""

from attrs import evolve, frozen

from oxconf.deployment.database import MOST_CONNECTIONS
from oxconf.deployment.locate import Path
from oxconf.deployment.model import Deployment, Host, Mode, Role
from oxconf.deployment.origin import Derived, Mark, Origin, ours
from oxconf.deployment.topology import ox_hosts
from oxconf.deployment.units import GIB, MIB, counted, speak_size

SYSTEM_RESERVE = GIB
"""What the operating system, a local HAProxy or MaxScale, keepalived and a shell need."""

FIXED_SHARES = {Role.WEB: GIB, Role.FILESTORE: 2 * GIB, Role.ARBITRATOR: 128 * MIB, Role.MAXSCALE: 512 * MIB}
"""Memory of the roles that do not grow with the host.

OURS: Apache's workers; page cache of the NFS server; garbd; MaxScale's caches and the buffers of its connections.
"""

ADMINDAEMON = 512 * MIB
"""Memory of the admin daemon, a second JVM on every OX host. OURS: it serves administrators, no users."""

LEAST = 128 * MIB
"""A buffer pool or a heap with which a daemon still starts."""

PER_CONNECTION = 3 * MIB
"""What one busy connection takes in the server beside the buffer pool.

OURS: the sum of MariaDB's default sort, join, read and network buffers and the thread's stack, rounded up. Measure it
on the live system (`Threads_connected` against the resident size) and lower `max_active` where it is more.
"""

PROCESS_POOLS = 6
"""Pools of one OX host that may all end at one server.

The groupware process reads and writes configdb and the user databases (four pools), the admin daemon only writes
(two pools).
"""

CONNECTION_RESERVE = 50
"""Connections beside OX: administrators, monitoring, health checks, backup."""

BUDGETED = frozenset(
    {"memory", "innodb_buffer_pool_size", "max_connections", "gcache.size", "gcache_size", "--servermemory"}
)
"""Settings and keys that the memory of a host goes to."""


@frozen
class Part:
    """One line of a host's memory budget."""

    name: str
    size: int


def _shared_memory(host: Host) -> int:
    """Memory that is left for OX and the database after the fixed shares of the host's other roles."""
    return max(host.memory - sum(FIXED_SHARES.get(role, 0) for role in host.roles), 0)


def _share_text(host: Host) -> str:
    """Say what the shares are taken from: `32 GiB`, or `30 GiB (32 GiB less 2 GiB for filestore)`."""
    fixed = [(role, FIXED_SHARES[role]) for role in host.roles if role in FIXED_SHARES]
    if not fixed:
        return speak_size(host.memory)
    less = " and ".join(f"{speak_size(size)} for {role.value}" for role, size in fixed)
    return f"{speak_size(_shared_memory(host))} ({speak_size(host.memory)} less {less})"


def _share_keys(deployment: Deployment, host: Host) -> tuple[Path, ...]:
    return deployment.path(host, "memory"), deployment.path(host, "roles")


def _both(host: Host) -> bool:
    return host.has(Role.DATABASE) and host.has(Role.GROUPWARE, Role.PROVISIONING)


def _whole(size: int) -> int:
    """Round down to whole GiB, or to 64 MiB below 4 GiB; never below what a daemon still starts with."""
    step = GIB if size >= 4 * GIB else 64 * MIB
    return max(size // step * step, LEAST)


def _floor(size: int) -> str:
    return f", but {speak_size(LEAST)} at least" if size < LEAST else ""


def buffer_pool(deployment: Deployment, host: Host) -> Derived[int]:
    """Return the size of InnoDB's buffer pool in bytes.

    SOURCE: oxpedia, My.cnf: two thirds of the memory (its machine has 48 GB and a pool of 32 GB). OURS: one third
    where OX shares the host.
    """
    user = deployment.database.tuning.innodb_buffer_pool_size
    if user is not None:
        return Derived(user, deployment.origin("database", "tuning", "innodb_buffer_pool_size"))
    memory, keys = _shared_memory(host), _share_keys(deployment, host)
    if _both(host):
        why = f"one third of {_share_text(host)}, which OX shares{_floor(memory // 3)}"
        return Derived(_whole(memory // 3), ours(why, *keys))
    why = f"two thirds of {_share_text(host)}{_floor(memory * 2 // 3)} (oxpedia, My.cnf)"
    return Derived(_whole(memory * 2 // 3), Origin(Mark.SOURCE, why, keys=keys))


def server_memory(deployment: Deployment, host: Host) -> Derived[int]:
    """Return the heap of the groupware process in MiB (oxinstaller --servermemory).

    OURS: half of the memory; the rest is for the admin daemon, the JVMs' own needs and the system. The early
    installer's default is 50 MB (oxinstaller.in of appsuite-middleware at a8f61d0); its later manual names none.
    """
    memory, keys = _shared_memory(host), _share_keys(deployment, host)
    if _both(host):
        why = f"a quarter of {_share_text(host)}, shared with the database{_floor(memory // 4)}"
        return Derived(_whole(memory // 4) // MIB, ours(why, *keys))
    why = f"half of {_share_text(host)}{_floor(memory // 2)}"
    return Derived(_whole(memory // 2) // MIB, ours(why, *keys))


def max_connections(deployment: Deployment) -> Derived[int]:
    """Return how many connections each database server must take: all pools of all OX hosts may end at one server."""
    user = deployment.database.tuning.max_connections
    if user is not None:
        return Derived(user, deployment.origin("database", "tuning", "max_connections"))
    hosts, pool = len(ox_hosts(deployment)), deployment.database.pool.max_active
    count = hosts * PROCESS_POOLS * pool + CONNECTION_RESERVE
    nodes, each = counted(hosts, "OX host"), counted(pool, "connection")
    why = f"{nodes} x {PROCESS_POOLS} pools x {each}, and {CONNECTION_RESERVE} beside OX"
    if count > MOST_CONNECTIONS:
        why += f", but no server takes more than {MOST_CONNECTIONS}"
    roles = (deployment.path(host, "roles") for host in ox_hosts(deployment))
    return Derived(min(count, MOST_CONNECTIONS), ours(why, ("database", "pool", "max_active"), *roles))


def wait_timeout(deployment: Deployment) -> Derived[int]:
    """Return after how many seconds a database server closes an idle connection: later than OX and what is in front."""
    user = deployment.database.tuning.wait_timeout
    if user is not None:
        return Derived(user, deployment.origin("database", "tuning", "wait_timeout"))
    life = deployment.database.pool.max_life_time // 1000
    why = f"three times OX's {life} s, and 1800 s at least: OX, and HAProxy where there is one, close before the server"
    return Derived(max(1800, 3 * life), ours(why, ("database", "pool", "max_life_time")))


def redo_log(deployment: Deployment, host: Host, files: int) -> Derived[int]:
    """Return the size in bytes of that many redo log files together: 1, or 2 where one number is for the whole log."""
    user = deployment.database.tuning.innodb_log_file_size
    if user is not None:
        origin = deployment.origin("database", "tuning", "innodb_log_file_size")
        if files == 2:
            origin = evolve(origin, why=f"twice the innodb_log_file_size {origin.why}")
        return Derived(min(files * user, 512 * GIB), origin)
    pool = buffer_pool(deployment, host)
    size = min(max(pool.value // 4 // MIB, 64) * MIB, GIB)
    part = "half" if files == 2 else "a quarter"
    why = f"{part} of the buffer pool, but {files * 64}M at least, and {files}G at most"
    return Derived(files * size, ours(f"{why}: a crashed server is back in minutes", *pool.origin.keys))


def gcache_size(deployment: Deployment) -> Derived[int]:
    """Return the size of Galera's write-set cache in bytes."""
    user = deployment.database.tuning.gcache_size
    if user is not None:
        return Derived(user, deployment.origin("database", "tuning", "gcache_size"))
    return Derived(2 * GIB, ours("a node that was away for a while catches up without a full transfer"))


def budget(deployment: Deployment, host: Host) -> tuple[Part, ...]:
    """Return the parts of a host's memory; their sum should not exceed `host.memory`."""
    parts = [Part("operating system", SYSTEM_RESERVE)]
    parts += [Part(role.value, FIXED_SHARES[role]) for role in host.roles if role in FIXED_SHARES]
    if host.has(Role.GROUPWARE, Role.PROVISIONING):
        parts.append(Part("groupware heap", server_memory(deployment, host).value * MIB))
        parts.append(Part("admin daemon", ADMINDAEMON))
    if host.has(Role.DATABASE):
        parts.append(Part("buffer pool", buffer_pool(deployment, host).value))
        parts.append(Part("connections", max_connections(deployment).value * PER_CONNECTION))
        if deployment.database.mode is Mode.GALERA:
            # The cache is a mapped file: part of it is resident while a node catches up.
            parts.append(Part("half of the write-set cache", gcache_size(deployment).value // 2))
    return tuple(parts)
