"""The command line: read, call, print. Each command is a module."""

import atexit
import gc
import signal
import sys
from typing import Any

import click

from oxconf.cli._common import fail
from oxconf.cli.check import check
from oxconf.cli.diff import diff
from oxconf.cli.explain import explain
from oxconf.cli.init import init
from oxconf.cli.render import render
from oxconf.cli.schema import schema
from oxconf.cli.tiers import tiers
from oxconf.cli.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="oxconf", message="oxconf %(version)s")
def oxconf() -> None:
    """Configuration of whole Open-Xchange clusters: typed, cross-checked, packed for each host.

    \b
    Exit codes: 0 done, 1 findings of severity error (with --strict warnings as well), 2 bad input or usage.
    \b
    Shell completion, for bash (zsh and fish alike):
      eval "$(_OXCONF_COMPLETE=bash_source oxconf)"
    """  # noqa: D301 - click reads the control character


oxconf.add_command(render)
oxconf.add_command(check)
oxconf.add_command(diff)
oxconf.add_command(why)
oxconf.add_command(explain)
oxconf.add_command(tiers)
oxconf.add_command(init)
oxconf.add_command(schema)


def main() -> None:
    """Run the command line."""
    # One job and the end: looking for garbage takes longer than the job makes any.
    gc.disable()
    atexit.register(gc.freeze)
    # An end by `kill` or Ctrl-C is an exception, so that what was begun is rolled back.
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, _terminate)
    try:
        oxconf(prog_name="oxconf")
    except OSError as error:
        # Output that can not be written: a full disk, a closed pipe.
        fail(f"oxconf: {error.strerror or error}")


def _terminate(signum: int, frame: Any) -> None:
    sys.exit(128 + signum)
