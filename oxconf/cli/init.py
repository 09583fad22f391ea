"""`oxconf init`: a cluster file to begin with."""

import os
import shlex
from pathlib import Path

import click

from oxconf.cli._common import fail, input_errors
from oxconf.deployment.tiers import TIERS

STDOUT = "-"


@click.command(
    epilog="""\b
Examples:
  oxconf init
  oxconf init --tier 100k clusters/berlin.toml
  oxconf init --tier poc - | less
"""
)
@click.option(
    "--tier",
    type=click.Choice(TIERS),
    default="1m",
    show_default=True,
    help="Tier that the file begins with.",
)
@click.argument("file", default="cluster.toml", metavar="[FILE]")
def init(tier: str, file: str) -> None:
    """Write a commented cluster file; FILE is cluster.toml when it is left out, and - is standard output.

    Every key is in it, with its text and its default. Its schema is written beside it, so that editors which know
    JSON Schema (Even Better TOML, Taplo) complete and check the file, also offline. A file that exists is never
    overwritten; only the schema is renewed.
    """
    from oxconf.bundle.swap import NewFile, OutputError, locked, swap
    from oxconf.schema.catalog import show
    from oxconf.schema.cluster import NAME
    from oxconf.schema.starter import SCHEMA_FILE, starter

    text = starter(tier)
    if file == STDOUT:
        click.echo(text, nl=False)
        click.echo(f"the schema for the first line: oxconf schema > {SCHEMA_FILE}", err=True)
        return
    path = Path(file)
    shown = click.format_filename(path)
    # Unlike Path.is_dir, this takes a path that can not be looked at for no folder; writing tells why then.
    if os.path.isdir(path):
        inside = path / "cluster.toml"
        fail(f"{shown} is a folder; name a file in it, for instance: oxconf init {_typed(inside)}")
    schema = path.with_name(SCHEMA_FILE)
    if path == schema:
        fail(f"{shown} is the name of the schema; give the cluster file another one")
    new = {path.name: NewFile(text.encode(), 0o644), SCHEMA_FILE: NewFile(show(NAME).encode(), 0o644)}
    with input_errors(OutputError):
        try:
            with locked(path.parent):
                if os.path.lexists(path):
                    fail(f"{shown} exists already and is left as it is; name another file, or move it away")
                _refuse_foreign(schema)
                swap(path.parent, new, ())
        except (OSError, ValueError) as error:
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                # The kernel's own folders, such as /proc, say the same of each new file.
                if os.path.isdir(path.parent):
                    fail(f"{shown}: can not be written: the folder takes no new files")
                fail(f"{shown}: there is no such folder; make it first")
            fail(f"{shown}: can not be written: {getattr(error, 'strerror', None) or error}")
    for one in (path, schema):
        click.echo(click.format_filename(one))
    click.echo(
        f"a cluster of the tier {tier}: write your names and addresses into {shown}, then run: "
        f"oxconf check {_typed(path)}",
        err=True,
    )


def _typed(path: Path) -> str:
    """Return a path as a shell takes it, no option and in one piece."""
    shown = click.format_filename(path)
    return shlex.quote(f"./{shown}" if shown.startswith("-") else shown)


def _refuse_foreign(schema: Path) -> None:
    """End with exit code 2 where something that is no schema of ours has the schema's name."""
    from oxconf.schema._json import comment
    from oxconf.schema.cluster import NAME

    shown = click.format_filename(schema)
    if not os.path.lexists(schema):
        return
    plain = schema.is_file() and not schema.is_symlink()
    if not plain or comment(NAME) not in schema.read_text("utf-8", errors="replace"):
        fail(f"{shown} exists and is not a schema that oxconf wrote; move it away")
