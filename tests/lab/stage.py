"""What a scenario plays on: a cluster that works, the load on it, and what the scenario finds out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.host import LabHost
from lab.results import Measure, Series
from lab.whole import WholeCluster
from oxconf.deployment.model import Deployment

PATIENCE = 60.0
"""Seconds in which a cluster gets well again, when nothing is broken any more."""


class Skip(Exception):
    """A scenario can not run here; the words say why."""


@dataclass(frozen=True)
class Scenario:
    """Something that is done to a cluster, and what must come of it.

    `play` uses the stage and raises AssertionError where something does not hold that the rest depends on.
    `fits` says of a cluster why the scenario can not run on it; empty words: it can. `cluster` is the cluster file that
    the scenario is played on unless a person gives another one.
    """

    name: str
    about: str
    play: Callable[[Stage], None]
    fits: Callable[[Deployment], str] = lambda _: ""
    cluster: str = 'tier = "1m"\n'
    again: bool = True
    """Whether the cluster may be used again afterwards; a scenario that leaves it changed gets one of its own."""


class Stage:
    """A cluster for one scenario, and the record of what was seen."""

    def __init__(self, scenario: Scenario, cluster: WholeCluster, tmp: Path) -> None:
        self.scenario = scenario
        self.cluster = cluster
        self.tmp = tmp
        tmp.mkdir()
        self.measures: list[Measure] = []
        self.failures: list[str] = []

    @property
    def deployment(self) -> Deployment:
        return self.cluster.deployment

    def __getitem__(self, host: str) -> LabHost:
        return self.cluster[host]

    def measured(
        self,
        event: str,
        value: float,
        unit: str = "s",
        limit: float | None = None,
        note: str = "",
        series: tuple[Series, ...] = (),
    ) -> None:
        """Record a number; one over twice its limit is a failure."""
        self.measures.append(Measure(self.scenario.name, event, value, unit, limit, note=note, series=series))

    def holds(self, condition: object, otherwise: str) -> None:
        """Record a failure unless the condition holds; the scenario goes on."""
        if not condition:
            self.failures.append(otherwise)

    def until(self, condition: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
        """Wait until something holds; return the seconds that it took. Fails with `what` was waited for."""
        begun = time.monotonic()
        while not condition():
            if time.monotonic() - begun > patience:
                raise AssertionError(f"after {patience:.0f} seconds: {what}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def well(self) -> None:
        """Wait until every check of every host passes again."""
        for host in self.cluster.hosts.values():
            said = ""

            def passes(host: LabHost = host) -> bool:
                nonlocal said
                said = host.sh("sh runbook/verify.sh", check=False)
                return "FAIL" not in said and "passed." in said

            try:
                self.until(passes, "every check passes again")
            except AssertionError as error:
                failed = "\n".join(line for line in said.splitlines() if not line.startswith("pass"))
                raise AssertionError(f"{host.name}: {error}\n{failed}") from None

    def close(self) -> None:
        """End what the scenario has started."""
