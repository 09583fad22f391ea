"""What can be told apart in the backup's scripts and units. Texts: systemd.service(5), systemd.timer(5)."""

from oxconf.artifacts._explained import Reference, entry
from oxconf.artifacts.reference.scripts import found_in
from oxconf.artifacts.reference.units import statements
from oxconf.deployment.origin import Mark

_BACKUP = {
    "filestore": r"^store=(.+)$",
    "folder": r"^folder=(.+)$",
    "keep": r"^keep_days=(.+)$",
    "account file": r"^account=(.+)$",
    "client": r"^ask\(\) \{ (\S+)",
    "master": r"ask --host=(\S+)",
    "position": r"position=\$\(ask .*\"SELECT (.*)\"\)",
    "wait": r"waited=\$\(ask .*, (\d+)\)",
    "dump": r"\{ (\S+) --defaults-file=",
    "dump options": r"\{ \S+ --defaults-file=\"\$account\" (.+) \\$",
}

BACKUP = Reference(
    (
        entry(
            "filestore",
            "path",
            "Folder of the files.",
            Mark.OURS,
            "the filestore, which this host serves or mounts",
        ),
        entry("folder", "path", "Where the backups are.", Mark.OURS, "set in the cluster file"),
        entry("keep", "number", "How long they are kept.", Mark.OURS, "the tier", unit="days"),
        entry("account file", "path", "Option file with the account.", Mark.OURS, "readable by root alone"),
        entry("client", "text", "Command line client.", Mark.SOURCE, "the packages of the server's flavour"),
        entry(
            "master",
            "address",
            "Where the writes go.",
            Mark.OURS,
            "a slave that is behind names files that are deleted already",
            keys=(("database", "write_address"),),
        ),
        entry("position", "text", "How far it is.", Mark.SOURCE, "the manuals' chapters on GTID"),
        entry(
            "wait",
            "number",
            "How long the slave may take to get there.",
            Mark.OURS,
            "a slave that is ten minutes behind is broken, and its backup would be of no use",
            unit="seconds",
        ),
        entry("dump", "text", "Dump program.", Mark.SOURCE, "the packages of the server's flavour"),
        entry(
            "dump options",
            "list",
            "What is dumped, and how.",
            Mark.SOURCE,
            "mysqldump(1): one snapshot of all databases without a lock, with procedures, triggers and events",
        ),
    ),
    lambda text: found_in(_BACKUP, text),
)

_RESTORE = {
    "folder": r"They are in ([^\"]+)\"",
    "client": r"^ask\(\) \{ (\S+)",
    "dump": r"^    \{ (\S+) --defaults-file=",
    "dump options": r"^    \{ \S+ --defaults-file=\"\$option_file\" (.+) --databases ",
}

RESTORE = Reference(
    (
        entry("folder", "path", "Where the backups are.", Mark.OURS, "set in the cluster file"),
        entry("client", "text", "Command line client.", Mark.SOURCE, "the packages of the server's flavour"),
        entry("dump", "text", "Dump program.", Mark.SOURCE, "the packages of the server's flavour"),
        entry(
            "dump options",
            "list",
            "How what is replaced is kept.",
            Mark.SOURCE,
            "mysqldump(1), as for the backup; the position in the binary log is of no use to the same server",
        ),
    ),
    lambda text: found_in(_RESTORE, text),
)

_DESCRIPTION = entry(
    "Unit Description", "text", "What `systemctl status` calls the unit.", Mark.OURS, "says what it is for"
)

SERVICE = Reference(
    (
        _DESCRIPTION,
        entry("Unit Documentation", "text", "Where to read more.", Mark.OURS, "the script says how it works"),
        entry("Unit Wants", "list", "What is started with it.", Mark.OURS, "the database is on another host"),
        entry("Unit After", "list", "What must have started.", Mark.OURS, "the database is on another host"),
        entry(
            "Unit RequiresMountsFor",
            "path",
            "Folders that are mounted first.",
            Mark.OURS,
            "an empty folder below a mount point is no filestore, and no place for backups",
            keys=(("filestore", "path"), ("backup", "folder")),
        ),
        entry("Service Type", "text", "A command that ends.", Mark.OURS, "a backup is no daemon"),
        entry("Service ExecStart", "command", "What is run.", Mark.OURS, "the script"),
        entry("Service Nice", "number", "Less of the processor.", Mark.OURS, "users come first"),
        entry("Service IOSchedulingClass", "text", "Less of the disks.", Mark.OURS, "users come first"),
        entry(
            "Service TimeoutStartSec",
            "period",
            "When it is given up.",
            Mark.OURS,
            "never: a large filestore takes hours",
        ),
        entry("Service PrivateTmp", "switch", "A /tmp of its own.", Mark.OURS, "nothing else is needed"),
        entry("Service NoNewPrivileges", "switch", "No set-user-id.", Mark.OURS, "nothing else is needed"),
    ),
    statements,
)

TIMER = Reference(
    (
        _DESCRIPTION,
        entry("Timer OnCalendar", "text", "When it runs.", Mark.OURS, "the tier"),
        entry(
            "Timer Persistent",
            "switch",
            "Whether a missed run is made up for.",
            Mark.OURS,
            "a host that was off at night makes its backup in the morning",
        ),
        entry("Install WantedBy", "text", "What switches the timer on.", Mark.SOURCE, "systemd.special(7)"),
    ),
    statements,
)
