from oxconf.artifacts._artifact import Install
from oxconf.artifacts.my_cnf import IncludeDir, MyCnf
from oxconf.deployment.load import load_text

DEBIAN = """[client-server]
socket = /run/mysqld/mysqld.sock
!includedir /etc/mysql/conf.d/
!includedir /etc/mysql/mariadb.conf.d/
"""


def test_the_block_has_one_line_that_counts() -> None:
    deployment = load_text("", tier="1m")
    made = MyCnf.from_deployment(deployment, deployment.host("db1"))
    assert made is not None
    assert made.install is Install.BLOCK
    assert (
        made.render()
        == """# BEGIN oxconf
# Stands at the end of the file: the last of several equal options wins.
!includedir /etc/mysql/ox.conf.d/
# END oxconf
"""
    )


def test_only_database_servers_have_it() -> None:
    deployment = load_text("", tier="1m")
    assert [host.name for host in deployment.hosts if MyCnf.from_deployment(deployment, host)] == [
        "db1",
        "db2",
        "db3",
    ]


def test_reading_sees_the_whole_file_in_the_order_of_the_server() -> None:
    ours = MyCnf(includedirs=(IncludeDir("/etc/mysql/ox.conf.d/"),)).render()
    made, problems = MyCnf.read(DEBIAN + ours)
    assert problems == ()
    assert [(each.path, each.line) for each in made.includedirs] == [
        ("/etc/mysql/conf.d/", 3),
        ("/etc/mysql/mariadb.conf.d/", 4),
        ("/etc/mysql/ox.conf.d/", 7),
    ]


def test_a_file_that_stops_the_server_is_a_problem() -> None:
    made, problems = MyCnf.read("[mysqld\n!includedir /etc/mysql/ox.conf.d/\n")
    assert [problem.line for problem in problems] == [1]
    assert made.includedirs == (IncludeDir("/etc/mysql/ox.conf.d/"),)
