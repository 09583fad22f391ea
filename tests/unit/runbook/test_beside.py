"""The steps of what stands beside the cluster."""

import re
import subprocess
from pathlib import Path

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.runbook import beside
from oxconf.runbook.step import Step

LISTENING = "LISTEN 0 128 0.0.0.0:2222 0.0.0.0:*"


def firewall(port: int) -> Step:
    plan = make_plan(load_text(f'[network]\nfirewall = "nftables"\nssh_port = {port}\n', tier="1m"))
    (step,) = [
        step for step in beside.steps(plan.deployment, plan.hosts[0]) if step.slug.endswith("firewall")
    ]
    return step


@pytest.mark.parametrize(("shown", "goes_on"), [(LISTENING, True), ("", False)])
def test_the_filter_waits_for_sshd_on_the_port_that_it_lets_in(
    shown: str, goes_on: bool, tmp_path: Path
) -> None:
    step = firewall(2222)
    (test,) = [test for test in step.before if "sshd" in test.says]
    asked = tmp_path / "asked"
    fake = f"ss() {{ echo \"$*\" > {asked}; [ -z '{shown}' ] || echo '{shown}'; }}\n"

    done = subprocess.run(["bash", "-c", fake + test.shell], check=False)

    assert (done.returncode == 0) is goes_on
    assert re.search(r"sport = :2222\b", asked.read_text())
    assert "port 2222" in step.loses
