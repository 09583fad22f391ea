"""`oxconf tiers`: the sizes that oxconf knows."""

import click


@click.command(
    epilog="""\b
Example:
  oxconf tiers
"""
)
def tiers() -> None:
    """List the tiers with their hosts and where their numbers come from."""
    from oxconf.deployment.load import load_text
    from oxconf.deployment.origin import Mark
    from oxconf.deployment.tiers import TIERS
    from oxconf.deployment.units import speak_size

    lines = []
    for name in TIERS:
        deployment = load_text("", tier=name)
        ours = not any(
            origin.mark is Mark.TUTORIAL
            for path, origin in deployment.origins.items()
            if path[0] == "hosts" and path[-1] in ("memory", "cores")
        )
        count = len(deployment.hosts)
        lines.append(
            f"{name}: up to {deployment.mailboxes:,} mailboxes, {count} host{'' if count == 1 else 's'}, "
            f"{deployment.database.flavour.value} {deployment.database.version} {deployment.database.mode.value}; "
            + ("sizes are oxconf's own" if ours else "sizes as in the tutorial where it names them")
        )
        for host in deployment.hosts:
            roles = ", ".join(role.value for role in host.roles)
            lines.append(
                f"  {host.name:<12}{host.address!s:<15}{speak_size(host.memory):>7} {host.cores:>3} cores  {roles}"
            )
    # In one piece: who reads only the first lines must not end this before the rest is written.
    click.echo("\n".join(lines))
