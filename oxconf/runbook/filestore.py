"""The steps of the filestore: the folder and its export on one host, the mount on every OX host."""

from oxconf.artifacts.filestore import Exports, Fstab
from oxconf.deployment.model import Deployment, Role
from oxconf.deployment.ports import NFS_PORT
from oxconf.deployment.topology import filestore_server, mounts_filestore, ox_hosts
from oxconf.plan import HostPlan
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

PROBE = ".oxconf-probe-"
"""Each OX host leaves an empty file of this name and its own in the filestore; the others look for it."""


def folder(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that makes the folder on the host that keeps the files."""
    path, host = deployment.filestore.path, plan.host.name
    exports = any(isinstance(artifact, Exports) for artifact in plan.artifacts)
    return Step(
        host=host,
        slug="filestore",
        title="Make the filestore" + (" and export it" if exports else ""),
        why="It belongs to open-xchange, by number, on every host.",
        command=f"install -d -o open-xchange -g open-xchange -m 0750 {path}"
        + ("\nsystemctl enable --now nfs-server.service\nexportfs -ra" if exports else ""),
        after=(
            Test(
                "the folder belongs to open-xchange",
                f'  [ "$(stat -c %U:%G {path})" = open-xchange:open-xchange ]',
            ),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"exportfs -ua; rmdir {path}, as long as it is empty." if exports else f"rmdir {path}",
        needs=(State(host, Holds.USER), State(host, Holds.FILES)),
        gives=(State(host, Holds.EXPORTED), State(host, Holds.FILESTORE)),
        log="journalctl -u nfs-server",
    )


def mount(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that mounts the filestore on an OX host and leaves a probe in it."""
    path, host, server = deployment.filestore.path, plan.host.name, filestore_server(deployment)
    keepers = tuple(State(each.name, Holds.EXPORTED) for each in deployment.with_role(Role.FILESTORE))
    return Step(
        host=host,
        slug="mount",
        title="Mount the filestore",
        why="All OX nodes see the same files: a user may be on any of them.",
        before=(
            Test(
                f"{server} answers on port {NFS_PORT}",
                f"  answers {server} {NFS_PORT}",
                "Take the step filestore on that host, and look at firewalls between the hosts.",
            ),
        ),
        command=f"""\
mkdir -p {path}
mountpoint -q {path} || mount {path}
{_touch(path, host)}""",
        after=(
            Test("the filestore is mounted", f"  mountpoint -q {path}"),
            Test("open-xchange can write to it", f"  [ -e {path}/{PROBE}{host} ]"),
        ),
        repeat=Repeat.HARMLESS,
        undo=f"umount {path}",
        needs=(State(host, Holds.USER), State(host, Holds.FILES), *keepers),
        gives=(State(host, Holds.FILESTORE),),
        log="journalctl -k",
    )


def _touch(path: str, host: str) -> str:
    return f"su -s /bin/sh -c 'touch {path}/{PROBE}{host}' open-xchange"


def probe(deployment: Deployment, plan: HostPlan) -> Step:
    """Return the step that leaves a probe on the OX host that keeps the files itself."""
    path, host = deployment.filestore.path, plan.host.name
    return Step(
        host=host,
        slug="probe",
        title="Leave a probe in the filestore",
        why="The other OX hosts look for it when they verify that all see the same files.",
        command=_touch(path, host),
        after=(Test("open-xchange can write to it", f"  [ -e {path}/{PROBE}{host} ]"),),
        repeat=Repeat.HARMLESS,
        undo=f"rm {path}/{PROBE}{host}",
        needs=(State(host, Holds.FILESTORE),),
        gives=(),
    )


def checks(deployment: Deployment, plan: HostPlan) -> tuple[Test, ...]:
    """Return what verify.sh looks at: the mount, and the files of every OX host in it."""
    host, path = plan.host, deployment.filestore.path
    tests = []
    if any(isinstance(artifact, Exports) for artifact in plan.artifacts):
        tests.append(
            Test(f"{path} is exported", f"  exportfs | grep -q '^{path}'", "exportfs -ra; exportfs -v")
        )
    if any(isinstance(artifact, Fstab) for artifact in plan.artifacts) or mounts_filestore(deployment, host):
        tests.append(Test(f"{path} is mounted", f"  mountpoint -q {path}", f"mount {path}; journalctl -k"))
    if host.runs_ox:
        tests += [
            Test(
                f"open-xchange sees the file that {other.name} has written, and may write to it",
                f"  su -s /bin/sh -c 'test -w {path}/{PROBE}{other.name}' open-xchange",
                f"Has {other.name} taken its step mount? If so: do both mount the same export?",
            )
            for other in ox_hosts(deployment)
        ]
    return tuple(tests)
