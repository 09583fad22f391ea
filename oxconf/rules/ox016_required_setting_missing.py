"""OX016: a file lacks a setting without which it does nothing."""

from collections.abc import Callable, Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import keepalived, properties, shellvars

_Parse = Callable[[str], properties.Document] | Callable[[str], shellvars.Document]

_USES = ("vrrp_instance", "virtual_server", "virtual_server_group", "include")
"""What keepalived can be there for."""

_VRRP = ("interface", "virtual_router_id", "virtual_ipaddress")
_URLS = ("readUrl", "writeUrl")
_ARBITRATOR = ("GALERA_NODES", "GALERA_GROUP")

REQUIRED: dict[str, tuple[_Parse, tuple[str, ...]]] = {
    GroupwareConfigdb.path: (properties.parse, _URLS),
    AdmindaemonConfigdb.path: (properties.parse, _URLS),
    AjpProperties.path: (properties.parse, ("AJP_JVM_ROUTE",)),
    Garb.path: (shellvars.parse, _ARBITRATOR),
    PerconaGarb.path: (shellvars.parse, _ARBITRATOR),
}
"""For each file how it is read, and the settings that no default stands in for."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for the settings by their names."""
    for host in evidence.hosts:
        for path, missing, line in (*_missing(host), *_vrrp(host)):
            yield RULE.finding(f"{path} of {host.name} lacks {listed(missing)}", Place(host.name, path, line))


def _missing(host: HostEvidence) -> Iterator[tuple[str, list[str], int]]:
    # What is there and can not be read is OX001's.
    unreadable = {(place.path, place.line) for place, _ in host.problems()}
    for path, (parse, keys) in REQUIRED.items():
        if path in host.files:
            document = parse(host.files[path].text)
            missing = [
                key
                for key in keys
                if (entry := document.get(key)) is None
                or not (entry.value.strip() or (path, entry.line) in unreadable)
            ]
            if missing:
                yield path, missing, 0


def _vrrp(host: HostEvidence) -> Iterator[tuple[str, list[str], int]]:
    if KeepalivedConf.path not in host.files:
        return
    blocks = [node for node in keepalived.parse(host.files[KeepalivedConf.path].text).children if node.words]
    if not any(block.words[0] in _USES for block in blocks):
        yield KeepalivedConf.path, ["a vrrp_instance"], 0
    for block in blocks:
        if block.words[0] == "vrrp_instance":
            settings = {node.words[0] for node in block.children or () if node.words}
            missing = [name for name in _VRRP if name not in settings]
            if missing and "include" not in settings:
                yield KeepalivedConf.path, [f"{listed(missing)} in {' '.join(block.words)}"], block.line


RULE = Rule(
    code="OX016",
    name="required-setting-missing",
    severity=Severity.ERROR,
    title="A file is there, but lacks a setting without which it does nothing",
    why=(
        "The file looks as if somebody had taken care of it, and what it is for does not happen: a node without its "
        "database, sessions without a route that send users back to the login page, an address that nobody holds."
    ),
    remedy="Write the setting, or render the host again; a file that is not wanted should be removed.",
    source="the files as shipped: these settings have no default; measured with keepalived 2.2",
    daemons=(
        "java.util.Properties: silent. keepalived -t: no word about a file without vrrp_instance; of an instance that "
        "lacks something it says so and ignores it. garb-systemd: List of GALERA_NODES is not configured."
    ),
    check=check,
)
