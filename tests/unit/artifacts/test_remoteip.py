"""remoteip.conf: from whom the user's address is believed."""

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts.remoteip import RemoteIp
from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment

HOST = '\n[[hosts]]\nname = "a"\naddress = "10.20.30.1"\nmemory = "8G"\ncores = 2\n'
HOST += 'roles = ["groupware", "database", "web", "filestore"]\n'
WEB = 'tier = "poc"\n[web]\naccess = "external"\n'


def deployment(balancers: str) -> Deployment:
    return load_text(f"{WEB}{balancers}{HOST}")


def artifact(balancers: str) -> RemoteIp | None:
    found = deployment(balancers)
    return RemoteIp.from_deployment(found, found.hosts[0])


def test_the_balancers_and_nobody_else() -> None:
    found = artifact('balancers = ["10.20.30.240", "192.0.2.0/28"]')
    assert found is not None
    text = found.render()
    assert "\nRemoteIPHeader X-Forwarded-For\n" in text
    assert "\nRemoteIPInternalProxy 10.20.30.240 192.0.2.0/28\n" in text
    assert RemoteIp.parse(text) == found
    assert found.enables() == (
        Enable(Switch.APACHE_MODULE, "remoteip"),
        Enable(Switch.APACHE_CONF, "remoteip"),
    )


def test_no_balancers_no_header_is_believed() -> None:
    assert artifact("") is None


def test_both_kinds_of_proxies_and_the_last_header() -> None:
    found, _ = RemoteIp.read(
        "RemoteIPHeader X-Real-IP\nRemoteIPTrustedProxy 192.0.2.1\nRemoteIPHeader X-Client\n"
        "<VirtualHost *:80>\nRemoteIPInternalProxy 192.0.2.2 a.example\n</VirtualHost>\n"
    )
    assert found == RemoteIp(header="X-Client", proxies=("192.0.2.2", "a.example", "192.0.2.1"))
    assert (found.lines["header"], found.lines["proxies"]) == (3, 5)
