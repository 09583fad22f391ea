"""Plays scenarios in their order: boots a cluster for those that share one, and writes down what was found."""

from __future__ import annotations

import shlex
import signal
import subprocess
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import click

from lab import machine
from lab.boot import boot
from lab.description import Change, fitted
from lab.ox import StandIns, stand_ins
from lab.page import page
from lab.results import Conditions, Measure, Outcome, Report, shown
from lab.stage import Scenario, Skip, Stage
from lab.versions import cores, memory, versions
from lab.whole import WholeCluster
from oxconf.deployment.load import load_text


@dataclass(frozen=True)
class Order:
    """What a person asked for. Without a cluster file each scenario is played on its own."""

    cluster: str | None
    scenarios: tuple[Scenario, ...]
    runs: int
    keep: bool
    output: Path
    scratch: Path


@dataclass
class Lab:
    """One cluster at a time, and what was found on each."""

    order: Order
    programs: StandIns
    series: str
    cluster: WholeCluster | None = None
    booted: int = 0
    changes: dict[str, None] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    def play(self, text: str, scenarios: list[Scenario]) -> None:
        """Play scenarios on the cluster of a cluster file, each as often as was asked for."""
        fitting, changes = fitted(text, None, self.series)
        self._tell(changes)
        deployment = load_text(fitting)
        for scenario in scenarios:
            reason = scenario.fits(deployment)
            if reason:
                self._ended(Outcome.skipped(scenario.name, reason))
                continue
            for _ in range(self.order.runs):
                self._play_once(scenario, fitting)

    def _tell(self, changes: tuple[Change, ...]) -> None:
        click.echo("The lab changes these keys of the cluster file:")
        for change in changes:
            click.echo(f"  {change}")
            self.changes[str(change)] = None

    def _play_once(self, scenario: Scenario, text: str) -> None:
        click.echo(f"\n{scenario.name}: {scenario.about}")
        failures: list[str] = []
        begun = time.monotonic()
        try:
            cluster = self.cluster or self._boot(text)
            stage = Stage(scenario, cluster, self.order.scratch / f"stage{len(self.outcomes)}")
            try:
                scenario.play(stage)
                stage.well()
            except Skip as skip:
                self._ended(Outcome.skipped(scenario.name, str(skip)))
                return
            finally:
                stage.close()
                self.measures += stage.measures
                failures += stage.failures
                for measure in stage.measures:
                    click.echo(f"  {measured(measure)}")
        except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as error:
            failures.append(f"{error}\n{''.join(traceback.format_tb(error.__traceback__)[-2:])}")
            # Nobody knows what state it is in.
            self.down()
        if not scenario.again:
            self.down()
        self._ended(Outcome.failed(scenario.name, *failures) if failures else Outcome(scenario.name))
        click.echo(f"  {time.monotonic() - begun:.0f} s")

    def _ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        click.echo(f"  {outcome.scenario}: {outcome.state}")
        for sentence in outcome.sentences:
            click.echo(f"  {sentence}")

    def _boot(self, text: str) -> WholeCluster:
        self.booted += 1
        begun = time.monotonic()
        self.cluster = WholeCluster(text, self.order.scratch / f"cluster{self.booted}", self.programs)
        for taken in boot(self.cluster):
            click.echo(f"  {taken}")
        self.cluster.booted = time.monotonic() - begun
        return self.cluster

    def down(self) -> None:
        """Take the cluster down, if one is up."""
        if self.cluster:
            self.cluster.close()
            self.cluster = None

    def report(self) -> Report:
        """Return what was found, on what."""
        tier = "as given" if self.order.cluster else "1m"
        conditions = Conditions(versions(), cores(), memory(), tier, tuple(self.changes))
        return Report.of(conditions, self.outcomes, self.measures)

    def stay(self) -> None:
        """Say how to get into the hosts, and wait to be ended."""
        assert self.cluster
        click.echo("\nThe cluster stays until Ctrl-C. Into a host:")
        for name, host in self.cluster.hosts.items():
            click.echo(f"  {name}: {shlex.join(['sudo', *host.box.inside('bash')])}")
        signal.pause()


def measured(measure: Measure) -> str:
    """Return a line about a measure for the person who waits."""
    limit = "" if measure.limit is None else f", the limit is {shown(measure.limit, measure.unit)}"
    return f"{measure.name}: {shown(measure.value, measure.unit)}{limit}"


def run(order: Order) -> bool:
    """Play what was asked for; return whether all is well. Raises InputError for a cluster file with mistakes."""
    before = {folder: machine.digest(folder) for folder in machine.KEPT}
    traces = machine.traces()
    folder = order.scratch / "programs"
    folder.mkdir()
    lab = Lab(order, stand_ins(folder), machine.mariadb_series())
    try:
        for text, scenarios in _groups(order):
            lab.play(text, scenarios)
            if order.keep and lab.cluster:
                lab.stay()
            lab.down()
    except KeyboardInterrupt:
        click.echo("\nended by Ctrl-C")
    finally:
        lab.down()
    report = lab.report()
    failures = [*report.failures, *_left(before, traces)]
    report.write(order.output / "results.json")
    (order.output / "index.html").write_text(page(report), "utf-8")
    click.echo(f"\n{order.output}/results.json and index.html")
    for sentence in failures:
        click.echo(f"FAIL  {sentence}")
    return not failures


def _groups(order: Order) -> Iterator[tuple[str, list[Scenario]]]:
    if order.cluster is not None:
        yield order.cluster, list(order.scenarios)
        return
    for text, group in groupby(order.scenarios, lambda scenario: scenario.cluster):
        yield text, list(group)


def _left(before: dict[str, str], traces: set[str]) -> Iterator[str]:
    """Yield what the lab changed on the machine, which it must not."""
    for folder, sum_ in before.items():
        if machine.digest(folder) != sum_:
            yield f"something in {folder} of this machine was changed meanwhile"
    for trace in sorted(machine.traces() - traces):
        yield f"left behind: {trace}"
