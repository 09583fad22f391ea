"""What is done to a cluster, in the order in which it is played: first what works, then what breaks."""

from __future__ import annotations

from lab.scenarios import works
from lab.stage import Scenario

SCENARIOS: tuple[Scenario, ...] = (*works.SCENARIOS,)

WORKS = tuple(scenario.name for scenario in works.SCENARIOS)

GROUPS: dict[str, tuple[str, ...]] = {
    "works": WORKS,
    # What every change of the project has to pass, in a quarter of an hour.
    "gate": WORKS,
}
"""Names for several scenarios."""
