"""From empty hosts to a working cluster: every step of the runbook `setup`, in its order, and what each took.

Steps of the same name that follow each other, on different hosts, are taken at the same time, as a person with
several windows does; but for those that wait for each other.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from lab.cluster import LabCluster

AT_ONCE = 4

ONE_BY_ONE = ("join",)
"""Each of these takes all data from a node that may serve one at a time."""

OF_THE_PRODUCT = ("configdb", "oxinstaller", "register", "context")
"""These call programs of Open-Xchange, which the lab has not: stand-ins record what they are given."""


@dataclass(frozen=True)
class Taken:
    """A step of the setup, how long it took, and, where it was not run for real, why."""

    host: str
    script: str
    seconds: float
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s  {self.host}: {self.script}" + (
            f" ({self.instead})" if self.instead else ""
        )


def boot(cluster: LabCluster) -> Iterator[Taken]:
    """Take the steps; yield each when it is done. An AssertionError has the words of the one that failed."""
    steps = list(cluster.steps("setup"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for slug, group in groupby(steps, _slug):
            together = list(group)
            if slug in ONE_BY_ONE:
                yield from (_take(cluster, step) for step in together)
            else:
                yield from pool.map(lambda step: _take(cluster, step), together)


def _slug(step: dict[str, Any]) -> str:
    return str(step["script"]).partition("-")[2]


def _take(cluster: LabCluster, step: dict[str, Any]) -> Taken:
    slug, host = _slug(step), step["host"]
    begun = time.monotonic()
    instead = ""
    if slug == "packages" and (lacking := _lacking(step["command"])):
        instead = f"not run: this machine lacks {', '.join(lacking)}"
    else:
        cluster.take("setup", slug, host)
        if slug in OF_THE_PRODUCT:
            instead = "run with a stand-in: Open-Xchange itself is not here"
        if slug.endswith("dump"):
            cluster.copy_dump(host)
    return Taken(host, step["script"], time.monotonic() - begun, instead)


def _lacking(command: str) -> list[str]:
    """Return the packages that a step installs and this machine has not: the hosts have no network to fetch them."""
    found = re.search(r"apt-get install .*--no-upgrade (.*)", command)
    return [] if found is None else [name for name in found[1].split() if not _installed(name)]


def _installed(package: str) -> bool:
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(asked, capture_output=True, text=True).stdout == "installed"
