"""No server gets an option that it does not know, ignores, or calls deprecated.

`tests/data/options-by-server.csv` has a line for each option that oxconf can write, and for each release series what
the server says to it: asked of the servers themselves, or read in their sources.
"""

import csv
from pathlib import Path

import pytest

from oxconf.artifacts._keyvalue import OptionsArtifact, settings
from oxconf.artifacts.gtid_cnf import GtidCnf
from oxconf.artifacts.host_cnf import HostCnf
from oxconf.artifacts.ox_cnf import OxCnf
from oxconf.artifacts.wsrep_cnf import WsrepCnf
from oxconf.deployment.consistency_database import SERIES
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Flavour, Mode

FILES: tuple[type[OptionsArtifact], ...] = (OxCnf, WsrepCnf, HostCnf, GtidCnf)
COLUMNS = {Flavour.MARIADB: "mariadb", Flavour.MYSQL: "mysql", Flavour.PXC: "pxc"}

# Deprecated, and still the only option for it. Of its successor in 8.0, authentication_policy, the manual says that `*`
# takes the default from this option, and that a name in its place permits no other plugin.
WITHOUT_SUCCESSOR = {("default_authentication_plugin", "8.0")}

with (Path(__file__).parents[2] / "data" / "options-by-server.csv").open(newline="") as table:
    VERDICTS = {row["option"]: row for row in csv.DictReader(table)}


def _modes(flavour: Flavour) -> tuple[Mode, ...]:
    if flavour is Flavour.PXC:
        return (Mode.GALERA,)
    return (Mode.STANDALONE, Mode.REPLICATION) if flavour is Flavour.MYSQL else tuple(Mode)


SERVERS = [
    (flavour, version, mode)
    for flavour, versions in SERIES.items()
    for version in versions
    for mode in _modes(flavour)
]


@pytest.mark.parametrize(
    ("flavour", "version", "mode"), SERVERS, ids=[f"{f.value} {v} {m.value}" for f, v, m in SERVERS]
)
def test_every_option_is_one_that_the_server_takes(flavour: Flavour, version: str, mode: Mode) -> None:
    tier = "poc" if mode is Mode.STANDALONE else "1m"
    deployment = load_text(
        f'tier = "{tier}"\n[database]\nflavour = "{flavour.value}"\nversion = "{version}"\nmode = "{mode.value}"\n'
        "[database.tuning]\ninnodb_io_capacity = 2000\n"
    )
    # What plain MariaDB 10.0 does not know, its Galera build does.
    taken = {"ok", "galera-build-only"} if mode is Mode.GALERA else {"ok"}
    written = {
        data.key: VERDICTS[data.key][f"{COLUMNS[flavour]}-{version}"]
        for host in deployment.hosts
        for cls in FILES
        for artifact in [cls.from_deployment(deployment, host)]
        if artifact is not None
        for _, data, _ in artifact.written()
    }
    assert written, "nothing was written, so nothing was tested"
    wrong = {key: verdict for key, verdict in written.items() if verdict not in taken}
    for key in [key for key in wrong if (key, version) in WITHOUT_SUCCESSOR]:
        assert wrong.pop(key) == "deprecated", key
    assert wrong == {}


def test_the_table_has_every_option_and_every_series() -> None:
    assert {data.key for cls in FILES for _, data in settings(cls)} == set(VERDICTS)
    columns = {
        f"{COLUMNS[flavour]}-{version}" for flavour, versions in SERIES.items() for version in versions
    }
    assert {"option", *columns} == set(VERDICTS["bind_address"])
