"""One step of a runbook, and the states by which steps depend on each other."""

from collections.abc import Mapping
from enum import Enum

from attrs import frozen


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
    DUMPED = "the dump for the slaves is made and writing is closed"
    REPLICATING = "the slave follows the master"
    DATABASE = "the database is complete"
    EXPORTED = "the filestore is exported"
    FILESTORE = "the filestore is there"
    REGISTERED = "the cluster is registered in configdb"
    OX = "Open-Xchange runs"
    STARTED = "the services of this host run"
    VERIFIED = "every check has passed"


@frozen
class State:
    """Something that holds on one host."""

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
    secrets: tuple[str, ...] = ()
    sql: str = ""
    """Statements with passwords in them: they stand in `<slug>.sql` beside the script, for root's eyes alone."""


@frozen
class Phase:
    """Steps that belong together, under one heading."""

    title: str
    about: str
    steps: tuple[Step, ...]


@frozen
class Runbook:
    """Steps across hosts, in the order in which they are taken."""

    name: str
    title: str
    about: str
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    def of(self, host: str) -> Mapping[str, Step]:
        """Return the steps of one host by the names of their scripts, `NN-slug`, in order."""
        steps = [step for step in self.steps if step.host == host]
        return {f"{number:02}-{step.slug}": step for number, step in enumerate(steps, 1)}
