"""The rendered clusters, each as files and as machines on which the files are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from judges.harness import CLUSTERS, Host, need_root, render
from judges.machine import machine
from judges.sandbox import Sandbox
from lab.ox import stand_ins


@pytest.fixture(scope="session", params=CLUSTERS)
def hosts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Host]:
    return render(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def machines(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Host, Sandbox]]:
    need_root()
    scratch = tmp_path_factory.mktemp("machines")
    made: dict[Host, Sandbox] = {}
    try:
        for host in hosts:
            made[host] = machine(host, scratch)
        yield made
    finally:
        for sandbox in made.values():
            sandbox.close()


@pytest.fixture(scope="session")
def java_program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """The program that stands in for an OX node: its command, by the path of the node's ajp.properties."""
    return stand_ins(tmp_path_factory.mktemp("classes")).node
