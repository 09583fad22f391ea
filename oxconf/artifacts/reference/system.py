"""What the small files of a host can hold: names, users, exports, mounts, routes, includes, the arbitrator."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.deployment.origin import Mark
from oxconf.syntax import exports, fstab, hosts, interfaces, optionfile, shellvars, sysusers


def _hosts(text: str) -> Iterator[Statement]:
    for each in hosts.parse(text).entries:
        yield Statement("address", each.address, each.line, " ".join(each.names))


HOSTS = Reference(
    (
        entry(
            "address",
            "address",
            "Address of a host, or of a floating one, by its name.",
            Mark.OURS,
            "no failover needs DNS",
        ),
    ),
    _hosts,
)


def _sysusers(text: str) -> Iterator[Statement]:
    for each in sysusers.parse(text).entries:
        if each.kind == "g":
            yield Statement("gid", each.id or "", each.line)
            continue
        yield Statement("uid", (each.id or "").partition(":")[0], each.line)
        yield Statement("home", each.home or "", each.line)
        yield Statement("shell", each.shell or "", each.line)


SYSUSERS = Reference(
    (
        entry(
            "gid",
            "number",
            "Number of the group open-xchange, the same on all hosts.",
            Mark.TUTORIAL,
            minimum=1,
            maximum=60_000,
        ),
        entry(
            "uid",
            "number",
            "Number of the user open-xchange, the same on all hosts.",
            Mark.TUTORIAL,
            minimum=1,
            maximum=60_000,
        ),
        entry(
            "home",
            "path",
            "Home folder of the user.",
            Mark.SOURCE,
            "open-xchange-system, which makes the user with it; the tutorial's useradd gives /home/open-xchange",
        ),
        entry(
            "shell",
            "path",
            "Shell of the user.",
            Mark.TUTORIAL,
            "the tutorial tests the mount with su, which needs one",
        ),
    ),
    _sysusers,
)

_WITH_VALUE = ("anonuid", "anongid")


def _exports(text: str) -> Iterator[Statement]:
    for each in exports.parse(text).exports:
        yield Statement("path", each.path, each.line)
        for client in each.clients:
            yield Statement("client", client.host, each.line, client.host)
            for option in client.options:
                key, _, value = option.partition("=")
                yield Statement(key, value or "on", each.line, client.host)


EXPORTS = Reference(
    (
        entry("path", "path", "Folder that is exported.", Mark.TUTORIAL),
        entry(
            "client",
            "address",
            "Who may mount it.",
            Mark.OURS,
            "each OX host by its address, and nobody else",
        ),
        entry("rw", "switch", "The client may write.", Mark.TUTORIAL),
        entry(
            "sync",
            "switch",
            "A write is on disk when it is acknowledged.",
            Mark.SOURCE,
            "the default (exports(5)), too important to leave unsaid",
        ),
        entry(
            "no_subtree_check",
            "switch",
            "Does not look whether a file is inside of the folder at each access.",
            Mark.TUTORIAL,
        ),
        entry(
            "all_squash", "switch", "Whoever writes, the files belong to anonuid and anongid.", Mark.TUTORIAL
        ),
        entry("anonuid", "number", "User that the files belong to.", Mark.TUTORIAL),
        entry("anongid", "number", "Group that the files belong to.", Mark.TUTORIAL),
    ),
    _exports,
)


def _fstab(text: str) -> Iterator[Statement]:
    for each in fstab.parse(text).mounts:
        yield Statement("device", each.spec, each.line)
        yield Statement("mount point", each.file, each.line)
        yield Statement("type", each.type, each.line)
        for option in each.options:
            yield Statement(option, "on", each.line)


FSTAB = Reference(
    (
        entry("device", "text", "Server and folder of the filestore.", Mark.TUTORIAL),
        entry("mount point", "path", "Where it is mounted, the same on all OX hosts.", Mark.TUTORIAL),
        entry("type", "text", "The file system.", Mark.TUTORIAL),
        entry("rw", "switch", "OX writes.", Mark.SOURCE, "part of the tutorial's `defaults` (mount(8))"),
        entry(
            "hard",
            "switch",
            "Writers wait while the server is away, and lose nothing.",
            Mark.SOURCE,
            "nfs(5): soft is for data that may be lost",
        ),
        entry(
            "noatime",
            "switch",
            "Reading a file writes nothing.",
            Mark.OURS,
            "nobody asks when a file was read",
        ),
        entry("_netdev", "switch", "Is mounted after the network is there.", Mark.SOURCE, "systemd.mount(5)"),
    ),
    _fstab,
)


def _interfaces(text: str) -> Iterator[Statement]:
    for stanza in interfaces.parse(text).stanzas("iface"):
        for option in stanza.options:
            yield Statement(option.name, option.value, option.line, stanza.words[0])


INTERFACES = Reference(
    (
        entry(
            "post-up",
            "command",
            "Binds the multicast groups to the cluster's interface.",
            Mark.TUTORIAL,
            name="route",
        ),
    ),
    _interfaces,
)


def _includes(text: str) -> Iterator[Statement]:
    for each in optionfile.parse(text).includes:
        yield Statement(f"!{each.directive}", each.path, each.line)


MY_CNF = Reference(
    (
        entry(
            "!includedir",
            "path",
            "Folder whose files that end in `.cnf` the server reads here.",
            Mark.TUTORIAL,
            "a folder of our own, so that the package's files stay as they are",
        ),
    ),
    _includes,
)


def _shellvars(text: str) -> Iterator[Statement]:
    for each in shellvars.parse(text).entries:
        yield Statement(each.name, each.value, each.line)


def _arbitrator(source: str) -> Reference:
    """Return what the start script of one package reads."""
    return Reference(
        (
            entry("GALERA_NODES", "list", "Addresses of the database nodes.", Mark.SOURCE, source),
            entry(
                "GALERA_GROUP",
                "text",
                "Name of the Galera cluster, as the nodes have it.",
                Mark.SOURCE,
                source,
            ),
            entry(
                "GALERA_OPTIONS",
                "provider options",
                "The same timers as on the nodes.",
                Mark.OURS,
                "else the arbitrator waits longer for a dead node than the others",
            ),
        ),
        _shellvars,
    )


GARB = _arbitrator("galera-arbitrator-4 of Debian 12")
PERCONA_GARB = _arbitrator("Percona's guide to the arbitrator")
