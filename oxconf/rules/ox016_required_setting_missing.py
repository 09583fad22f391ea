"""OX016: a file lacks a setting without which it does nothing."""

from collections.abc import Callable, Iterator

from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb
from oxconf.artifacts.garb import Garb, PerconaGarb
from oxconf.artifacts.keepalived_conf import KeepalivedConf
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, Place
from oxconf.rules._endpoints import configdbs
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.syntax import keepalived, properties, shellvars, unit

_Parse = Callable[[str], properties.Document | shellvars.Document]

_USES = ("vrrp_instance", "virtual_server", "virtual_server_group", "include")
"""What keepalived can be there for."""

_VRRP = ("interface", "virtual_router_id", "virtual_ipaddress")
_INSTALLS = ("WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also")
"""What makes systemctl enable start a unit with the machine."""

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
        for path, missing, line in (*_missing(host), *_accounts(host), *_units(host), *_vrrp(host)):
            yield RULE.finding(f"{path} of {host.name} lacks {listed(missing)}", Place(host.name, path, line))


def _missing(host: HostEvidence) -> Iterator[tuple[str, list[str], int]]:
    # What is there and can not be read is OX001's.
    unreadable = {(place.path, place.line) for place, _ in host.problems()}
    for path, (parse, keys) in REQUIRED.items():
        if path in host.files:
            document = host.document(parse, path)
            missing = [
                key
                for key in keys
                if (entry := document.get(key)) is None
                or not (entry.value.strip() or (path, entry.line) in unreadable)
            ]
            if missing:
                yield path, missing, 0


def _accounts(host: HostEvidence) -> Iterator[tuple[str, list[str], int]]:
    """Look for a user without a password, and the other way round; both may stand in the URL."""
    for file in configdbs(host):
        artifact = file.artifact
        for way, url in (("read", artifact.read_url), ("write", artifact.write_url)):
            fields = {name: f"{way}_{name}" for name in ("user", "password")}
            missing = [name for name, field in fields.items() if field not in artifact.lines]
            # With writeOnly nobody reads through the read URL.
            unused = way == "read" and artifact.write_only is True
            if len(missing) == 1 and not unused and f"{missing[0]}=" not in (url.parameters if url else ""):
                yield file.path, [f"{missing[0]}= in {way}Property"], file.place(f"{way}_url").line


def _units(host: HostEvidence) -> Iterator[tuple[str, list[str], int]]:
    """Look for units that the manifest switches on and systemctl enable can not."""
    for name in host.enabled:
        path = f"/etc/systemd/system/{name}"
        if path in host.files and not any(other.startswith(f"{path}.d/") for other in host.files):
            document = host.document(unit.parse, path)
            if not any(document.values("Install", key) for key in _INSTALLS):
                yield path, ["WantedBy in [Install]"], 0


def _vrrp(host: HostEvidence) -> Iterator[tuple[str, list[str], int]]:
    if KeepalivedConf.path not in host.files:
        return
    blocks = [node for node in host.document(keepalived.parse, KeepalivedConf.path).children if node.words]
    if not any(block.words[0] in _USES for block in blocks):
        yield KeepalivedConf.path, ["a vrrp_instance"], 0
    for block in blocks:
        if block.words[0] == "vrrp_instance":
            settings = {node.words[0] for node in block.children or () if node.words}
            empty = {node.words[0] for node in block.children or () if node.words and node.children == ()}
            missing = [name for name in _VRRP if name not in settings or name in empty]
            if missing and "include" not in settings:
                yield KeepalivedConf.path, [f"{listed(missing)} in {' '.join(block.words)}"], block.line


RULE = Rule(
    code="OX016",
    name="required-setting-missing",
    severity=Severity.ERROR,
    title="A file is there, but lacks a setting without which it does nothing",
    why=(
        "The file looks as if somebody had taken care of it, and what it is for does not happen: a node without its "
        "database, sessions without a route that send users back to the login page, an address that nobody holds, a "
        "health check that is gone after the next reboot."
    ),
    remedy="Write the setting, or render the host again; a file that is not wanted should be removed.",
    source=(
        "the files as shipped: these settings have no default; systemctl(1): enable needs [Install]; measured with "
        "keepalived 2.2"
    ),
    daemons=(
        "java.util.Properties: silent. keepalived -t: no word about a file without vrrp_instance; of an instance that "
        "lacks something it says so and ignores it. garb-systemd: List of GALERA_NODES is not configured."
    ),
    check=check,
)
