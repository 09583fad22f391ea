"""What a rule is, and what it finds."""

from collections.abc import Callable, Iterator
from enum import Enum

from attrs import field, frozen

from oxconf.evidence import Evidence, Place


class Severity(Enum):
    """How bad a finding is. An error stops `render`; a warning never changes an exit code unless asked to."""

    ERROR = "error"
    WARNING = "warning"


@frozen
class Finding:
    """One violation. The first of `places` is where to look first, the others are the other ends."""

    code: str
    name: str
    severity: Severity
    message: str
    places: tuple[Place, ...]
    remedy: str


@frozen(kw_only=True)
class Rule:
    """One invariant of the cluster.

    `code` is never given to another rule. `name` says what is wrong. `why` tells what happens to users when it is,
    `remedy` what to do, `source` who says so, `daemons` what the daemons themselves say about the mistake. `deploy`
    is the severity under `check --deploy`, where it differs.
    """

    code: str
    name: str
    severity: Severity
    title: str
    why: str
    remedy: str
    source: str
    daemons: str
    check: Callable[[Evidence], Iterator[Finding]] = field(repr=False)
    deploy: Severity | None = None

    @property
    def family(self) -> str:
        """The beginning of the code, a key of FAMILIES: `OX1` of `OX104`."""
        return self.code[:3]

    def finding(self, message: str, *places: Place, remedy: str = "") -> Finding:
        """Return a finding of this rule; `remedy` where there is more to say than the rule's own."""
        return Finding(self.code, self.name, self.severity, message, places, remedy or self.remedy)
