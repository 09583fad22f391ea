"""What the units and drop-ins can hold. Texts: systemd.unit(5), systemd.service(5), systemd.socket(5)."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.deployment.origin import Mark
from oxconf.syntax import unit


def statements(text: str) -> Iterator[Statement]:
    """Yield the entries; a key that stands more than once in a section has its value as `where` in lists."""
    for item in unit.parse(text).items:
        if isinstance(item, unit.Entry):
            where = item.value if item.key == "IPAddressAllow" else ""
            yield Statement(f"{item.section} {item.key}", item.value, item.line, where)


_DESCRIPTION = entry(
    "Unit Description", "text", "What `systemctl status` calls the unit.", Mark.OURS, "says what it is for"
)
_WANTS = entry(
    "Unit Wants",
    "list",
    "What is started with it.",
    Mark.OURS,
    "the interface and its address must be there first",
)
_WANTED_BY = entry(
    "Install WantedBy", "text", "What switches the unit on at boot.", Mark.SOURCE, "systemd.special(7)"
)

DROPIN = Reference(
    (
        entry(
            "Service LimitNOFILE",
            "number",
            "Files and sockets that the server may open.",
            Mark.OURS,
            "as many as open_files_limit in ox.cnf says; the server can not raise it itself",
            minimum=1,
        ),
        entry(
            "Service TimeoutStartSec",
            "period",
            "After how long systemd gives up a start; absent where the package's unit is not known to have a limit.",
            Mark.OURS,
            "a full state transfer ends within it",
        ),
    ),
    statements,
)

CLUSTERCHECK_SOCKET = Reference(
    (
        _DESCRIPTION,
        entry(
            "Socket ListenStream",
            "number",
            "Port of the health check.",
            Mark.SOURCE,
            "percona-clustercheck listens on 9200",
            minimum=1,
            maximum=65535,
        ),
        entry(
            "Socket Accept",
            "switch",
            "Starts a process for each connection.",
            Mark.SOURCE,
            "percona-clustercheck runs so under xinetd",
        ),
        entry(
            "Socket IPAddressDeny",
            "list",
            "Who may not ask.",
            Mark.OURS,
            "the check tells the state of the database to whoever asks, so only the balancers may",
        ),
        entry("Socket IPAddressAllow", "list", "Who may ask all the same.", Mark.OURS, "the host itself"),
        entry(
            "Socket MaxConnections",
            "number",
            "Checks at the same time.",
            Mark.OURS,
            "16 for each HAProxy, 64 at least: both listeners of each, eight deep while a server hangs",
            minimum=1,
        ),
        entry(
            "Socket TriggerLimitIntervalSec",
            "period",
            "In which time the starts are counted; 0 means that there is no limit.",
            Mark.OURS,
            "above its limit systemd closes a socket for good, and every balancer takes the node for dead",
        ),
        _WANTED_BY,
    ),
    statements,
)

CLUSTERCHECK_SERVICE = Reference(
    (
        _DESCRIPTION,
        entry(
            "Unit CollectMode",
            "text",
            "When systemd forgets a unit that ended.",
            Mark.OURS,
            "checks that were cut off must not stay behind as failed units",
        ),
        entry(
            "Service ExecStart",
            "command",
            "What answers the connection.",
            Mark.OURS,
            "the script clustercheck",
        ),
        entry(
            "Service StandardInput",
            "text",
            "Where the request comes from.",
            Mark.SOURCE,
            "systemd.socket(5), Accept=",
        ),
        entry(
            "Service StandardOutput",
            "text",
            "Where the answer goes.",
            Mark.SOURCE,
            "systemd.socket(5), Accept=",
        ),
        entry(
            "Service StandardError",
            "text",
            "Where messages go.",
            Mark.OURS,
            "an answer must hold nothing else",
        ),
        entry(
            "Service LogLevelMax",
            "text",
            "Up to which level the journal keeps messages.",
            Mark.OURS,
            "every check is a start and an end, two lines in the journal: millions a day",
        ),
        entry(
            "Service RuntimeMaxSec",
            "number",
            "After how long a check is ended.",
            Mark.OURS,
            "above what the request and the query may take together",
            unit="seconds",
        ),
        entry(
            "Service TimeoutStopSec",
            "number",
            "After how long an end is forced.",
            Mark.OURS,
            "a check has nothing to save",
            unit="seconds",
        ),
        entry(
            "Service DynamicUser",
            "switch",
            "Runs as a user that exists only meanwhile.",
            Mark.OURS,
            "whatever is wrong with the script, it may do nothing else",
        ),
        entry(
            "Service LoadCredential",
            "text",
            "File that the check may read although its user may not.",
            Mark.OURS,
            "the account's file stays readable by root alone",
        ),
        entry(
            "Service CapabilityBoundingSet", "list", "Capabilities that are left.", Mark.OURS, "it needs none"
        ),
        entry("Service PrivateDevices", "switch", "Hides the devices.", Mark.OURS, "it needs none"),
        entry("Service ProtectHome", "switch", "Hides the home folders.", Mark.OURS, "it needs none"),
        entry(
            "Service RestrictAddressFamilies",
            "list",
            "Sockets that it may open.",
            Mark.OURS,
            "the connection is open already; what the check itself opens is the database's socket",
        ),
    ),
    statements,
)

WRITE_ADDRESS = Reference(
    (
        _DESCRIPTION,
        _WANTS,
        entry(
            "Unit After",
            "list",
            "What must have started before.",
            Mark.OURS,
            "the network, and the server that takes the writes",
        ),
        entry(
            "Service Type",
            "text",
            "A command that ends, no daemon.",
            Mark.OURS,
            "an address needs no process",
        ),
        entry(
            "Service RemainAfterExit",
            "switch",
            "Counts as running until it is stopped.",
            Mark.OURS,
            "stopping it takes the address away",
        ),
        entry(
            "Service ExecStartPre",
            "command",
            "What must hold before the address is added.",
            Mark.OURS,
            "two masters would both take writes: no start while another host answers for the address",
        ),
        entry(
            "Service ExecStart",
            "command",
            "Adds the address.",
            Mark.TUTORIAL,
            "an address of the writer that a person moves; /32 adds no route and outlives the host's own address",
        ),
        entry(
            "Service ExecStartPost",
            "command",
            "Tells the neighbours.",
            Mark.OURS,
            "they send to the old master's card until they are told",
        ),
        entry(
            "Service ExecStop",
            "command",
            "Takes the address away.",
            Mark.OURS,
            "the next master must find it free",
        ),
        _WANTED_BY,
    ),
    statements,
)

FILESTORE_GUARD = Reference(
    (
        entry(
            "Unit RequiresMountsFor",
            "path",
            "Folder that is mounted first, where fstab knows it.",
            Mark.OURS,
            "OX would write into the empty folder below the mount point",
            keys=(("filestore", "path"),),
        ),
        entry(
            "Unit AssertPathIsMountPoint",
            "path",
            "Folder without whose mount the start fails.",
            Mark.OURS,
            "RequiresMountsFor asks for nothing where fstab has no such line",
            keys=(("filestore", "path"),),
        ),
    ),
    statements,
)

MULTICAST_UNIT = Reference(
    (
        _DESCRIPTION,
        _WANTS,
        entry("Unit After", "list", "What must have started before.", Mark.OURS, _WANTS.origin.why),
        entry(
            "Unit Before",
            "list",
            "What starts after it.",
            Mark.OURS,
            "OX, whatever starts it, must find the route",
        ),
        entry(
            "Service Type", "text", "A command that ends, no daemon.", Mark.OURS, "a route needs no process"
        ),
        entry(
            "Service RemainAfterExit",
            "switch",
            "Counts as running.",
            Mark.OURS,
            "`systemctl status` shows it",
        ),
        entry("Service ExecStart", "command", "Sets the route.", Mark.TUTORIAL, name="route"),
        _WANTED_BY,
    ),
    statements,
)
