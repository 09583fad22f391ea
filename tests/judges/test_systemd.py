from __future__ import annotations

from judges.harness import Host, complaints, need
from judges.sandbox import Sandbox

UNITS = "/etc/systemd/system/"

# A drop-in's folder that ends in `-` is for every unit whose name begins so; these are the ones that it is meant for.
MEANT = {"open-xchange-.service": ("open-xchange-groupware.service", "open-xchange-admin.service")}

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
        named = {path.split("/")[0].removesuffix(".d") for path in ours}
        judged = {unit for name in named for unit in MEANT.get(name, (name,))}
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


def test_every_unit_of_ox_waits_for_the_filestore(machines: dict[Host, Sandbox]) -> None:
    need("systemd-analyze", "systemd")
    for host, machine in machines.items():
        if not any(path.endswith("/oxconf-filestore.conf") for path in host.paths):
            continue
        for unit in ("open-xchange.service", *MEANT["open-xchange-.service"]):
            machine.run("tee", f"{UNITS}{unit}", stdin=STUB.format(unit=unit))
            done = machine.run("systemd-analyze", "condition", f"--unit={unit}", check=False)
            assert done.returncode != 0, (host.name, unit)
            assert f"{unit}: AssertPathIsMountPoint=/var/opt/filestore failed." in done.stdout + done.stderr
