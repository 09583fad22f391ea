"""`import oxconf`: the names, each imported when it is first used."""

import subprocess
import sys

import pytest

import oxconf
from oxconf.deployment.load import load_text
from oxconf.plan import make_plan


def test_the_three_lists_of_names_agree() -> None:
    assert sorted(oxconf._HOMES) == sorted(oxconf.__all__) == sorted(dir(oxconf))
    for name in oxconf.__all__:
        assert getattr(getattr(oxconf, name), "__name__", name) == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        _ = oxconf.frobnicate


def test_importing_imports_nothing() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, oxconf; print([m for m in sys.modules if m.startswith('oxconf')])",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert loaded.strip() == "['oxconf']"


def test_load_wants_a_file_or_a_tier() -> None:
    with pytest.raises(oxconf.InputError, match=r"^name a cluster file or a tier$"):
        oxconf.load()


def test_the_name_of_the_file_and_the_order_of_roles_are_not_in_the_bytes() -> None:
    def rendered(name: str, roles: str) -> list[str]:
        text = f"""
tier = "poc"
[database.tuning]
max_connections = 300
[[hosts]]
name = "one"
address = "10.20.30.1"
memory = "16G"
cores = 4
roles = [{roles}]
"""
        plan = make_plan(load_text(text, name=name))
        return [artifact.render() for artifact in plan.hosts[0].artifacts]

    assert rendered("a/cluster.toml", '"groupware", "web", "database", "filestore"') == rendered(
        "um\udcc3laut.toml", '"filestore", "database", "groupware", "web"'
    )


def test_a_large_cluster_is_planned_in_calls_that_grow_with_its_hosts() -> None:
    """Counted, not timed: each host asks itself what it is."""

    def calls(count: int) -> int:
        hosts = "".join(
            f'[[hosts]]\nname = "ox{n}"\naddress = "10.20.{30 + n // 200}.{n % 200 + 10}"\n'
            'roles = ["groupware", "web"]\nmemory = "8G"\ncores = 2\n'
            for n in range(count)
        )
        others = (
            '[[hosts]]\nname = "db"\naddress = "10.20.40.1"\nroles = ["database", "filestore"]\n'
            'memory = "64G"\ncores = 8\n'
        )
        deployment = load_text(
            'tier = "poc"\n[network]\ncidr = "10.20.0.0/16"\n[database]\nmode = "standalone"\n'
            + hosts
            + others
        )
        counted = 0

        def count_calls(frame: object, event: str, argument: object) -> None:
            nonlocal counted
            counted += event == "call"

        sys.setprofile(count_calls)
        try:
            make_plan(deployment)
        finally:
            sys.setprofile(None)
        return counted

    # Every web server lists every node, so a part of it is quadratic; cubic would be 64 times as many.
    assert calls(80) < 24 * calls(20)
