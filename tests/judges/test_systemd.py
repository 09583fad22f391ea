from __future__ import annotations

from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox

UNITS = "/etc/systemd/system/"

# Units of other packages that ours belong to: enough of each to stand where the package is not installed.
STUB = """\
[Unit]
Description={unit}

[Service]
ExecStart=/bin/true
"""


def test_systemd_accepts_every_unit_and_drop_in(machines: dict[Host, Sandbox]) -> None:
    need("systemd-analyze", "systemd")
    for host, machine in machines.items():
        ours = [path.removeprefix(UNITS) for path in host.paths if path.startswith(UNITS)]
        judged = {path.split("/")[0].removesuffix(".d") for path in ours}
        for unit in sorted(judged - set(ours)):
            machine.run(
                "sh",
                "-c",
                'test -e "/lib/systemd/system/$1" || cat >"$0$1"',
                UNITS,
                unit,
                stdin=STUB.format(unit=unit),
            )
        for unit in sorted(judged):
            # A template is judged as one of its instances.
            instance = unit.replace("@.", "@1.")
            done = machine.run(
                "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", instance, check=False
            )
            said = complaints(done.stdout, done.stderr)
            assert (host.name, unit, done.returncode, said) == (host.name, unit, 0, [])
