"""The units that a host's files need are started by its steps."""

from oxconf.plan import ARTIFACTS
from oxconf.runbook.front import UNITS


def test_each_unit_belongs_to_a_kind_of_file_that_exists() -> None:
    assert {kind for kind, _ in UNITS} <= {artifact.kind for artifact in ARTIFACTS}
