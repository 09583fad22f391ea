"""A runbook as a page for people, and as plain values for programs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from attrs import evolve

from oxconf.artifacts._template import fill
from oxconf.runbook.step import SETUP, Phase, Runbook, Step


def to_markdown(runbook: Runbook, cluster: str, others: Sequence[Runbook] = ()) -> str:
    """Return the runbook as Markdown. It holds no secret: the statements with passwords are in the archives alone.

    `others` are the runbooks whose pages this one lists.
    """
    numbered = _numbered(runbook)
    return fill(
        "runbook.md",
        str,
        title=runbook.title,
        about=runbook.about,
        cluster=cluster,
        setup=runbook.name == SETUP,
        phases=[
            {
                "title": phase.title,
                "about": phase.about,
                "places": _places(phase, numbered),
                "steps": [_shown(group, numbered, setup=runbook.name == SETUP) for group in _groups(phase)],
            }
            for phase in runbook.phases
        ],
        others=others,
    )


def _groups(phase: Phase) -> Iterator[list[Step]]:
    """Yield the steps that differ in their host alone and follow each other, together."""

    def text(step: Step) -> Step:
        needs = tuple(str(need) for need in step.needs if need.host != step.host)
        return evolve(step, host="", gives=(), ends=(), needs=(), why="\n".join((step.why, *needs)))

    for _, steps in groupby(phase.steps, key=text):
        yield list(steps)


def to_plain(runbook: Runbook) -> dict[str, Any]:
    """Return the runbook as the values of JSON, without any secret."""
    numbered = _numbered(runbook)
    return {
        "name": runbook.name,
        "title": runbook.title,
        "about": runbook.about,
        "begins": [str(state) for state in runbook.begins],
        "phases": [
            {"title": phase.title, "steps": [_plain(step, numbered) for step in phase.steps]}
            for phase in runbook.phases
        ],
    }


def _numbered(runbook: Runbook) -> Mapping[tuple[str, str], tuple[int, str]]:
    """Return for each step its number in the whole order, and the path of its script."""
    return {
        (step.host, step.slug): (number, script) for number, (script, step) in enumerate(runbook.scripts, 1)
    }


def _places(phase: Phase, numbered: Mapping[tuple[str, str], tuple[int, str]]) -> str:
    numbers = [numbered[step.host, step.slug][0] for step in phase.steps]
    hosts = dict.fromkeys(step.host for step in phase.steps)
    steps = f"step {numbers[0]}" if len(numbers) == 1 else f"steps {numbers[0]} to {numbers[-1]}"
    return f"{steps}, on {', '.join(hosts)}"


def _shown(
    group: list[Step], numbered: Mapping[tuple[str, str], tuple[int, str]], *, setup: bool
) -> dict[str, Any]:
    first = group[0]
    numbers = [numbered[step.host, step.slug][0] for step in group]
    scripts: dict[str, list[str]] = {}
    for step in group:
        scripts.setdefault(numbered[step.host, step.slug][1], []).append(step.host)
    needs = [
        need.holds.value if need.host == first.host else f"on {need.host}, {need.holds.value}"
        for need in first.needs
        # The setup's steps look at what their own host has to have.
        if not setup or need.host != first.host
    ]
    return {
        "numbers": f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}",
        "hosts": ", ".join(step.host for step in group),
        "scripts": {script: ", ".join(hosts) for script, hosts in scripts.items()},
        "words": first.words,
        "example": first.example,
        "on": first.on,
        "title": first.title,
        "why": first.why,
        "needs": needs,
        "loses": first.loses,
        "before": first.before,
        "after": first.after,
        "repeat": first.repeat.value,
        "undo": first.undo,
        "log": first.log,
        "command": first.command.splitlines(),
    }


def _plain(step: Step, numbered: Mapping[tuple[str, str], tuple[int, str]]) -> dict[str, Any]:
    number, script = numbered[step.host, step.slug]
    return {
        "number": number,
        "host": step.host,
        "on": list(step.hosts),
        "script": script,
        "words": step.words,
        "example": step.example,
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
