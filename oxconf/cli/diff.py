"""`oxconf diff`: what differs between two clusters."""

import os

import click

from oxconf.cli._common import fail, format_option, input_errors


@click.command(
    epilog="""\b
Examples:
  oxconf diff cluster.toml cluster-new.toml
  oxconf diff cluster.toml cluster-new.toml --format json
"""
)
@click.argument("old", type=click.Path(), metavar="OLD.toml")
@click.argument("new", type=click.Path(), metavar="NEW.toml")
@format_option
def diff(old: str, new: str, form: str) -> None:
    """Say what differs between two cluster files, by host, file and setting.

    Between two releases of the database server it also says which options go, come or have another default. At the
    end stands what to reload or restart, host by host in a safe order; or, where one database server after the other
    can not come to another mode, product or release, what it takes instead. Passwords are no part of it.

    \b
    Exit codes: 0 nothing differs, 1 something does, 2 bad input or usage.
    """  # noqa: D301 - click reads the control character
    from oxconf.api import load
    from oxconf.exchange.diff import diff as compare
    from oxconf.report.diff import show, to_json
    from oxconf.syntax._base import Unwritable

    for each in (old, new):
        if os.path.isdir(each) or each.endswith(".tar.gz"):
            fail(
                f"{each}: holds rendered files; diff compares two cluster files, oxconf check {each} judges the files"
            )
    with input_errors(Unwritable):
        found = compare(load(old), load(new))
    if form == "json":
        click.echo(to_json(found))
    elif found:
        click.echo(show(found))
    else:
        click.echo("nothing differs", err=True)
    raise SystemExit(1 if found else 0)
