"""The scripts of a host: one for each step, one that verifies, and what they share."""

import shlex
from collections.abc import Collection, Iterator, Sequence
from importlib import resources

from attrs import frozen

from oxconf.artifacts._template import fill
from oxconf.deployment.model import Deployment, Role
from oxconf.plan import HostPlan, Plan
from oxconf.runbook import _product as product
from oxconf.runbook.setup import checks
from oxconf.runbook.step import Runbook, Step, Test

LIBRARY = "lib.sh"
SECRETS = "secrets.sh"
VERIFY = "verify.sh"


@frozen
class Script:
    """One file of a host's folder `runbook/`."""

    name: str
    text: str
    mode: int


def scripts(plan: Plan, host: HostPlan, books: Sequence[Runbook]) -> tuple[Script, ...]:
    """Return the files of a host's folder `runbook/`, in their order. `books` are the plan's runbooks."""
    deployment = plan.deployment
    steps = {name: step for book in books for name, step in book.of(host.host.name).items()}
    tests = checks(plan, host)
    return (
        Script(LIBRARY, resources.files("oxconf.runbook").joinpath(LIBRARY).read_text("utf-8"), 0o644),
        *_secrets(deployment, steps.values()),
        *(file for name, step in steps.items() for file in _step(deployment, host, name, step)),
        Script(
            VERIFY,
            fill(
                "verify.sh",
                str,
                host=host.host.name,
                settings=_settings(deployment, host),
                tests=[_quoted(test) for test in tests],
            ),
            0o755,
        ),
    )


def _step(deployment: Deployment, host: HostPlan, name: str, step: Step) -> Iterator[Script]:
    folder, slash, _ = name.rpartition("/")
    if step.sql:
        yield Script(f"{folder}{slash}{step.slug}.sql", step.sql, 0o600)
    text = fill(
        "step.sh",
        str,
        host=host.host.name,
        part=step.host if step.on else "",
        name=name,
        up="/.." if folder else "",
        title=step.title,
        why=step.why,
        needs=[str(need) for need in step.needs],
        repeat=step.repeat.value,
        undo=step.undo,
        log=shlex.quote(step.log),
        settings=_settings(deployment, host),
        words=step.words,
        usage=shlex.quote(step.words),
        example=step.example,
        done=step.done,
        before=[_quoted(test) for test in step.before],
        loses=shlex.quote(step.loses) if step.loses else "",
        command=step.command,
        after=[_quoted(test) for test in step.after],
    )
    yield Script(f"{name}.sh", text, 0o755)


def _settings(deployment: Deployment, host: HostPlan) -> tuple[str, ...]:
    server = product.settings(deployment) if host.host.has(Role.DATABASE) else ()
    return (f"me='{host.host.name}'", *server)


def _quoted(test: Test) -> Test:
    """Return the test with its sentences as words of a shell."""
    return Test(shlex.quote(test.says), test.shell, shlex.quote(test.otherwise))


def _secrets(deployment: Deployment, steps: Collection[Step]) -> Iterator[Script]:
    purposes = {purpose: None for step in steps for purpose in step.secrets}
    lines = [
        f"{purpose}_password={shlex.quote(deployment.password(purpose).reveal())}" for purpose in purposes
    ]
    if lines:
        head = ("# Passwords for the steps beside it, which read this.", "# shellcheck disable=SC2034")
        yield Script(SECRETS, "\n".join((*head, *lines)) + "\n", 0o600)
