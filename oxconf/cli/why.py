"""`oxconf why`: where a value comes from."""

import click

from oxconf.cli._common import demand_input, input_errors, tier_option


@click.command(
    epilog="""\b
Examples:
  oxconf why db1 innodb_buffer_pool_size --tier 1m
  oxconf why ox1 "timeout client" cluster.toml
  oxconf why ox1 groupware/cache.ccf:TcpListenerPort cluster.toml
  oxconf why db1 memory cluster.toml
"""
)
@click.argument("host")
@click.argument("setting")
@click.argument("cluster", required=False, type=click.Path(), metavar="[CLUSTER.toml]")
@tier_option
def why(host: str, setting: str, cluster: str | None, tier: str | None) -> None:
    """Say why a setting of a host is what it is.

    SETTING is a name as the file has it, or its last part, or FILE:SETTING; a name that is in two files lists both.
    Every answer has the line, who says so (TUTORIAL, SOURCE or OURS), and the keys of the cluster file behind it. The
    settings that take memory show the memory of the host as a sum.
    """
    from oxconf.api import load
    from oxconf.plan import make_plan
    from oxconf.reasons import UnknownSetting
    from oxconf.reasons import why as answer
    from oxconf.report.why import show
    from oxconf.syntax._base import Unwritable

    demand_input(cluster, tier, "why HOST SETTING")
    with input_errors(UnknownSetting, Unwritable):
        deployment = load(cluster, tier=tier)
        click.echo(show(answer(make_plan(deployment), host, setting)))
