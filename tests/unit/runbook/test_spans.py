"""A step waits for as long as others take to notice, which follows from how far apart the hosts stand."""

import re

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook.books import runbooks
from oxconf.runbook.step import Step


def step(span: str, book: str, slug: str) -> Step:
    text = f'tier = "1m"\n[network]\nspan = "{span}"\n'
    (found,) = (each for each in runbooks(make_plan(load_text(text))) if each.name == book)
    return next(step for phase in found.phases for step in phase.steps if step.slug == slug)


def waits(command: str) -> list[int]:
    return [int(seconds) for seconds in re.findall(r"\b(?:sleep|wait_for) (\d+)", command)]


@pytest.mark.parametrize(("span", "seconds"), [("lan", 5), ("metro", 10), ("wan", 20)])
def test_a_server_leaves_when_the_checks_have_noticed(span: str, seconds: int) -> None:
    assert waits(step(span, "remove-database", "leave").command) == [seconds]


@pytest.mark.parametrize(("span", "heard", "moved"), [("lan", 8, 30), ("metro", 11, 33), ("wan", 35, 57)])
def test_a_host_is_back_when_it_could_have_taken_the_address(span: str, heard: int, moved: int) -> None:
    assert waits(step(span, "rotate-vrrp", "return").command) == [heard]
    scripts = [test.shell for test in step(span, "rotate-vrrp", "renew").before]
    assert [wait for script in scripts for wait in waits(script)] == [moved]


@pytest.mark.parametrize(("span", "often"), [("lan", "each second"), ("metro", "every 2 seconds")])
def test_the_writes_are_back_at_the_next_checks(span: str, often: str) -> None:
    assert f"asked {often}," in step(span, "failback", "give-back").why
