"""The steps of a host that runs MaxScale. From its documentation alone, release 24.02."""

from attrs import evolve

from oxconf.artifacts.maxscale_cnf import MaxscaleCnf
from oxconf.deployment.model import Deployment
from oxconf.deployment.topology import writer
from oxconf.plan import HostPlan
from oxconf.runbook.step import Holds, Repeat, State, Step, Test

LOGIN = "/root/.maxctrl.cnf"
LOG = "/var/log/maxscale/maxscale.log"
DEFAULT = "--user=admin --password=mariadb"
START_SECONDS = 60

UNDO = (
    f"maxctrl alter user admin NEW, then write NEW into {LOGIN}. If this step was interrupted, the password may be in "
    f"{LOGIN}.new."
)
LETS_IN = Test(
    "maxctrl logs in with the new password",
    f"  maxctrl --config={LOGIN} list servers",
    f"Look at {LOG}. If the step before was interrupted, {LOGIN}.new may have the password: move it to {LOGIN}.",
)


def runs(plan: HostPlan) -> bool:
    """Whether the host runs MaxScale."""
    return any(isinstance(artifact, MaxscaleCnf) for artifact in plan.artifacts)


def admin(plan: HostPlan) -> Step:
    """Return the step that gives MaxScale's administration a password of its own."""
    host = plan.host
    return Step(
        host=host.name,
        slug="maxscale-admin",
        title="Change the password of MaxScale's administration",
        why="Its default is published, and whoever has it can move the writes.",
        before=(
            Test(
                "MaxScale lets in with the default password",
                f"  wait_for {START_SECONDS} maxctrl {DEFAULT} list servers",
                f"Look at {LOG}. If the password is another one already, write it into {LOGIN}.",
            ),
        ),
        command=_change(DEFAULT),
        done=f"  [ -e {LOGIN} ]",
        after=(LETS_IN,),
        repeat=Repeat.SKIPS,
        undo=UNDO,
        needs=(State(host.name, Holds.OX if host.runs_ox else Holds.STARTED),),
        gives=(State(host.name, Holds.GUARDED),),
        log=LOG,
    )


def new_password(plan: HostPlan) -> Step:
    """Return the step that gives MaxScale's administration another password than its own of before."""
    return Step(
        host=plan.host.name,
        slug="maxscale-admin",
        title="Change the password of MaxScale's administration",
        why="Whoever has it can move the writes.",
        before=(evolve(LETS_IN, says="maxctrl logs in with the password that is there"),),
        loses="Programs that call maxctrl or MaxScale's REST interface with the old password are refused.",
        command=_change(f"--config={LOGIN}"),
        after=(LETS_IN,),
        repeat=Repeat.HARMLESS,
        undo=UNDO,
        needs=(State(plan.host.name, Holds.GUARDED),),
        gives=(State(plan.host.name, Holds.RENEWED),),
        log=LOG,
    )


def _change(login: str) -> str:
    # The new password is on disk before it counts: an interruption in between does not lock anybody out.
    return f"""\
umask 077
new=$(od -A n -N 16 -t x1 /dev/urandom | tr -d ' \\n')
printf '[maxctrl]\\nu = admin\\np = %s\\n' "$new" >{LOGIN}.new
maxctrl {login} alter user admin "$new"
mv {LOGIN}.new {LOGIN}
say 'The password is in {LOGIN}, where maxctrl finds it.'"""


def leads(deployment: Deployment) -> tuple[Test, ...]:
    """Return how to see on a host with MaxScale that it has logged in to the servers and leads OX to the writer."""
    first = writer(deployment).name
    look = f"maxctrl --config={LOGIN} --tsv list servers | grep -E '^{first}[[:space:]].*Master'"
    return (
        Test("maxscale.service runs", "  systemctl is-active --quiet maxscale.service", LOG),
        Test(
            f"MaxScale sends the writes to {first}",
            f"  leads() {{\n    {look}\n  }}\n  wait_for {START_SECONDS} leads",
            f"maxctrl list servers: another Master means that {first} is not in sync. Then {LOG}.",
        ),
    )


def checks(deployment: Deployment, plan: HostPlan) -> tuple[Test, ...]:
    """Return what verify.sh looks at on a host that runs MaxScale."""
    if not runs(plan):
        return ()
    return leads(deployment)
