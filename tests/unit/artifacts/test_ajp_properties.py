import pytest

from oxconf.artifacts._artifact import Unreadable
from oxconf.artifacts.ajp_properties import AjpProperties
from oxconf.deployment.load import load_text

SHIPPED_KEYS = {
    "AJP_PORT",
    "AJP_BIND_ADDR",
    "AJP_JVM_ROUTE",
    "SERVLET_POOL_SIZE",
    "AJP_SERVER_THREAD_SIZE",
    "AJP_LISTENER_POOL_SIZE",
    "AJP_LISTENER_READ_TIMEOUT",
    "AJP_MOD_JK",
    "AJP_MAX_NUM_OF_SOCKETS",
    "AJP_CONNECTION_POOL",
    "AJP_CONNECTION_POOL_SIZE",
    "AJP_REQUEST_HANDLER_POOL",
    "AJP_REQUEST_HANDLER_POOL_SIZE",
    "AJP_WATCHER_ENABLED",
    "AJP_WATCHER_PERMISSION",
    "AJP_WATCHER_MAX_RUNNING_TIME",
    "AJP_WATCHER_FREQUENCY",
    "AJP_CHECK_MAGIC_BYTES_STRICT",
    "AJP_SERVLET_CONFIG_DIR",
}


def test_route_and_address_are_the_hosts_own() -> None:
    cluster = load_text("", tier="1m")
    files = {host.name: AjpProperties.from_deployment(cluster, host) for host in cluster.hosts}
    nodes = {name: file for name, file in files.items() if file is not None}
    assert {name: (file.jvm_route, file.bind_address) for name, file in nodes.items()} == {
        "ox1": ("OX1", "10.20.30.213"),
        "ox2": ("OX2", "10.20.30.215"),
        "ox3": ("OX3", "10.20.30.216"),
        "prov1": ("OX4", "10.20.30.225"),
    }


def test_no_shipped_key_is_missing_because_the_file_replaces_the_shipped_one() -> None:
    cluster = load_text("", tier="1m")
    file = AjpProperties.from_deployment(cluster, cluster.host("ox1"))
    assert file is not None
    keys = {line.partition("=")[0] for line in file.render().splitlines() if not line.startswith("#")}
    assert keys >= SHIPPED_KEYS


def test_the_shipped_spelling_is_read() -> None:
    file = AjpProperties.parse("AJP_PORT=8009\nAJP_MOD_JK: TRUE\nAJP_JVM_ROUTE: OX1\nAJP_BIND_ADDR=*\n")
    assert (file.port, file.mod_jk, file.jvm_route, file.bind_address) == (8009, True, "OX1", "*")
    assert file.lines["jvm_route"] == 3


def test_a_port_that_is_none_is_a_problem_with_its_line() -> None:
    with pytest.raises(Unreadable, match="ajp-properties:2: AJP_PORT: 800999 is above 65535"):
        AjpProperties.parse("AJP_JVM_ROUTE=OX1\nAJP_PORT=800999\n")
