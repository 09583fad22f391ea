"""The lab's command: boots the cluster of a cluster file, plays scenarios on it, and says what it measured."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from types import FrameType

import click

from lab.runner import Order, run
from lab.scenarios import GROUPS, SCENARIOS
from lab.stage import Scenario
from oxconf.deployment.mistakes import InputError


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _chosen(names: tuple[str, ...]) -> tuple[Scenario, ...]:
    known = [scenario.name for scenario in SCENARIOS]
    chosen: list[str] = []
    for name in names or ("all",):
        found = known if name == "all" else GROUPS.get(name) or [each for each in known if each == name]
        if not found:
            listed = ", ".join([*known, *GROUPS, "all"])
            raise click.ClickException(f'there is no scenario "{name}"; there are {listed}')
        chosen += [each for each in found if each not in chosen]
    return tuple(scenario for scenario in SCENARIOS if scenario.name in chosen)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--cluster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The cluster file; without it each scenario has its own.",
)
@click.option("--scenario", "names", multiple=True, help="A scenario, or a group of them; without it all.")
@click.option(
    "--runs", type=click.IntRange(1, 100), default=1, show_default=True, help="How often each is played."
)
@click.option("--keep", is_flag=True, help="Leave the cluster up afterwards, until Ctrl-C.")
@click.option("--list", "listing", is_flag=True, help="Say what there is, and play nothing.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path("build/lab"))
@click.option(
    "--scratch", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True, hidden=True
)
def main(
    cluster: Path | None,
    names: tuple[str, ...],
    runs: int,
    keep: bool,
    listing: bool,
    output: Path,
    scratch: Path,
) -> None:
    """Boot a cluster in namespaces of this machine, use it, break it, and measure."""
    if listing:
        for scenario in SCENARIOS:
            click.echo(f"{scenario.name:24} {scenario.about}")
        return
    text = cluster.read_text() if cluster else None
    order = Order(text, _chosen(names), runs, keep, output.resolve(), scratch)
    try:
        well = run(order)
    except InputError as error:
        click.echo(error, err=True)
        raise SystemExit(2) from None
    finally:
        shutil.rmtree(scratch)
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _end)
    main()
