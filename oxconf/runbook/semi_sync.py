"""Semi-synchronous replication in the runbooks: who waits, who answers, and how to see that they do.

A master that waits while nobody follows it would keep every write waiting, and with it whoever wants to close it; so a
master waits from the moment on at which a slave answers, and no sooner.
"""

from oxconf.artifacts._server import semi_sync_words
from oxconf.deployment.model import Deployment
from oxconf.runbook import _product as product
from oxconf.runbook.step import Holds, Phase, Repeat, State, Step, Test

SECONDS = 60
CLOSE_SECONDS = 20
"""OURS: a server without waiting writes is closed at once; OX itself waits 15 seconds for an answer."""

RETRY_SECONDS = 5
"""OURS: after a restart of the master its writes wait until a slave asks again; the default is a minute."""
RETRIES = 7 * 86_400 // RETRY_SECONDS
"""OURS: for as long as the master keeps its binary logs. MySQL 8.4 tries 10 times by default, and then no more."""


def alone(deployment: Deployment) -> str:
    """Return the statement after which a master waits for nobody."""
    master, _ = semi_sync_words(deployment)
    return f"SET GLOBAL rpl_semi_sync_{master}_enabled = OFF"


def as_slave(deployment: Deployment) -> str:
    """Return the statements after which a server answers its master, once it follows it, and waits for nobody."""
    _, slave = semi_sync_words(deployment)
    return f"{alone(deployment)}; SET GLOBAL rpl_semi_sync_{slave}_enabled = ON"


def as_master(deployment: Deployment) -> str:
    """Return the statements after which a server is a master, which waits for nobody yet."""
    _, slave = semi_sync_words(deployment)
    return f"{alone(deployment)}; SET GLOBAL rpl_semi_sync_{slave}_enabled = OFF"


def wait(deployment: Deployment) -> str:
    """Return the statement after which a master waits for its slaves."""
    master, _ = semi_sync_words(deployment)
    return f"SET GLOBAL rpl_semi_sync_{master}_enabled = ON"


def _answered(deployment: Deployment) -> str:
    """Return shell that succeeds when some slave answers this master."""
    master, _ = semi_sync_words(deployment)
    return f'[ "$(status Rpl_semi_sync_{master}_clients)" -gt 0 ]'


def nobody_is_waited_for(deployment: Deployment) -> Test:
    """Return the test that a write on this server ends."""
    master, _ = semi_sync_words(deployment)
    return Test(
        "no write waits for a slave that is not there",
        f'  [ "$(variable rpl_semi_sync_{master}_enabled)" = 0 ] || {_answered(deployment)}',
    )


def slave_answers(deployment: Deployment) -> Test:
    """Return the test that waits until a slave answers this master."""
    return Test(
        "a slave answers this master",
        f"  answered() {{\n    {_answered(deployment)}\n  }}\n  wait_for {SECONDS} answered",
        "A slave follows it first.",
    )


def waiting(deployment: Deployment) -> Test:
    """Return the test that a master waits, and that somebody answers."""
    master, _ = semi_sync_words(deployment)
    return Test(
        "a write is told as saved when a slave has it too",
        f'  [ "$(status Rpl_semi_sync_{master}_status)" = ON ] && {_answered(deployment)}',
        f"Where Rpl_semi_sync_{master}_clients is 0, no slave answers and every write waits: look at the slaves. "
        f"{alone(deployment)} lets the writes go on alone; what is written then may be lost with this server. "
        f"Where a slave answers, {wait(deployment)} lets them wait for it again.",
    )


def answering(deployment: Deployment) -> Test:
    """Return the test that a slave answers its master."""
    _, slave = semi_sync_words(deployment)
    return Test(
        "the slave tells its master what it has received",
        f'  [ "$(status Rpl_semi_sync_{slave}_status)" = ON ]',
        f"{as_slave(deployment)}; then stop the slave and start it.",
    )


def closes(deployment: Deployment) -> str:
    """Return the command that closes a server, and fails where writes on it wait for a slave: they hold it up."""
    patience = f"SET SESSION lock_wait_timeout = {CLOSE_SECONDS}"
    return f"sql --execute='{patience}; {product.close(deployment)}' 2>/dev/null"


def lost(deployment: Deployment) -> str:
    """Return what a master takes with it, as a runbook says it."""
    if not deployment.database.semi_sync:
        return (
            "After a loss of the master, what no slave had received yet is lost: this replication does not wait for "
            "slaves."
        )
    return (
        "After a loss of the master, a slave has every write that a user was told to be saved, as long as verify.sh "
        "passed there. Until a slave has taken the step compare, neither its server nor its replication is restarted: "
        "it would forget what it has received and not applied yet."
    )


def wait_again(deployment: Deployment, new: str, on: tuple[str, ...], follower: State) -> tuple[Phase, ...]:
    """Return the phase in which a new master begins to wait for its slaves; none without semi_sync."""
    if not deployment.database.semi_sync:
        return ()
    step = Step(
        host=new,
        on=on,
        slug="wait-for-slaves",
        title="Tell of a write as saved when a slave has it too",
        why="A master that nobody follows would keep every write waiting, so it began alone.",
        before=(slave_answers(deployment),),
        command=f"sql --execute='{wait(deployment)}'",
        after=(waiting(deployment),),
        repeat=Repeat.HARMLESS,
        undo=alone(deployment),
        needs=(State(new, Holds.DATABASE), follower),
        gives=(State(new, Holds.WAITING),),
    )
    return (
        Phase(
            "The writes wait for a slave again",
            "What was written to the new master until this step may be lost with it.",
            (step,),
        ),
    )
