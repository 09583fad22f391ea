"""What `keepalived.conf` can hold. Texts and ranges: keepalived.conf(5) of keepalived 2.2."""

from collections.abc import Iterator

from oxconf.artifacts._explained import Reference, Statement, entry
from oxconf.artifacts.reference.lvs import VIRTUAL_SERVERS, virtual_server
from oxconf.deployment.origin import Mark
from oxconf.syntax import keepalived

_MANUAL = "keepalived.conf(5)"
_LISTS = ("unicast_peer", "virtual_ipaddress", "track_script", "group")

SETTINGS = (
    entry("router_id", "text", "Name of this host in keepalived's messages.", Mark.OURS, "the host's name"),
    entry(
        "script_user",
        "text",
        "User that runs the scripts.",
        Mark.OURS,
        "the check of the database reads a file of root",
    ),
    entry(
        "enable_script_security",
        "switch",
        "Runs no script that others than root could change.",
        Mark.SOURCE,
        _MANUAL,
    ),
    entry(
        "lvs_timeouts",
        "text",
        "After how many seconds LVS forgets an idle TCP connection.",
        Mark.OURS,
        "OX closes first",
    ),
    entry(
        "vrrp_sync_group group",
        "text",
        "Instances whose addresses move together.",
        Mark.OURS,
        "one director has all addresses of the database",
    ),
    entry(
        "vrrp_script script",
        "command",
        "Ends with 0 while this host may hold the address.",
        Mark.OURS,
        "an address belongs where the service behind it answers",
    ),
    entry(
        "vrrp_script interval",
        "number",
        "How often it is asked.",
        Mark.OURS,
        "an address leaves a dead service within three seconds",
        unit="seconds",
        minimum=1,
    ),
    entry(
        "vrrp_script timeout",
        "number",
        "After how long a script has failed.",
        Mark.OURS,
        "above the time that the script gives itself",
        unit="seconds",
        minimum=1,
    ),
    entry(
        "vrrp_script rise",
        "number",
        "After how many good answers the host may hold the address again.",
        Mark.OURS,
        "one good answer may be chance",
        minimum=1,
    ),
    entry(
        "vrrp_script fall",
        "number",
        "After how many bad answers it lets go.",
        Mark.OURS,
        "one answer may be lost",
        minimum=1,
    ),
    entry(
        "vrrp_instance state",
        "text",
        "As what the host begins.",
        Mark.SOURCE,
        f"nopreempt needs BACKUP ({_MANUAL})",
    ),
    entry(
        "vrrp_instance nopreempt",
        "switch",
        "A host that is back does not take the address again.",
        Mark.OURS,
        "one interruption, not two",
    ),
    entry(
        "vrrp_instance interface",
        "text",
        "Interface that the hosts talk to each other on.",
        Mark.OURS,
        "the interface of the cluster's network",
    ),
    entry(
        "vrrp_instance virtual_router_id",
        "number",
        "Number of the address, alone on its network.",
        Mark.OURS,
        "the cluster's first id and the place of the address among the floating ones",
        minimum=1,
        maximum=255,
    ),
    entry(
        "vrrp_instance priority",
        "number",
        "Of several hosts that may, the highest holds the address.",
        Mark.OURS,
        "150, and 10 less for each holder before this one",
        minimum=1,
        maximum=254,
    ),
    entry(
        "vrrp_instance advert_int",
        "number",
        "How often the holder says that it is there.",
        Mark.SOURCE,
        f"the default ({_MANUAL}): a silent holder is left after three of them and up to half a second more",
        unit="seconds",
    ),
    entry(
        "vrrp_instance unicast_src_ip",
        "address",
        "From which address it says so.",
        Mark.OURS,
        "the host's own address",
    ),
    entry(
        "vrrp_instance unicast_peer",
        "address",
        "To whom it says so.",
        Mark.OURS,
        "the other holders, by their addresses: many networks drop VRRP's multicast",
    ),
    entry("vrrp_instance auth_type", "text", "How the hosts know each other.", Mark.SOURCE, _MANUAL),
    entry(
        "vrrp_instance auth_pass",
        "secret",
        "Their password; eight characters count.",
        Mark.SOURCE,
        _MANUAL,
        keys=(("secrets", "vrrp"),),
    ),
    entry(
        "vrrp_instance virtual_ipaddress",
        "address",
        "The address, with the length of the network's prefix.",
        Mark.OURS,
        "a floating address of the cluster",
    ),
    entry(
        "vrrp_instance track_script",
        "text",
        "Scripts whose failure takes the host out.",
        Mark.OURS,
        "without a weight: with one, nopreempt would keep the address here",
    ),
    *VIRTUAL_SERVERS,
)


def statements(text: str) -> Iterator[Statement]:
    """Yield the lines of the blocks; the name of a script or an instance is where one stands."""
    for block in keepalived.parse(text).children:
        keyword, *args = block.words
        if keyword == "virtual_server":
            yield from virtual_server(block)
            continue
        for node in block.children or ():
            if keyword == "global_defs":
                yield Statement(node.words[0], " ".join(node.words[1:]) or "on", node.line)
            else:
                yield from _inside(keyword, args[0], node)


def _inside(keyword: str, where: str, node: keepalived.Node) -> Iterator[Statement]:
    word, *args = node.words
    if node.children is None:
        yield Statement(f"{keyword} {word}", " ".join(args) or "on", node.line, where)
    for child in node.children or ():
        if word in _LISTS:
            yield Statement(f"{keyword} {word}", " ".join(child.words), child.line, where)
        else:
            yield Statement(f"{keyword} {child.words[0]}", " ".join(child.words[1:]), child.line, where)


REFERENCE = Reference(SETTINGS, statements)
