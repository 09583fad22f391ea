"""The rendered clusters, each as files and as machines on which the files are installed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges.harness import CLUSTERS, Host, need, need_root, render
from judges.machine import machine
from judges.sandbox import Sandbox

JAVA_FLAGS = ["-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


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
def java_program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The program that stands in for an OX node; its arguments are address, port and route."""
    jars = sorted(Path("/usr/share/java").glob("tomcat[0-9]*-embed-core.jar"))
    if not jars:
        pytest.skip("needs an embedded Tomcat (Debian package libtomcat10-embed-java)")
    need("javac", "default-jdk-headless")
    classes = tmp_path_factory.mktemp("classes")
    source = Path(__file__).with_name("OxNode.java")
    subprocess.run(["javac", "-cp", str(jars[-1]), "-d", str(classes), str(source)], check=True)
    return ["java", *JAVA_FLAGS, f"-Djava.io.tmpdir={classes}", "-cp", f"{classes}:{jars[-1]}", "OxNode"]
