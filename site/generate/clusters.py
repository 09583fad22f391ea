"""The clusters whose files the reference is derived from: every tier, and one of each kind."""

from functools import cache
from pathlib import Path

from oxconf.api import load
from oxconf.deployment.model import Deployment
from oxconf.deployment.servers import PRODUCTS
from oxconf.deployment.tiers import TIERS
from oxconf.plan import Plan, make_plan

EXAMPLES = Path(__file__).parents[2] / "tests" / "clusters" / "deployments"


@cache
def tiers() -> dict[str, Plan]:
    """Return the plan of each tier, from the smallest."""
    return {name: make_plan(load(tier=name)) for name in TIERS}


@cache
def named() -> dict[str, Plan]:
    """Return the plans of the tiers and of clusters with other databases, modes and ways to them."""
    files = sorted(EXAMPLES.glob("*.toml"))
    if not files:
        raise FileNotFoundError(f"{EXAMPLES}: no cluster is there")
    return {**tiers(), **{file.stem: make_plan(load(file)) for file in files}}


@cache
def examples() -> tuple[Plan, ...]:
    """Return the plans without their names."""
    return tuple(named().values())


def product(deployment: Deployment) -> str:
    """Return what runs the database: `MariaDB 10.11 galera`."""
    database = deployment.database
    return f"{PRODUCTS[database.flavour]} {database.version} {database.mode.value}"
