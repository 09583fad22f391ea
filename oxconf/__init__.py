"""Configuration of whole Open-Xchange clusters: typed, cross-checked, packed for each host.

    import oxconf

    deployment = oxconf.load("cluster.toml")       # or oxconf.load(tier="1m")
    plan = oxconf.make_plan(deployment)            # every file of every host, typed
    findings = oxconf.check(plan)                  # what does not fit together
    oxconf.why(plan, "db1", "max_connections")     # why a setting is what it is
    oxconf.diff(deployment, oxconf.load("new.toml"))   # what another cluster file would change
    oxconf.write(plan, "build/bundles")            # one archive for each host; write does not check

Everything here is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxconf.api import check, check_bundle, load
    from oxconf.bundle.read import UnreadableBundle
    from oxconf.bundle.swap import OutputError
    from oxconf.bundle.write import Written, write
    from oxconf.deployment.mistakes import ClusterError, InputError
    from oxconf.deployment.model import Deployment
    from oxconf.evidence import Place
    from oxconf.exchange.diff import Diff, diff
    from oxconf.plan import Plan, make_plan
    from oxconf.reasons import UnknownSetting, Why, why
    from oxconf.rules import RULES, Finding, Rule, Severity
    from oxconf.syntax import Unwritable

_HOMES = {
    "ClusterError": "oxconf.deployment.mistakes",
    "Deployment": "oxconf.deployment.model",
    "Diff": "oxconf.exchange.diff",
    "Finding": "oxconf.rules",
    "InputError": "oxconf.deployment.mistakes",
    "OutputError": "oxconf.bundle.swap",
    "Place": "oxconf.evidence",
    "Plan": "oxconf.plan",
    "RULES": "oxconf.rules",
    "Rule": "oxconf.rules",
    "Severity": "oxconf.rules",
    "UnknownSetting": "oxconf.reasons",
    "UnreadableBundle": "oxconf.bundle.read",
    "Unwritable": "oxconf.syntax",
    "Why": "oxconf.reasons",
    "Written": "oxconf.bundle.write",
    "check": "oxconf.api",
    "check_bundle": "oxconf.api",
    "diff": "oxconf.exchange.diff",
    "load": "oxconf.api",
    "make_plan": "oxconf.plan",
    "why": "oxconf.reasons",
    "write": "oxconf.bundle.write",
}

__all__ = [
    "RULES",
    "ClusterError",
    "Deployment",
    "Diff",
    "Finding",
    "InputError",
    "OutputError",
    "Place",
    "Plan",
    "Rule",
    "Severity",
    "UnknownSetting",
    "UnreadableBundle",
    "Unwritable",
    "Why",
    "Written",
    "check",
    "check_bundle",
    "diff",
    "load",
    "make_plan",
    "why",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'oxconf' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
