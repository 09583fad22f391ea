"""Configuration of whole Open-Xchange clusters: typed, cross-checked, packed for each host.

    import oxconf

    deployment = oxconf.load("cluster.toml")           # or oxconf.load(tier="1m")
    plan = oxconf.make_plan(deployment)                # every file of every host, typed
    findings = oxconf.check(deployment)                # what does not fit together
    oxconf.write(plan, Path("build/bundles"))          # one archive for each host

Everything here is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxconf.api import check, check_bundle, load
    from oxconf.bundle.swap import OutputError
    from oxconf.bundle.write import write
    from oxconf.deployment.mistakes import ClusterError, InputError
    from oxconf.deployment.model import Deployment
    from oxconf.plan import Plan, make_plan
    from oxconf.rules import Finding, Severity, judge

_HOMES = {
    "ClusterError": "oxconf.deployment.mistakes",
    "Deployment": "oxconf.deployment.model",
    "Finding": "oxconf.rules",
    "InputError": "oxconf.deployment.mistakes",
    "OutputError": "oxconf.bundle.swap",
    "Plan": "oxconf.plan",
    "Severity": "oxconf.rules",
    "check": "oxconf.api",
    "check_bundle": "oxconf.api",
    "judge": "oxconf.rules",
    "load": "oxconf.api",
    "make_plan": "oxconf.plan",
    "write": "oxconf.bundle.write",
}

__all__ = [
    "ClusterError",
    "Deployment",
    "Finding",
    "InputError",
    "OutputError",
    "Plan",
    "Severity",
    "check",
    "check_bundle",
    "judge",
    "load",
    "make_plan",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'oxconf' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
