"""The steps of every host: user, packages, files, units, services, and the last look."""

import shlex
from collections.abc import Collection, Iterable

from oxconf.artifacts._artifact import Switch
from oxconf.artifacts._effects import CARE, SWITCHES, effects
from oxconf.artifacts.multicast import MulticastInterfaces
from oxconf.artifacts.nftables_conf import NftablesConf
from oxconf.artifacts.sysusers import Sysusers
from oxconf.deployment.mistakes import listed
from oxconf.deployment.model import Deployment
from oxconf.plan import HostPlan, Plan
from oxconf.runbook._packages import packages
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test

STATE = "/var/lib/oxconf"
"""Where the steps note what they have done, and the installer what it has installed; `$state` in lib.sh."""

CONFIGURED = f"{STATE}/oxinstaller"
"""Stands for a node on which oxinstaller has run; after it alone, our files replace what it writes."""


def state(plan: HostPlan, holds: Holds) -> State:
    """Return what holds on the host of a plan."""
    return State(plan.host.name, holds)


def has_user(plan: HostPlan) -> bool:
    """Whether the host needs the user open-xchange."""
    return any(isinstance(artifact, Sysusers) for artifact in plan.artifacts)


def user(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that makes the user open-xchange."""
    uid, gid = deployment.filestore.uid, deployment.filestore.gid
    free = (
        f'at=$(getent passwd {uid} | cut -d : -f 1)\n  [ -z "$at" ] || [ "$at" = open-xchange ] || return 1\n'
        f'  at=$(getent group {gid} | cut -d : -f 1)\n  [ -z "$at" ] || [ "$at" = open-xchange ]'
    )
    same = f'[ "$(id -u open-xchange):$(id -g open-xchange)" = {uid}:{gid} ]'
    return Step(
        host=plan.host.name,
        slug="user",
        title="Make the user open-xchange",
        why=f"The filestore belongs to the numbers {uid}:{gid}; a package that comes first would choose others.",
        before=(
            Test(
                f"the numbers {uid} and {gid} are free, or open-xchange has them",
                f"  {free}",
                "Choose other numbers in [filestore] of the cluster file; they must be free on all hosts.",
            ),
        ),
        command=(
            f"install -D -m 0644 rootfs{Sysusers.path} {Sysusers.path}\nsystemd-sysusers {Sysusers.path}"
        ),
        after=(Test(f"open-xchange is {uid}:{gid}", f"  {same}"),),
        repeat=Repeat.HARMLESS,
        undo="userdel open-xchange, as long as no file belongs to it.",
        gives=(state(plan, Holds.USER),),
    )


def install_packages(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that installs the host's packages."""
    wanted = packages(deployment, plan)
    names = shlex.join((*wanted.debian, *wanted.ox))
    sources = ["database: its vendor's", "open-xchange-*: software.open-xchange.com"]
    if "maxscale" in wanted.debian:
        sources.insert(1, "maxscale: MariaDB's, for MaxScale 24.02")
    before = [
        Test(
            "apt knows every package",
            # apt-cache show is silent about a package that exists in name only.
            f"  set -- {names}\n"
            '  for package in "$@"; do\n'
            '    apt-cache show --no-all-versions "$package" | grep -q ^Version: || return 1\n'
            "  done",
            f"Add the missing repository ({'; '.join(sources)}), then apt-get update.",
        )
    ]
    after = []
    if names:
        after.append(
            Test(
                "every package is installed",
                f"  states=$(dpkg-query --show --showformat='${{db:Status-Status}}\\n' {names}) || return 1\n"
                "  ! printf '%s\\n' \"$states\" | grep -vqx installed",
            )
        )
    if wanted.server:
        version = deployment.database.version
        here = (
            f"  here=$(dpkg-query --show --showformat='${{Version}}' {wanted.server} 2>/dev/null) || here=\n"
            f"  printf '%s\\n' \"$here\" | grep -qE '^([0-9]+:)?{_pattern(version)}[.+~-]'"
        )
        after.append(Test(f"{wanted.server} is {version}", here))
        before.append(
            Test(
                f"{wanted.server} is {version}, or not installed",
                f'{here} || [ -z "$here" ]',
                "Another series is here, and this step upgrades nothing. Upgrade it as its vendor says, one series "
                "after the other, or change database.version.",
            )
        )
        before.append(
            Test(
                f"the candidate of {wanted.server} is {version}",
                f"  apt-cache policy {wanted.server} | grep -E '^ *Candidate: ([0-9]+:)?{_pattern(version)}[.+~-]'",
                f"Add the repository of the vendor for {version}, or change database.version.",
            )
        )
    return Step(
        host=plan.host.name,
        slug="packages",
        title="Install the packages",
        why="The files of this archive replace what these packages bring.",
        before=tuple(before),
        command=f"export DEBIAN_FRONTEND=noninteractive\napt-get install --yes --no-upgrade {names}"
        if names
        else "say 'This host needs none.'",
        after=tuple(after),
        repeat=Repeat.HARMLESS,
        undo="apt-get remove, with the same names.",
        needs=(state(plan, Holds.USER),) if has_user(plan) else (),
        gives=(state(plan, Holds.PACKAGES),),
        log="/var/log/apt/term.log",
    )


def _pattern(version: str) -> str:
    return version.replace(".", r"\.")


_INSTALLED = Test(
    "every file is as this archive has it", "  sh install.sh --dry-run | grep -q '^Nothing to do'"
)


def install_files(plan: HostPlan, needs: Iterable[State] = ()) -> Step:
    """Return the step that installs the files of the archive."""
    return Step(
        host=plan.host.name,
        slug="install",
        title="Install the files of this archive",
        why="The installer keeps what it replaces and asks the daemons before anything is live.",
        # The steps that follow switch on and start everything, in their own order.
        command='sh install.sh --yes\nrm -f "$state/due"',
        after=(_INSTALLED,),
        repeat=Repeat.SKIPS,
        undo="sh install.sh --rollback",
        needs=(state(plan, Holds.PACKAGES), *needs),
        gives=(state(plan, Holds.FILES),),
        log="/var/backups/oxconf",
    )


def refresh(deployment: Deployment, *plans: HostPlan, part: str = "", needs: Iterable[State] = ()) -> Step:
    """Return the step that installs new files, and does at once what they ask for and hardly anybody notices.

    It is for one host; with `part` it is for each of several that plays it.
    """
    name = part or plans[0].host.name
    asked = [command for plan in plans for _, _, command in effects(deployment, plan.artifacts)]
    return Step(
        host=name,
        on=tuple(plan.host.name for plan in plans) if part else (),
        slug="install",
        title="Install the new files, and do what they ask for",
        why="The installer asks the daemons before anything is live, and says what the files that changed ask for. "
        "That is done in its order, but for the restart of a database server or of Open-Xchange: it is named, and the "
        "runbook restart takes it.",
        before=(_CONFIGURED,) if any(plan.host.runs_ox for plan in plans) else (),
        loses=_disturbed(
            asked, any(isinstance(one, NftablesConf) for plan in plans for one in plan.artifacts)
        ),
        command="sh install.sh ${yes:+--yes}\ntake_due",
        after=(
            _INSTALLED,
            Test(
                "what the files ask for is done, but for what is left to you",
                f"  ! grep -qv '{CARE}' \"$state/due\"",
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo="sh install.sh --rollback, then the commands that it prints.",
        needs=(*(() if part else (State(name, Holds.PACKAGES),)), *needs),
        gives=(State(name, Holds.FILES),),
        log="/var/backups/oxconf",
    )


_CONFIGURED = Test(
    "oxinstaller has run here",
    f"  [ -e {CONFIGURED} ]",
    f"A new node is set up first, by its own step. If it ran without these steps: touch {CONFIGURED}",
)


def _disturbed(asked: Iterable[str], filtered: bool) -> str:
    """Return what somebody may notice of the commands that the step takes, in sentences; empty where nobody does."""
    units = dict.fromkeys(
        command.split()[-1]
        for command in asked
        if CARE not in command and command.startswith(("systemctl restart ", "systemctl try-restart "))
    )
    said = []
    if units:
        said.append(f"Where its file has changed, this is restarted: {listed(list(units))}.")
    if "maxscale.service" in units:
        said.append("The connections of Open-Xchange through that MaxScale end then.")
    if filtered:
        said.append("The packet filter is loaded anew: the host answers the callers of its new README alone.")
    return " ".join(said)


_LOOKS = {
    Switch.APACHE_MODULE: "a2query -q -m",
    Switch.APACHE_CONF: "a2query -q -c",
    Switch.APACHE_SITE: "a2query -q -s",
    Switch.APACHE_SITE_OFF: "! a2query -q -s",
    Switch.UNIT: "systemctl is-enabled --quiet",
}
"""The command that succeeds when something is switched on, or off."""


def switch_on(plan: HostPlan) -> Step:
    """Return the step that switches on what the files need, without starting it."""
    enables = [enable for artifact in plan.artifacts for enable in artifact.enables()]
    commands = ["systemctl daemon-reload"]
    for switch, command in SWITCHES.items():
        names = [enable.name for enable in enables if enable.switch is switch]
        if names:
            quiet = "" if switch is Switch.UNIT else " -q"
            commands.append(f"{command}{quiet} {shlex.join(names)}")
    looks = [f"{_LOOKS[enable.switch]} {shlex.quote(enable.name)}" for enable in enables]
    turned = any(enable.switch is Switch.APACHE_SITE for enable in enables)
    sites = " a2dissite and a2ensite, each with the other's name." if turned else ""
    return Step(
        host=plan.host.name,
        slug="enable",
        title="Switch on what the files need",
        why="They take effect with the next start, and after every boot.",
        command="\n".join(commands),
        after=(
            (Test("each of them is switched on", "\n".join(f"  {look} || return 1" for look in looks)),)
            if looks
            else ()
        ),
        repeat=Repeat.HARMLESS,
        undo="systemctl disable, a2dismod and a2disconf, with the same names." + sites,
        needs=(state(plan, Holds.FILES),),
        gives=(state(plan, Holds.ENABLED),),
    )


def verify(plan: HostPlan, needs: Iterable[State]) -> Step:
    """Return the last step: every check of the host."""
    return Step(
        host=plan.host.name,
        slug="verify",
        title="See that everything works",
        why="What a daemon takes without a word may still not work together.",
        command="sh runbook/verify.sh",
        repeat=Repeat.LOOKS,
        undo="There is nothing to undo.",
        needs=tuple(needs),
        gives=(state(plan, Holds.VERIFIED),),
        secrets=("configdb",) if plan.host.runs_ox else (),
    )


def verified(plan: Plan, names: Collection[str], needs: Iterable[State]) -> Phase:
    """Return the phase in which some hosts look at themselves, at the end of a change."""
    needs = tuple(needs)
    steps = tuple(verify(each, needs) for each in plan.hosts if each.host.name in names)
    return Phase("Verify", "On every host that was concerned; it changes nothing.", steps)


def routes(plan: HostPlan) -> tuple[str, ...]:
    """Return the commands that give the running host the multicast routes of its interfaces file."""
    return tuple(
        f"ip route replace {route.network} dev {route.interface}"
        for artifact in plan.artifacts
        if isinstance(artifact, MulticastInterfaces)
        for route in artifact.routes
    )
