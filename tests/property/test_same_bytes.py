"""The bytes of a cluster depend on what its file means: not on the order of its tables, nor on who renders it where."""

import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.strategies import Tree, clusters, shuffled, toml

from oxconf.bundle.archive import tar
from oxconf.bundle.contents import contents
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
ROOT = Path(__file__).parents[2]


def packed(text: str) -> dict[str, bytes]:
    plan = make_plan(load_text(text))
    return {host.host.name: tar(contents(plan, host)) for host in plan.hosts}


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(clusters(), st.data())
def test_the_order_of_tables_keys_and_roles_changes_nothing(tree: Tree, data: st.DataObject) -> None:
    assert packed(data.draw(shuffled(tree))) == packed(toml(tree))


DIGESTS = """
import json, sys
from oxconf.bundle.archive import tar
from oxconf.bundle.contents import contents, digest
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
for text in json.load(sys.stdin):
    plan = make_plan(load_text(text))
    print(json.dumps({host.host.name: digest(tar(contents(plan, host))) for host in plan.hosts}))
"""
PLACES = [
    {"seed": "0", "zone": "UTC", "locale": "C", "umask": 0o022, "folder": "/"},
    {"seed": "1", "zone": "Asia/Kathmandu", "locale": "C.UTF-8", "umask": 0o077, "folder": "/usr"},
    {"seed": "4711", "zone": "America/St_Johns", "locale": "POSIX", "umask": 0, "folder": str(ROOT)},
]


@settings(max_examples=2, deadline=None, suppress_health_check=[*SLOW, *HealthCheck], derandomize=True)
@given(st.lists(clusters(), min_size=6, max_size=6))
def test_seed_zone_locale_umask_and_folder_change_nothing(trees: list[Tree]) -> None:
    outputs = set()
    for place in PLACES:
        environment = os.environ | {
            "PYTHONHASHSEED": str(place["seed"]),
            "TZ": str(place["zone"]),
            "LC_ALL": str(place["locale"]),
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS],
            input=json.dumps([toml(tree) for tree in trees]),
            env=environment,
            umask=int(place["umask"]),
            cwd=str(place["folder"]),
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stderr == ""
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == len(trees)
