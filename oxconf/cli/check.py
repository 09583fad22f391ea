"""`oxconf check`: what does not fit together."""

import os
from pathlib import Path

import click

from oxconf.cli._common import (
    demand_input,
    environment,
    fail,
    format_option,
    input_errors,
    note_unused_secrets,
    secrets_option,
    strict_option,
    tier_option,
    verdict,
)


@click.command(
    epilog="""\b
Examples:
  oxconf check --tier 1m
  oxconf check cluster.toml --deploy --secrets secrets.toml
  oxconf check build/bundles --format json
"""
)
@click.argument("target", required=False, type=click.Path(), metavar="[CLUSTER.toml | DIR]")
@tier_option
@format_option
@click.option(
    "--deploy", is_flag=True, help="Judge as before an installation: placeholders of passwords are errors."
)
@secrets_option
@strict_option
def check(
    target: str | None, tier: str | None, form: str, deploy: bool, secrets: str | None, strict: bool
) -> None:
    """Check a cluster file, a tier, or bundles that were rendered before.

    DIR is an output folder of render, a host's folder in it, or an archive.
    """
    from oxconf.api import check as check_deployment
    from oxconf.api import load
    from oxconf.bundle.read import UnreadableBundle, read
    from oxconf.report import json, text
    from oxconf.rules import judge
    from oxconf.syntax._base import Unwritable

    demand_input(target, tier, "check")
    with input_errors(UnreadableBundle, Unwritable):
        if target is not None and _is_bundle(target):
            if tier or secrets:
                fail(f"{target} is a bundle: --tier and --secrets go with a cluster file only")
            evidence = read(Path(target))
            if evidence.absent:
                click.echo(
                    f"{target} holds {len(evidence.hosts)} of {len(evidence.cluster.hosts)} hosts: what concerns "
                    "the others is not judged",
                    err=True,
                )
            findings = judge(evidence, deploy=deploy)
        else:
            deployment = load(target, tier=tier, secrets=secrets, environment=environment())
            note_unused_secrets(deployment)
            findings = check_deployment(deployment, deploy=deploy)
    if form == "json":
        click.echo(json.show(findings))
    else:
        if findings:
            click.echo(text.show(findings) + "\n")
        more = f"; oxconf explain {findings[0].code} says more" if findings else ""
        click.echo(f"{text.count(findings)}{more}", err=True)
    raise SystemExit(verdict(findings, strict=strict))


def _is_bundle(target: str) -> bool:
    # Unlike Path.is_dir, this takes a path that can not be looked at for no folder; reading it tells why then.
    return os.path.isdir(target) or target.endswith(".tar.gz")
