"""The site with HTTPS."""

import pytest

from oxconf.artifacts._artifact import Enable, Switch
from oxconf.artifacts.https_site import HttpsSite, Site
from oxconf.deployment.load import load_text

HTTPS = """\
tier = "1m"
[web]
name = "ox.example.com"
certificate = "/etc/ssl/certs/ox.pem"
certificate_key = "/etc/ssl/private/ox.key"
"""


def artifact() -> HttpsSite:
    deployment = load_text(HTTPS)
    found = HttpsSite.from_deployment(deployment, deployment.host("web1"))
    assert found is not None
    return found


def test_only_web_servers_have_it_and_only_with_a_certificate() -> None:
    deployment = load_text(HTTPS)
    assert [host.name for host in deployment.hosts if HttpsSite.from_deployment(deployment, host)] == [
        "web1",
        "web2",
    ]
    plain = load_text('tier = "1m"')
    assert not any(HttpsSite.from_deployment(plain, host) for host in plain.hosts)


def test_it_reads_back() -> None:
    assert HttpsSite.parse(artifact().render()) == artifact()


def test_plain_http_redirects_and_hands_nothing_on() -> None:
    text = artifact().render()
    plain = text[text.index("<VirtualHost *:80>") : text.index("</VirtualHost>")]
    assert '    <Location "/">\n        ProxyPass !\n    </Location>\n' in plain
    assert "    Redirect permanent / https://ox.example.com/\n" in plain
    assert "SSL" not in plain


def test_tls_begins_at_1_2() -> None:
    assert "    SSLProtocol -all +TLSv1.2 +TLSv1.3\n" in artifact().render()
    assert "    SSLCertificateFile /etc/ssl/certs/ox.pem\n" in artifact().render()


def test_it_takes_the_place_of_debians_site() -> None:
    assert Enable(Switch.APACHE_MODULE, "ssl") in artifact().enables()
    assert Enable(Switch.APACHE_SITE, "000-open-xchange") in artifact().enables()
    assert Enable(Switch.APACHE_SITE_OFF, "000-default") in artifact().enables()


FOREIGN = """\
<IfModule mod_ssl.c>
<VirtualHost 10.0.0.1:443 _default_:443>
  SSLEngine On
  SSLCertificateFile "/etc/ssl/my cert.pem"
</VirtualHost>
</IfModule>
<VirtualHost *:80>
  Redirect /old https://elsewhere/
  Redirect 302 / https://a.example/
  <Location />
    ProxyPass "!"
  </Location>
</VirtualHost>
<VirtualHost *:81>
  RewriteRule ^/(.*)$ HTTPS://a.example/$1 [R]
  <Location /ajax>
    ProxyPass !
  </Location>
</VirtualHost>
"""


def test_sites_of_others() -> None:
    found, problems = HttpsSite.read(FOREIGN)
    assert problems == ()
    assert found.sites == (
        Site(address="10.0.0.1:443", tls=True, certificate="/etc/ssl/my cert.pem"),
        Site(address="_default_:443", tls=True, certificate="/etc/ssl/my cert.pem"),
        Site(address="*:80", redirect="https://a.example/", passes=False),
        Site(address="*:81", rewrites=True),
    )
    assert [site.line for site in found.sites] == [2, 2, 7, 14]


@pytest.mark.parametrize(
    "line", ["Redirect", "Redirect permanent", "RewriteRule ^", "SSLCipherSuite", "SSLEngine"]
)
def test_lines_that_lack_something_are_no_traceback(line: str) -> None:
    found, _ = HttpsSite.read(f"<VirtualHost *:80>\n{line}\n</VirtualHost>\n<VirtualHost>\n</VirtualHost>\n")
    assert found.sites == (Site(address="*:80"),)
