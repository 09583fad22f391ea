"""The steps of what runs beside the cluster: backup, Munin, packet filter."""

from collections.abc import Iterator

from oxconf.artifacts.backup import BackupTimer, Restore
from oxconf.artifacts.munin import MuninNode
from oxconf.artifacts.nftables_conf import NftablesConf
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import backup_server
from oxconf.plan import HostPlan
from oxconf.runbook.passwords import backup_is_let_in
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

TIMER = "oxconf-backup.timer"
FILTER = "inet oxconf"
"""The table of the packet filter; other tables stay."""


def steps(deployment: Deployment, plan: HostPlan) -> Iterator[Step]:
    """Yield the steps of a host, the packet filter last."""
    kinds = {type(artifact) for artifact in plan.artifacts}
    if BackupTimer in kinds:
        yield _backup(deployment, plan)
    if MuninNode in kinds:
        yield _munin(plan)
    if NftablesConf in kinds:
        yield _firewall(deployment, plan)


def _backup(deployment: Deployment, plan: HostPlan) -> Step:
    host, folder = plan.host.name, deployment.backup.folder
    return Step(
        host=host,
        slug="backup",
        title="Make a first backup, and switch on its timer",
        why="A backup that was never read back is none: the last line reads it and compares the sums.",
        command=f"""\
install -d -m 0700 {folder}
systemctl start oxconf-backup.service
systemctl enable --now {TIMER}
for newest in {folder}/[0-9]*; do :; done
{Restore.path} "$newest\"""",
        after=(Test(f"{TIMER} waits", f"  systemctl is-active --quiet {TIMER}"),),
        repeat=Repeat.HARMLESS,
        undo=f"systemctl disable --now {TIMER}; the backups stay in {folder}.",
        needs=(
            State(host, Holds.ENABLED),
            State(host, Holds.FILESTORE),
            State(backup_server(deployment).name, Holds.ACCOUNTS),
        ),
        log="journalctl -u oxconf-backup",
    )


def _munin(plan: HostPlan) -> Step:
    return Step(
        host=plan.host.name,
        slug="munin",
        title="Let Munin ask this host",
        why="The plugins are links, made for what is installed here.",
        command="munin-node-configure --shell --families=contrib,auto | sh\nsystemctl restart munin-node.service",
        after=(Test("munin-node answers", "  wait_for 10 answers 127.0.0.1 4949"),),
        repeat=Repeat.HARMLESS,
        undo="systemctl disable --now munin-node",
        needs=(State(plan.host.name, Holds.ENABLED),),
        log="/var/log/munin/munin-node.log",
    )


def _firewall(deployment: Deployment, plan: HostPlan) -> Step:
    port = deployment.network.ssh_port
    return Step(
        host=plan.host.name,
        slug="firewall",
        title="Switch on the packet filter",
        why="It comes last: what a host answers is known to work, so what stops working now is the filter.",
        before=(
            Test(
                "nft takes the file",
                f"  nft -c -f {NftablesConf.path}",
                f"nft -c -f {NftablesConf.path} says where; another program's rules may stand before ours.",
            ),
            Test(
                f"sshd listens on port {port}",
                f"  ss -Hltn 'sport = :{port} and not src 127.0.0.0/8' | grep -q .",
                f"The filter would shut you out: it lets ssh in on port {port} alone. ss -ltnp shows where sshd is; "
                "set network.ssh_port to that, render again and install the new archive.",
            ),
        ),
        loses="From now on this host answers the callers of its README alone. Keep a second way to it open: ssh stays, "
        f"on port {port}.",
        command="systemctl enable nftables.service\nsystemctl reload-or-restart nftables.service",
        after=(Test("the filter is in the kernel", f"  nft list table {FILTER}"),),
        repeat=Repeat.HARMLESS,
        undo=f"nft delete table {FILTER}; systemctl disable nftables.service",
        needs=(State(plan.host.name, Holds.ENABLED),),
    )


def checks(deployment: Deployment, plan: HostPlan) -> Iterator[Test]:
    """Yield what verify.sh looks at."""
    kinds = {type(artifact) for artifact in plan.artifacts}
    if BackupTimer in kinds:
        yield Test(
            "the backup's timer waits", f"  systemctl is-active --quiet {TIMER}", f"systemctl start {TIMER}"
        )
        yield backup_is_let_in(deployment)
    if MuninNode in kinds:
        yield Test("munin-node answers", "  answers 127.0.0.1 4949", "journalctl -u munin-node")
    if NftablesConf in kinds:
        yield Test(
            "the packet filter is in the kernel",
            f"  nft list table {FILTER}",
            "systemctl start nftables.service",
        )
