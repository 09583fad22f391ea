"""OX219: the database server closes idle connections that the pools of OX still keep."""

from collections.abc import Iterator

from oxconf.artifacts.configdb_properties import GroupwareConfigdb
from oxconf.evidence import Evidence
from oxconf.rules._database import number
from oxconf.rules._rule import Finding, Rule, Severity


def check(evidence: Evidence) -> Iterator[Finding]:
    """Compare wait_timeout of each server with the longest maxIdleTime of the pools."""
    idle = [
        (pool.artifact.max_idle_time, pool)
        for pool in evidence.find(GroupwareConfigdb)
        if pool.artifact.max_idle_time is not None
    ]
    if not idle:
        return
    kept, pool = max(idle, key=lambda each: each[0])
    for server in evidence.databases:
        option = server.option("wait_timeout")
        seconds = number(option)
        if option is not None and seconds is not None and seconds * 1000 <= kept:
            yield RULE.finding(
                f"{server.name} closes a connection that was idle for {seconds} s, "
                f"but {pool.host.name} keeps it for {kept // 1000} s",
                option.place,
                pool.place("max_idle_time"),
            )


RULE = Rule(
    code="OX219",
    name="server-closes-first",
    severity=Severity.ERROR,
    title="The database server closes connections that OX still keeps",
    why=(
        "The pool hands out a connection that the server has closed already. The request fails with a communications "
        "error, now and then and mostly after a quiet time."
    ),
    remedy="Set wait_timeout above maxIdleTime and maxLifeTime of the pools, and above HAProxy's timeouts.",
    source="MariaDB and MySQL manuals, wait_timeout; configdb.properties as shipped: maxIdleTime=60000",
    daemons="All start.",
    check=check,
)
