"""What a host's services must do before a changed file of ours takes effect, in the order in which it is safe."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from attrs import frozen


@frozen
class Action:
    """One thing to do on a host: `command` for a shell, or empty where a person has to do what `text` says."""

    text: str
    command: str = ""


def _systemctl(verb: str, unit: str) -> Action:
    return Action(f"{verb} {unit}", f"systemctl {verb} {unit}")


DATABASE = "the database server's unit"
"""Stands for mariadb.service or mysql.service until `services` knows which."""

USERS = Action("make the users that are missing", "systemd-sysusers")
UNITS = Action("let systemd read the units again", "systemctl daemon-reload")
ROUTE = Action("set the route again", "systemctl restart oxconf-multicast-route.service")
INTERFACES = Action(
    "set the multicast route of the changed stanza by hand: ip route replace, as the stanza has it"
)
EXPORTS = Action("export the filestore anew; mounts stay", "exportfs -ra")
MOUNT = Action("stop Open-Xchange, unmount the filestore and mount it again")
SERVER = _systemctl("restart", DATABASE)
ARBITRATOR, PERCONAS = _systemctl("restart", "garb.service"), _systemctl("restart", "garbd.service")
CHECK = _systemctl("restart", "clustercheck.socket")
# On a slave the unit is off, and must stay so: two servers would have the address.
ADDRESS = _systemctl("try-restart", "oxconf-write-address.service")
PROXY = _systemctl("reload", "haproxy.service")
VRRP = _systemctl("reload", "keepalived.service")
WEB = _systemctl("reload", "apache2.service")
OX = _systemctl("restart", "open-xchange.service")

_ORDER = (
    USERS, UNITS, ROUTE, INTERFACES, EXPORTS, MOUNT, SERVER, ARBITRATOR, PERCONAS, CHECK, ADDRESS, PROXY, VRRP, WEB, OX,
)  # fmt: skip
"""What others need comes first: units before services, the database before those who call it."""

_EFFECTS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    ("/etc/sysusers.d/*", (USERS,)),
    ("/etc/exports", (EXPORTS,)),
    ("/etc/fstab", (UNITS, MOUNT, OX)),
    ("/etc/network/interfaces", (INTERFACES,)),
    ("/etc/mysql/my.cnf", (SERVER,)),
    ("/etc/mysql/ox.conf.d/*", (SERVER,)),
    ("/etc/systemd/system/mariadb.service.d/*", (UNITS, SERVER)),
    ("/etc/systemd/system/mysql.service.d/*", (UNITS, SERVER)),
    ("/etc/systemd/system/clustercheck.socket", (UNITS, CHECK)),
    ("/etc/systemd/system/oxconf-multicast-route.service", (UNITS, ROUTE)),
    ("/etc/systemd/system/oxconf-write-address.service", (UNITS, ADDRESS)),
    ("/etc/systemd/system/*", (UNITS,)),
    ("/etc/default/garb", (ARBITRATOR,)),
    ("/etc/default/garbd", (PERCONAS,)),
    ("/etc/haproxy/*", (PROXY,)),
    ("/etc/keepalived/*", (VRRP,)),
    ("/etc/apache2/*", (WEB,)),
    ("/opt/open-xchange/etc/*", (OX,)),
    # They are read or run anew each time: names, the health checks and their account, the installer's options.
    ("/etc/hosts", ()),
    ("/etc/mysql/clustercheck.cnf", ()),
    ("/usr/local/*", ()),
    ("/usr/bin/clustercheck", ()),
)
"""Paths and what their change asks for; the first that fits counts."""


class NoEffect(LookupError):
    """A path of which nobody has said what its change asks for; a test finds it."""


def services(paths: Iterable[str], *, database: str = "mariadb.service") -> tuple[Action, ...]:
    """Return what to do on one host after these files of ours changed, each once and in a safe order.

    `database` is the name of the database server's unit there. Raises NoEffect for a path that is none of ours.
    """
    wanted = {action for path in paths for action in _effects(path)}
    return tuple(_named(action, database) for action in _ORDER if action in wanted)


def _effects(path: str) -> tuple[Action, ...]:
    for pattern, actions in _EFFECTS:
        if fnmatchcase(path, pattern):
            return actions
    raise NoEffect(f"nothing is known of what a change of {path} asks for")


def _named(action: Action, database: str) -> Action:
    if action is not SERVER:
        return action
    return Action(action.text.replace(DATABASE, database), action.command.replace(DATABASE, database))
