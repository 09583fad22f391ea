"""`oxconf schema`: JSON Schemas of what oxconf reads and writes."""

import click

from oxconf.cli._common import fail


@click.command(
    epilog="""\b
Examples:
  oxconf schema > oxconf-cluster.schema.json
  oxconf schema findings
"""
)
@click.argument("name", default="cluster", metavar="[NAME]")
def schema(name: str) -> None:
    """Print a JSON Schema (draft 2020-12).

    \b
    cluster        a cluster file; the default
    host-manifest  manifest.json in the folder of a host
    manifest       manifest.json in the output folder
    runbook        runbook.json in the output folder
    findings       what `oxconf check --format json` prints
    diff           what `oxconf diff --format json` prints
    """  # noqa: D301 - click reads the control character
    from difflib import get_close_matches

    from oxconf.deployment.mistakes import LONGEST_WORD, listed, quoted
    from oxconf.schema.catalog import SCHEMAS, show

    if name not in SCHEMAS:
        close = get_close_matches(name[:LONGEST_WORD].lower(), list(SCHEMAS), n=1)
        meant = f'did you mean "{close[0]}"? ' if close else ""
        fail(f"no schema is called {quoted(name)}; {meant}there are {listed(SCHEMAS)}")
    click.echo(show(name), nl=False)
