"""What is done to a cluster, in the order in which it is played: first what works, then what breaks."""

from __future__ import annotations

from lab.scenarios import works
from lab.stage import Scenario

SCENARIOS: tuple[Scenario, ...] = (*works.SCENARIOS,)

GROUPS: dict[str, tuple[str, ...]] = {"works": tuple(scenario.name for scenario in works.SCENARIOS)}
"""Names for several scenarios."""
