"""What the files of LVS can hold: virtual servers, modules and settings of the kernel, addresses on lo."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.artifacts.reference import units
from oxconf.deployment.origin import Mark
from oxconf.syntax import keepalived, sysctl, unit

_MANUAL = "keepalived.conf(5)"
_KERNEL = "Linux, ipvs-sysctl and ip-sysctl"

VIRTUAL_SERVERS = (
    entry(
        "virtual_server",
        "address",
        "Address and port that OX calls; the servers have the address on lo.",
        Mark.OURS,
        "an address of the database",
    ),
    entry(
        "virtual_server lvs_sched",
        "text",
        "Which server gets a new connection: fo the one with the highest weight, rr each in turn.",
        Mark.OURS,
        "writes go to one server at a time, reads to all",
    ),
    entry(
        "virtual_server lvs_method",
        "text",
        "How packets reach the server: DR changes the MAC address alone, and the server answers OX directly.",
        Mark.SOURCE,
        "oxpedia, Keepalived: direct routing",
    ),
    entry("virtual_server protocol", "text", "Protocol of the service.", Mark.SOURCE, _MANUAL),
    entry(
        "virtual_server alpha",
        "switch",
        "A server is down until it was asked.",
        Mark.OURS,
        "otherwise a director that starts sends connections to dead servers",
    ),
    entry(
        "virtual_server warmup",
        "number",
        "After what random delay the first check is made, at most.",
        Mark.OURS,
        "a director that starts is ready at once",
        unit="seconds",
    ),
    entry(
        "virtual_server delay_loop",
        "number",
        "How often each check is made.",
        Mark.OURS,
        "writes wait for the check, reads that fail go to another server: it is made twice as often for writes",
        unit="seconds",
    ),
    entry(
        "real_server",
        "address",
        "A database server; the port is the virtual server's, which direct routing can not change.",
        Mark.OURS,
        "the own address of a database server",
    ),
    entry(
        "real_server weight",
        "number",
        "With fo the server with the highest weight gets all new connections.",
        Mark.OURS,
        "the same for all that share the reads",
        minimum=0,
        maximum=65535,
    ),
    entry("HTTP_GET path", "path", "What is asked for.", Mark.SOURCE, "clustercheck answers any path"),
    entry(
        "HTTP_GET status_code",
        "number",
        "The answer of a server that is fit.",
        Mark.SOURCE,
        "percona-clustercheck: 200, else 503",
    ),
    entry(
        "HTTP_GET connect_port",
        "number",
        "Port of clustercheck.",
        Mark.SOURCE,
        "percona-clustercheck: 9200",
        minimum=1,
        maximum=65535,
    ),
    entry(
        "HTTP_GET connect_timeout",
        "number",
        "How long the connection and the answer may take.",
        Mark.OURS,
        "above the time that clustercheck gives the server",
        unit="seconds",
    ),
    entry(
        "HTTP_GET retry",
        "number",
        "How many more failures take the server out.",
        Mark.OURS,
        "one answer may be lost",
    ),
    entry(
        "HTTP_GET delay_before_retry",
        "number",
        "After how long it is asked again.",
        Mark.OURS,
        "a dead server is out soon",
        unit="seconds",
    ),
    entry(
        "MISC_CHECK misc_path",
        "command",
        "Ends with 0 while no server before this one is fit.",
        Mark.OURS,
        "LVS closes connections to a server only when it is taken out: that is what ends a backup's part",
    ),
    entry(
        "MISC_CHECK misc_timeout",
        "number",
        "After how long the check has failed.",
        Mark.OURS,
        "above the two seconds that the script gives each server",
        unit="seconds",
    ),
)


def virtual_server(block: keepalived.Node) -> Iterator[Statement]:
    """Yield the lines of a virtual server; its address and port, and those of the real server, are where one stands."""
    where = ":".join(block.words[1:])
    yield Statement("virtual_server", " ".join(block.words[1:]), block.line, where)
    for node in block.children or ():
        if node.words[0] == "real_server":
            yield from _real_server(where, node)
        else:
            yield _setting("virtual_server", where, node)


def _real_server(service: str, block: keepalived.Node) -> Iterator[Statement]:
    where = f"{service} {':'.join(block.words[1:])}"
    yield Statement("real_server", " ".join(block.words[1:]), block.line, where)
    for node in block.children or ():
        if node.children is None:
            yield _setting("real_server", where, node)
            continue
        for inner in node.children:
            for each in inner.children or (inner,):
                yield _setting(node.words[0], where, each)


def _setting(keyword: str, where: str, node: keepalived.Node) -> Statement:
    return Statement(f"{keyword} {node.words[0]}", " ".join(node.words[1:]) or "on", node.line, where)


def _modules(text: str) -> Iterator[Statement]:
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            yield Statement("module", line, number, line)


MODULES = Reference(
    (
        entry(
            "module",
            "text",
            "A kernel module that is loaded at boot.",
            Mark.SOURCE,
            "modules-load.d(5): before systemd-sysctl, which finds the settings of LVS then",
        ),
    ),
    _modules,
)


def _sysctl(text: str) -> Iterator[Statement]:
    for each in sysctl.parse(text).entries:
        yield Statement(each.key, each.value or "", each.line)


SYSCTL = Reference(
    (
        entry(
            "net.ipv4.vs.expire_nodest_conn",
            "switch",
            "Closes a connection whose server was taken out, instead of dropping its packets.",
            Mark.SOURCE,
            f"{_KERNEL}: the client is told; without it OX waits for answers that never come",
        ),
        entry(
            "net.ipv4.conf.all.arp_ignore",
            "number",
            "1: answers ARP only for addresses of the interface that was asked.",
            Mark.SOURCE,
            f"{_KERNEL}: the greater of all and of the interface counts; the director alone may answer",
        ),
        entry(
            "net.ipv4.conf.all.arp_announce",
            "number",
            "2: asks for others with an address of the interface that it asks on.",
            Mark.SOURCE,
            f"{_KERNEL}: an ARP request in the name of the shared address would take it from the director",
        ),
    ),
    _sysctl,
)


def _addresses(text: str) -> Iterator[Statement]:
    for each in unit.parse(text).items:
        if isinstance(each, unit.Entry):
            words = each.value.split()
            where = words[3].partition("/")[0] if each.key in ("ExecStart", "ExecStop") else ""
            yield Statement(f"{each.section} {each.key}", each.value, each.line, where)


ADDRESSES = Reference(
    (
        *(
            each
            for each in units.MULTICAST_UNIT.settings
            if each.key in ("Unit Description", "Install WantedBy")
        ),
        entry(
            "Unit After",
            "list",
            "What must have started before.",
            Mark.OURS,
            "without the settings of ARP the host would answer for the addresses",
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
            "Counts as running.",
            Mark.OURS,
            "`systemctl stop` takes it away",
        ),
        entry(
            "Service ExecStart",
            "command",
            "Adds the address to lo.",
            Mark.OURS,
            "a packet for an address that the host does not have is dropped",
            name="added",
        ),
        entry(
            "Service ExecStop",
            "command",
            "Takes it away.",
            Mark.OURS,
            "before a server leaves the cluster",
            name="gone",
        ),
    ),
    _addresses,
)
