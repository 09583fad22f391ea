"""imapauth.properties: whom the plugin asks for a user's password."""

from oxconf.artifacts.imapauth_properties import ImapAuthProperties
from oxconf.deployment.load import load_text

IMAP = 'tier = "1m"\n[mail]\nauthentication = "imap"\nimap_server = "imap.example.com"\n'


def lines(text: str, host: str = "ox1") -> list[str]:
    deployment = load_text(text)
    found = ImapAuthProperties.from_deployment(deployment, deployment.host(host))
    assert found is not None
    assert ImapAuthProperties.parse(found.render()) == found
    return [line for line in found.render().splitlines() if not line.startswith("#")]


def test_every_key_that_the_package_ships_with_its_default() -> None:
    assert lines(IMAP) == [
        "IMAP_SERVER=imap.example.com",
        "IMAP_PORT=143",
        "IMAP_USE_SECURE=false",
        "IMAP_TIMEOUT=5000",
        "IMAP_CONNECTIONTIMEOUT=5000",
        "USE_FULL_LOGIN_INFO=true",
        "USE_MULTIPLE=false",
        "com.openexchange.authentication.imap.imapAuthEnc=UTF-8",
    ]


def test_tls_has_its_own_port() -> None:
    found = lines(f"{IMAP}imap_secure = true\n")
    assert "IMAP_PORT=993" in found
    assert "IMAP_USE_SECURE=true" in found


def test_port_and_login_of_the_cluster_file() -> None:
    found = lines(f"{IMAP}imap_port = 1143\nfull_login = false\n")
    assert "IMAP_PORT=1143" in found
    assert "USE_FULL_LOGIN_INFO=false" in found


def test_every_ox_host_has_it_and_only_where_imap_decides() -> None:
    deployment = load_text(IMAP)
    having = [host.name for host in deployment.hosts if ImapAuthProperties.from_deployment(deployment, host)]
    assert having == ["ox1", "ox2", "ox3", "prov1"]
    database = load_text('tier = "1m"')
    assert not any(ImapAuthProperties.from_deployment(database, host) for host in database.hosts)
