"""What the commands share: their input options, and how errors end them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from oxconf.deployment.mistakes import InputError, listed
from oxconf.deployment.tiers import TIERS

if TYPE_CHECKING:
    from oxconf.deployment.model import Deployment
    from oxconf.rules import Finding

BAD_INPUT = 2
FINDINGS = 1

tier_option = click.option(
    "--tier",
    type=click.Choice(TIERS),
    help="Tier that gives the defaults; not beside a file that names another one.",
)
secrets_option = click.option(
    "--secrets",
    type=click.Path(),
    metavar="FILE",
    help="TOML file with the passwords; only its owner may read it. Also: OXCONF_SECRET_<NAME> in the environment.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json is one document on standard output.",
)
strict_option = click.option("--strict", is_flag=True, help="Let warnings count as errors in the exit code.")


def environment() -> dict[str, str]:
    """Return the environment, the one place where it is read."""
    return dict(os.environ)


def fail(message: str) -> NoReturn:
    """End with exit code 2 and the message."""
    click.echo(message, err=True)
    raise SystemExit(BAD_INPUT)


def demand_input(cluster: str | None, tier: str | None, command: str) -> None:
    """End with exit code 2 when neither a file nor a tier was named."""
    if cluster is None and tier is None:
        fail(f"name a cluster file or a tier, for instance: oxconf {command} --tier 1m")


def note_unused_secrets(deployment: "Deployment") -> None:
    """Say which variables of the environment look like secrets, and are none of this cluster."""
    from attrs import asdict

    from oxconf.deployment.secrets import unused

    names = asdict(deployment.secrets).values()
    if variables := unused(names, environment()):
        verb = "is no secret" if len(variables) == 1 else "are no secrets"
        click.echo(f"{listed(variables)} {verb} of this cluster and not used", err=True)


@contextmanager
def input_errors(*more: type[Exception]) -> Iterator[None]:
    """Turn every known error about input into its message and exit code 2."""
    known: tuple[type[Exception], ...] = (InputError, *more)
    try:
        yield
    except known as error:
        fail(str(error))


def verdict(findings: "tuple[Finding, ...]", *, strict: bool) -> int:
    """Return the exit code for some findings."""
    if any(finding.severity.value == "error" or strict for finding in findings):
        return FINDINGS
    return 0
