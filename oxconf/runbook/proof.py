"""What a step needs from earlier ones of its own host is looked at before it begins, with their own tests."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from oxconf.runbook.step import Repeat, Runbook, State, Step, Test


def proved(book: Runbook) -> Runbook:
    """Return the runbook with steps that stop where an earlier one of the same host was not taken.

    What an earlier step gives is there when it finds itself done, or when its own tests of success hold now. What other
    hosts have to give can not be seen, and a step that only looks needs no looking before.
    """
    givers: dict[State, Step] = {}
    phases = []
    for phase in book.phases:
        steps = []
        for step in phase.steps:
            tests = () if step.repeat is Repeat.LOOKS else _tests(step, givers)
            own = {test.says for test in step.before}
            looked = {test.says: test for test in tests if test.says not in own}
            steps.append(evolve(step, before=(*looked.values(), *step.before)))
            givers.update({state: step for state in step.gives if state.host == step.host})
        phases.append(evolve(phase, steps=tuple(steps)))
    return evolve(book, phases=tuple(phases))


def _tests(step: Step, givers: Mapping[State, Step]) -> Iterator[Test]:
    for need in step.needs:
        giver = givers.get(need)
        if need.host != step.host or giver is None:
            continue
        if not giver.after:
            # It leaves nothing that could be seen, so what it needs itself is looked at.
            yield from _tests(giver, givers)
        for test in giver.after:
            yield Test(test.says, _now(giver, test), f"Take the step {giver.slug} first.")


def _now(giver: Step, test: Test) -> str:
    """Return shell that looks once and does not wait."""
    done = f"  was_done() {{\n{giver.done}\n  }}\n  ! was_done || return 0\n" if giver.done else ""
    return f"  patience=1\n{done}{test.shell}"
