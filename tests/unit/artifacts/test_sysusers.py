import pytest

from oxconf.artifacts.sysusers import Sysusers
from oxconf.deployment.load import load_text


def test_the_same_user_on_ox_and_filestore_hosts() -> None:
    cluster = load_text("", tier="1m")
    files = {host.name: Sysusers.from_deployment(cluster, host) for host in cluster.hosts}
    assert [name for name, file in files.items() if file] == ["ox1", "ox2", "ox3", "filestore1", "prov1"]
    assert files["ox1"] == files["filestore1"]
    assert files["ox1"] is not None
    assert files["ox1"].render() == (
        "# The user open-xchange, with the same numbers on all hosts. Written by oxconf.\n"
        "# Files of the filestore belong to these numbers, whatever a host calls them.\n"
        "g open-xchange 1001\n"
        "u open-xchange 1001:1001 - /opt/open-xchange /bin/sh\n"
    )


def test_numbers_are_the_clusters() -> None:
    cluster = load_text('tier = "poc"\n[filestore]\nuid = 4711\ngid = 4712\n')
    file = Sysusers.from_deployment(cluster, cluster.hosts[0])
    assert file is not None
    assert "g open-xchange 4712\nu open-xchange 4711:4712 " in file.render()


def test_others_are_left_alone_and_the_first_of_two_counts() -> None:
    file = Sysusers.parse(
        "u mail 8\ng open-xchange 5\nu open-xchange 6\ng open-xchange 7\nm open-xchange tape\n"
    )
    assert (file.gid, file.uid, file.primary_gid, file.login_shell) == (5, 6, None, None)
    assert file.lines["gid"] == 2


@pytest.mark.parametrize(
    "line", ["u open-xchange -", "u open-xchange 1:users", "g open-xchange 1:2", "u open-xchange /x"]
)
def test_what_gives_no_number_is_a_problem(line: str) -> None:
    file, problems = Sysusers.read(f"\n{line}\n")
    assert file == Sysusers()
    assert [problem.line for problem in problems] == [2]
