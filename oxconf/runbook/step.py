"""One step of a runbook, and the states by which steps depend on each other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import field, frozen

SETUP = "setup"
"""Name of the runbook from empty hosts to a working cluster."""


class Holds(Enum):
    """What a step can bring about on a host; the value completes the sentence "on this host ..."."""

    USER = "the user open-xchange has its numbers"
    PACKAGES = "the packages are installed"
    SAVED = "the databases of before are saved"
    STOPPED = "the database server is stopped"
    CONFIGDB = "configdb exists, made by this host"
    CONFIGURED = "oxinstaller has run"
    FILES = "the files are installed"
    ENABLED = "units and modules are switched on"
    DATADIR = "the data folder is new"
    SERVING = "the database server serves"
    ACCOUNTS = "the accounts of the database exist"
    DUMPED = "the dump for the slaves is made"
    REPLICATING = "the slave follows the master"
    WAITING = "its writes wait for a slave"
    DATABASE = "the database is complete"
    EXPORTED = "the filestore is exported"
    FILESTORE = "the filestore is there"
    REGISTERED = "the cluster is registered in configdb"
    OX = "Open-Xchange runs"
    GUARDED = "the administration of MaxScale has a password of its own"
    STARTED = "the services of this host run"
    VERIFIED = "every check has passed"
    POSITION = "its position is written down"
    FENCED = "it takes no writes any more"
    PREPARED = "the host is set up as far as it can be alone"
    OUT = "it is out of service"
    FORGOTTEN = "the database knows no account of it"
    BOTH = "the accounts take the old password and the new one"
    RENEWED = "it uses the new password"
    REREGISTERED = "configdb has the new password of the registered databases"
    RESTARTED = "it has been restarted"
    RESTORED = "what the backup has is back"
    CHANGED = "the new password alone is valid"


@frozen
class State:
    """Something that holds on one host, or on the host that plays a part, as "the new master"."""

    host: str
    holds: Holds

    def __str__(self) -> str:
        return f"{self.host}: {self.holds.value}"


@frozen
class Test:
    """Something that can be seen on the host: `shell` succeeds when `says` holds.

    `otherwise` is what to do when it does not, in a sentence.
    """

    says: str
    shell: str
    otherwise: str = ""


class Repeat(Enum):
    """What happens when the step is taken again."""

    HARMLESS = "may be repeated: the result is the same"
    SKIPS = "may be repeated: it finds that it is done, and does nothing"
    LOOKS = "may be repeated: it changes nothing"


@frozen(kw_only=True)
class Step:
    """One step on one host.

    `command` is the body of a POSIX shell script that runs as root in the unpacked archive's folder under `set -eu`;
    the functions of `lib.sh` are at hand. `secrets` are the purposes of the passwords that it uses, each as the shell
    variable `<purpose>_password`.
    """

    host: str
    """Name of the host; or the part that one of `on` plays, as "the new master"."""
    slug: str
    """Name of the script, after its number."""
    title: str
    why: str
    command: str
    repeat: Repeat
    undo: str
    needs: tuple[State, ...] = ()
    """What other steps must have brought about."""
    gives: tuple[State, ...] = ()
    ends: tuple[State, ...] = ()
    """What does not hold any more after this step."""
    before: tuple[Test, ...] = ()
    """What is looked at on the host itself; the step stops when one does not hold."""
    done: str = ""
    """Shell that succeeds when the step was taken already; empty: it is always taken."""
    after: tuple[Test, ...] = ()
    """How to see that it worked."""
    loses: str = ""
    """What is lost or disturbed, in a sentence: the step asks first. Empty: nothing."""
    log: str = ""
    """Where to look when it fails."""
    on: tuple[str, ...] = ()
    """The hosts that may play the part: each has the script. Empty where `host` is a host."""
    words: str = ""
    """What the script is given on its command line, as `NAME=POSITION...`; empty: nothing."""
    example: str = ""
    """Such words, for a page: with values as they look."""
    secrets: tuple[str, ...] = ()
    sql: str = ""
    """Statements with passwords in them: they stand in `<slug>.sql` beside the script, for root's eyes alone."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts whose archives hold the script."""
        return self.on or (self.host,)


@frozen
class Phase:
    """Steps that belong together, under one heading."""

    title: str
    about: str
    steps: tuple[Step, ...]


def _with_steps(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    return tuple(phase for phase in phases if phase.steps)


@frozen
class Runbook:
    """Steps across hosts, in the order in which they are taken.

    The scripts of `setup` lie in the archives' folder `runbook/` and are counted on each host; those of another
    runbook lie in `runbook/<name>/` and have the numbers of the whole order, as several hosts may play one part.
    """

    name: str
    title: str
    about: str
    phases: tuple[Phase, ...] = field(converter=_with_steps)
    begins: tuple[State, ...] = ()
    """What holds before the first step: something that the setup has brought about."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def leaves(self) -> tuple[State, ...]:
        """What holds after the last step."""
        holding = dict.fromkeys(self.begins)
        for step in self.steps:
            holding.update(dict.fromkeys(step.gives))
            for state in step.ends:
                holding.pop(state, None)
        return tuple(holding)

    def standing(self, *kinds: Holds) -> tuple[State, ...]:
        """Return what holds after the last step, of some kinds."""
        return tuple(state for state in self.leaves if state.holds in kinds)

    @property
    def scripts(self) -> tuple[tuple[str, Step], ...]:
        """All steps in order, each with the path of its script below `runbook/`, without the ending."""
        if self.name != SETUP:
            return tuple(
                (f"{self.name}/{number:02}-{step.slug}", step) for number, step in enumerate(self.steps, 1)
            )
        counts: Counter[str] = Counter()
        found = []
        for step in self.steps:
            counts[step.host] += 1
            found.append((f"{counts[step.host]:02}-{step.slug}", step))
        return tuple(found)

    def of(self, host: str) -> Mapping[str, Step]:
        """Return the steps of one host by the paths of their scripts, in order."""
        return {script: step for script, step in self.scripts if host in step.hosts}
