import pytest

from oxconf.artifacts._artifact import Unreadable
from oxconf.artifacts.configdb_properties import AdmindaemonConfigdb, GroupwareConfigdb, JdbcUrl
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.deployment.secrets import Secret

GALERA_FLOATING = """
tier = "1m"
[database]
access = "floating-address"
write_address = "10.20.30.218"
"""


def of(cluster: Deployment, host: str = "ox1") -> tuple[GroupwareConfigdb, AdmindaemonConfigdb]:
    groupware = GroupwareConfigdb.from_deployment(cluster, cluster.host(host))
    admindaemon = AdmindaemonConfigdb.from_deployment(cluster, cluster.host(host))
    assert groupware is not None
    assert admindaemon is not None
    return groupware, admindaemon


def test_the_text_of_the_1m_cluster() -> None:
    groupware, _ = of(load_text("", tier="1m"))
    assert groupware.render() == (
        """\
# Database connections of the groupware process. Written by oxconf.
# useSeparateWrite: reads and writes have different endpoints
useSeparateWrite=true
writeOnly=false
# com.openexchange.database.replicationMonitor: """
        """Galera's causal reads wait for the writes, and no commit goes to counting
com.openexchange.database.replicationMonitor=false

# Reads.
readDriverClass=com.mysql.jdbc.Driver
readUrl=jdbc:mysql://127.0.0.1:3306/configdb
readProperty.1=user=openexchange
readProperty.2=password=REPLACE_configdb
readProperty.3=useUnicode=true
readProperty.4=characterEncoding=UTF-8
readProperty.5=autoReconnect=true
readProperty.6=useServerPrepStmts=false
readProperty.7=useTimezone=true
readProperty.8=serverTimezone=UTC
readProperty.9=connectTimeout=15000
readProperty.10=socketTimeout=15000

# Writes.
writeDriverClass=com.mysql.jdbc.Driver
writeUrl=jdbc:mysql://127.0.0.1:3307/configdb
writeProperty.1=user=openexchange
writeProperty.2=password=REPLACE_configdb
writeProperty.3=useUnicode=true
writeProperty.4=characterEncoding=UTF-8
writeProperty.5=autoReconnect=true
writeProperty.6=useServerPrepStmts=false
writeProperty.7=useTimezone=true
writeProperty.8=serverTimezone=UTC
writeProperty.9=connectTimeout=15000
writeProperty.10=socketTimeout=15000

# Pools, one for each endpoint. Those of the user databases go by registerdatabase.
cleanerInterval=10000
minIdle=0
maxIdle=-1
maxIdleTime=60000
maxActive=100
maxWait=10000
maxLifeTime=600000
exhaustedAction=BLOCK
testOnActivate=false
testOnDeactivate=false
testOnIdle=false
testThreads=false
"""
    )


@pytest.mark.parametrize(
    ("text", "read", "write", "separate", "monitor"),
    [
        ('tier = "1m"', "127.0.0.1:3306", "127.0.0.1:3307", True, False),
        (
            'tier = "1m"\n[database]\nread_policy = "round-robin-monitor"',
            "127.0.0.1:3306",
            "127.0.0.1:3307",
            True,
            True,
        ),
        ('tier = "1m"\n[database]\nmode = "replication"', "127.0.0.1:3306", "10.20.30.218:3306", True, True),
        (GALERA_FLOATING, "10.20.30.218:3306", "10.20.30.218:3306", False, False),
        (
            GALERA_FLOATING + 'read_address = "10.20.30.222"',
            "10.20.30.222:3306",
            "10.20.30.218:3306",
            True,
            True,
        ),
        ('tier = "poc"', "127.0.0.1:3306", "127.0.0.1:3306", False, True),
    ],
)
def test_endpoints_and_monitor(text: str, read: str, write: str, separate: bool, monitor: bool) -> None:
    groupware, admindaemon = of(load_text(text))
    assert str(groupware.read_url) == f"jdbc:mysql://{read}/configdb"
    assert str(groupware.write_url) == f"jdbc:mysql://{write}/configdb"
    assert groupware.use_separate_write is separate
    assert groupware.write_only is False
    # The admin daemon reads where it writes, and counts its writes whenever the groupware looks at the count.
    assert admindaemon.read_url == admindaemon.write_url == groupware.write_url
    assert (admindaemon.use_separate_write, admindaemon.write_only) == (False, True)
    assert groupware.replication_monitor is admindaemon.replication_monitor is monitor


def test_the_users_pool_is_said_to_be_theirs() -> None:
    groupware, admindaemon = of(load_text('tier = "1m"\n[database.pool]\nmax_active = 40\n'))
    assert groupware.max_active == admindaemon.max_active == 40
    assert "\n# maxActive: set in cluster" in groupware.render()
    assert "# maxWait" not in groupware.render()


def test_hosts_without_ox_have_none() -> None:
    cluster = load_text("", tier="1m")
    assert GroupwareConfigdb.from_deployment(cluster, cluster.host("db1")) is None
    assert AdmindaemonConfigdb.from_deployment(cluster, cluster.host("web1")) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("jdbc:mysql://localhost/configdb", JdbcUrl("localhost")),
        ("jdbc:mysql://db1:3307/oxdb_5", JdbcUrl("db1", 3307, "oxdb_5")),
        ("jdbc:mysql://[fd00::1]:3306/configdb", JdbcUrl("[fd00::1]")),
        ("jdbc:mysql://h/configdb?useSSL=false&a=b", JdbcUrl("h", 3306, "configdb", "useSSL=false&a=b")),
    ],
)
def test_foreign_urls_are_read(text: str, url: JdbcUrl) -> None:
    assert GroupwareConfigdb.parse(f"readUrl={text}\n").read_url == url


@pytest.mark.parametrize(
    "text",
    [
        "jdbc:mysql://a,b/configdb",
        "jdbc:mysql://a:0/x",
        "jdbc:postgresql://a/x",
        "jdbc:mysql://u:pw@a/x",
        "a",
    ],
)
def test_what_is_not_one_server_is_a_problem_that_does_not_show_the_text(text: str) -> None:
    file, problems = GroupwareConfigdb.read(f"\nwriteUrl={text}\n")
    assert file.write_url is None
    assert [problem.line for problem in problems] == [2]
    assert "pw" not in problems[0].message


def test_passwords_are_read_as_secrets() -> None:
    file = GroupwareConfigdb.parse(
        "readProperty.2=password=REPLACE_configdb\nwriteProperty.2=password=Gah7=x\n"
    )
    assert file.read_password == Secret("configdb")
    assert file.write_password == Secret("configdb", "Gah7=x")
    assert "Gah7" not in repr(file)


def test_a_numbered_property_without_a_name_is_a_problem() -> None:
    with pytest.raises(Unreadable, match=r'readProperty.3: must be "useUnicode=\.\.\."'):
        GroupwareConfigdb.parse("readProperty.3=true\n")
