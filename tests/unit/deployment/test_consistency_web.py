"""What does not fit together in [web] and [mail], as a person reads it."""

import pytest

from oxconf.deployment.load import load_text
from oxconf.deployment.mistakes import ClusterError

HOST = '\n[[hosts]]\nname = "a"\naddress = "10.20.30.1"\nmemory = "8G"\ncores = 2\n'
HOST += 'roles = ["groupware", "database", "web", "filestore"]\n'
CERTIFICATE = 'certificate = "/etc/ssl/a.pem"\n'
KEY = 'certificate_key = "/etc/ssl/a.key"\n'
NAME = 'name = "a.example"\n'


def said(text: str) -> str:
    with pytest.raises(ClusterError) as error:
        load_text(f'tier = "poc"\n{text}{HOST}')
    assert len(error.value.mistakes) == 1, error.value
    return str(error.value)


@pytest.mark.parametrize(
    ("web", "message"),
    [
        (CERTIFICATE + NAME, "web.certificate_key is missing"),
        (KEY + NAME, "web.certificate is missing"),
        (CERTIFICATE + KEY, "web.name is missing"),
        ('certificate = "relative.pem"\n' + KEY + NAME, '"relative.pem" is not possible'),
        ('balancers = ["10.9.9.9"]', 'web.access is "none"'),
        ('access = "external"\nbalancers = []', "web.balancers names nobody"),
        ('access = "external"\nbalancers = ["10.9.9.9", "10.9.9.9"]', "10.9.9.9 is there twice"),
        ('access = "external"\nbalancers = ["8.0.0.0/7"]', "8.0.0.0/7 is too many to trust"),
        ('access = "external"\nbalancers = ["0.0.0.0/0"]', "0.0.0.0/0 is too many to trust"),
        ('access = "external"\nbalancers = ["10.20.30.0/24"]', 'host "a" is in 10.20.30.0/24'),
        ('access = "external"\nbalancers = ["127.0.0.1"]', "soap.allow has 127.0.0.1"),
    ],
)
def test_what_does_not_fit_in_web(web: str, message: str) -> None:
    assert message in said(f"[web]\n{web}\n")


def test_a_caller_of_soap_is_no_balancer() -> None:
    text = '[soap]\nallow = ["10.9.0.0/16"]\n[web]\naccess = "external"\nbalancers = ["10.9.9.9"]\n'
    assert "soap.allow has 10.9.0.0/16" in said(text)


@pytest.mark.parametrize(
    ("mail", "message"),
    [
        ("imap_secure = true\nimap_port = 143", "IMAP on port 143 begins with plain text"),
        ("imap_port = 993", "IMAP on port 993 begins with TLS"),
        ('imap_secure = "yes"', 'mail.imap_secure must be a boolean, not a string ("yes")'),
        ("full_login = 1", "mail.full_login must be a boolean, not a number (1)"),
        ('authentication = "ldap"', '"ldap" is not known'),
    ],
)
def test_what_does_not_fit_in_mail(mail: str, message: str) -> None:
    assert message in said(f"[mail]\n{mail}\n")


def test_a_role_balancer_needs_keepalived() -> None:
    with pytest.raises(
        ClusterError, match=r'web\.access is "external", so the balancer is none of these hosts'
    ):
        load_text('tier = "1m"\n[web]\naccess = "external"\n')


@pytest.mark.parametrize(
    "web",
    [
        'access = "external"\n',
        'access = "external"\nbalancers = ["10.20.30.240", "192.0.2.0/24"]\n',
        NAME,
        NAME + CERTIFICATE + KEY,
    ],
)
def test_what_fits(web: str) -> None:
    load_text(f'tier = "poc"\n[web]\n{web}{HOST}')
