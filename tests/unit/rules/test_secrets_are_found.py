"""The rules about passwords look at every place that a password is written to."""

import pytest

from oxconf.deployment.load import load_text
from oxconf.plan import make_plan
from oxconf.render import evidence_of
from oxconf.rules._secrets import secrets

SECRETS = {
    "configdb": "kP30vxLq",
    "master": "Vu7Zr2mW",
    "sst": "9TtqLs4b",
    "clustercheck": "hX5c0NfE",
    "vrrp": "Qe81yKdj",
}

CLUSTERS = {
    "poc": 'tier = "poc"',
    "100k": 'tier = "100k"',
    "1m": 'tier = "1m"',
    "replication": 'tier = "1m"\n[database]\nmode = "replication"',
}


@pytest.mark.parametrize("text", CLUSTERS.values(), ids=CLUSTERS)
def test_every_line_with_a_password_is_known(text: str) -> None:
    evidence = evidence_of(make_plan(load_text(text, secrets=SECRETS)))

    for host in evidence.hosts:
        known = {(each.place.path, each.secret.value) for each in secrets(host)}
        written = {
            (path, value)
            for path, file in host.files.items()
            for value in SECRETS.values()
            if value in file.text
        }
        assert written == known


def test_a_placeholder_is_known_as_one() -> None:
    evidence = evidence_of(make_plan(load_text("", tier="1m")))

    found = [each.secret for host in evidence.hosts for each in secrets(host)]

    assert {secret.purpose for secret in found} == set(SECRETS)
    assert not any(secret.given for secret in found)
