"""A runbook as a page for people, and as plain values for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from oxconf.artifacts._template import fill
from oxconf.runbook.step import Phase, Runbook, Step


def to_markdown(runbook: Runbook, cluster: str) -> str:
    """Return the runbook as Markdown. It holds no secret: the statements with passwords are in the archives alone."""
    numbered = _numbered(runbook)
    phases = [
        {
            "title": phase.title,
            "about": phase.about,
            "places": _places(phase, numbered),
            "steps": [_shown(*numbered[step.host, step.slug], step) for step in phase.steps],
        }
        for phase in runbook.phases
    ]
    return fill("runbook.md", str, title=runbook.title, about=runbook.about, cluster=cluster, phases=phases)


def to_plain(runbook: Runbook) -> dict[str, Any]:
    """Return the runbook as the values of JSON, without any secret."""
    numbered = _numbered(runbook)
    return {
        "name": runbook.name,
        "title": runbook.title,
        "phases": [
            {
                "title": phase.title,
                "steps": [_plain(*numbered[step.host, step.slug], step) for step in phase.steps],
            }
            for phase in runbook.phases
        ],
    }


def _numbered(runbook: Runbook) -> Mapping[tuple[str, str], tuple[int, str]]:
    """Return for each step its number in the whole order, and the name of its script on its host."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    counts: dict[str, int] = {}
    for number, step in enumerate(runbook.steps, 1):
        counts[step.host] = counts.get(step.host, 0) + 1
        found[step.host, step.slug] = number, f"{counts[step.host]:02}-{step.slug}"
    return found


def _places(phase: Phase, numbered: Mapping[tuple[str, str], tuple[int, str]]) -> str:
    numbers = [numbered[step.host, step.slug][0] for step in phase.steps]
    hosts = dict.fromkeys(step.host for step in phase.steps)
    return f"steps {numbers[0]} to {numbers[-1]}, on {', '.join(hosts)}"


def _shown(number: int, script: str, step: Step) -> dict[str, Any]:
    shown = _plain(number, script, step)
    return {
        **shown,
        "before": step.before,
        "after": step.after,
        "command": step.command.splitlines(),
    }


def _plain(number: int, script: str, step: Step) -> dict[str, Any]:
    return {
        "number": number,
        "host": step.host,
        "script": script,
        "title": step.title,
        "why": step.why,
        "needs": [str(need) for need in step.needs],
        "gives": [str(given) for given in step.gives],
        "ends": [str(ended) for ended in step.ends],
        "before": [{"says": test.says, "shell": test.shell} for test in step.before],
        "done": step.done,
        "loses": step.loses,
        "command": step.command,
        "after": [{"says": test.says, "shell": test.shell} for test in step.after],
        "repeat": step.repeat.value,
        "undo": step.undo,
        "log": step.log,
    }


def overview(runbook: Runbook, host: str) -> Iterator[tuple[str, str, str]]:
    """Yield for each step of a host: its script, its title, and what other hosts must have done before."""
    for script, step in runbook.of(host).items():
        others = "; ".join(str(need) for need in step.needs if need.host != host)
        yield script, step.title, others
