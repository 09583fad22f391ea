"""`oxconf render`: the archives of every host."""

from pathlib import Path

import click

from oxconf.cli._common import (
    demand_input,
    environment,
    fail,
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
  oxconf render --tier 1m
  oxconf render cluster.toml --secrets secrets.toml --output out
  oxconf render cluster.toml --host db1 --host db2
  oxconf render cluster.toml --secrets secrets.toml --format ansible
"""
)
@click.argument("cluster", required=False, type=click.Path(), metavar="[CLUSTER.toml]")
@tier_option
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/bundles"),
    show_default=True,
    metavar="DIR",
    help="Folder for the archives, SHA256SUMS and manifest.json.",
)
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="Only this host; may be repeated.")
@click.option("--tree", is_flag=True, help="Write DIR/<host>/ with the files instead of archives.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["archives", "ansible"]),
    default="archives",
    show_default=True,
    help="ansible: an inventory and a playbook beside the archives, which install them.",
)
@secrets_option
@strict_option
def render(
    cluster: str | None,
    tier: str | None,
    output: Path,
    hosts: tuple[str, ...],
    tree: bool,
    form: str,
    secrets: str | None,
    strict: bool,
) -> None:
    """Write one archive for each host of a cluster.

    The whole cluster is checked first; when a finding is an error, nothing is written.
    """
    from oxconf.api import load
    from oxconf.bundle.contents import archive_name
    from oxconf.bundle.swap import OutputError
    from oxconf.bundle.write import write
    from oxconf.deployment.mistakes import did_you_mean, listed
    from oxconf.plan import make_plan
    from oxconf.render import evidence_of
    from oxconf.report import text
    from oxconf.rules import judge
    from oxconf.syntax._base import Unwritable

    demand_input(cluster, tier, "render")
    if form == "ansible" and (tree or hosts):
        fail("--format ansible takes all hosts' archives: leave --tree and --host out; Ansible has --limit")
    with input_errors(OutputError, Unwritable):
        deployment = load(cluster, tier=tier, secrets=secrets, environment=environment())
        note_unused_secrets(deployment)
        names = [host.name for host in deployment.hosts]
        for name in hosts:
            if name not in names:
                fail(f'no host is named "{name}"; {did_you_mean(name, names)}')
        plan = make_plan(deployment)
        findings = judge(evidence_of(plan))
        if findings:
            click.echo(text.show(findings) + "\n", err=True)
        code = verdict(findings, strict=strict)
        if code:
            click.echo(f"{text.count(findings)}; nothing was written", err=True)
            raise SystemExit(code)
        beside = None
        if form == "ansible":
            # Few renders need it.
            from oxconf.exchange.ansible import ansible_files

            beside = ansible_files(deployment, {name: archive_name(deployment, name) for name in names})
        written = write(plan, output, tree=tree, hosts=hosts, beside=beside)
    for _, name in written.hosts:
        click.echo(output / name)
    kept = f", {len(written.kept)} kept" if written.kept else ""
    if written.outdated:
        click.echo(
            f"{listed(written.outdated)}: kept as rendered from another description; render all hosts together",
            err=True,
        )
    noun = "host" if len(written.hosts) == 1 else "hosts"
    removed = f", {len(written.removed)} old files removed" if written.removed else ""
    click.echo(
        f"{deployment.name}: {len(written.hosts)} {noun} written to {output}{kept}{removed}; "
        f"{text.count(findings)}",
        err=True,
    )
