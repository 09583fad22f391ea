"""oxconf-check-web: whether Apache answers."""

import os
import stat

from oxconf.artifacts.check_web import CheckWeb
from oxconf.deployment.load import load_text


def test_every_host_that_may_hold_the_web_address_has_it() -> None:
    deployment = load_text("", tier="1m")
    assert [host.name for host in deployment.hosts if CheckWeb.from_deployment(deployment, host)] == [
        "web1",
        "web2",
    ]


def test_no_web_address_no_script() -> None:
    deployment = load_text("", tier="poc")
    assert CheckWeb.from_deployment(deployment, deployment.hosts[0]) is None


def test_it_is_a_program_in_a_folder_that_keepalived_trusts() -> None:
    text = CheckWeb().render()
    assert text.startswith("#!/bin/bash\n")
    assert text.endswith("\n")
    assert CheckWeb.mode == stat.S_IMODE(0o755)
    assert os.path.dirname(CheckWeb.path) == "/usr/local/sbin"
