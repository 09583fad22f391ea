"""OX117: the provisioning node gets users."""

from collections.abc import Iterator

from oxconf.evidence import Evidence, Place
from oxconf.rules._rule import Finding, Rule, Severity
from oxconf.rules._web import members


def check(evidence: Evidence) -> Iterator[Finding]:
    """Look for members on hosts that have the role provisioning and not the role groupware."""
    places: dict[str, list[Place]] = {}
    for each in members(evidence, of_users=True):
        roles = each.host.facts.roles if each.host else ()
        if each.host and "provisioning" in roles and "groupware" not in roles:
            places.setdefault(each.host.name, []).append(each.place)
    for name, lines in places.items():
        hosts = ", ".join(dict.fromkeys(place.host for place in lines))
        yield RULE.finding(f"{name} is there for provisioning alone, but {hosts} sends users to it", *lines)


RULE = Rule(
    code="OX117",
    name="provisioning-node-serves-users",
    severity=Severity.WARNING,
    title="A provisioning node is in a balancer that users come through",
    why=(
        "Above 500,000 mailboxes provisioning has a node of its own so that bulk changes do not slow users down, and "
        "its memory is planned for that alone. With users on it both suffer."
    ),
    remedy="Take the member out of the balancer, or give the host the role groupware and the memory for it.",
    source="the tutorial: a dedicated provisioning node above 500,000 mailboxes",
    daemons="apache2 -t: Syntax OK.",
    check=check,
)
