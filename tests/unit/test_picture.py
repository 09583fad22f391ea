"""The picture of a cluster: everything that a reader looks for is in it, and nothing lies on anything else."""

from pathlib import Path

import pytest
from drawing import SVG, Box, Drawing

from oxconf.deployment.load import load_text
from oxconf.deployment.model import Deployment
from oxconf.picture import describe, draw

DEPLOYMENTS = sorted((Path(__file__).parents[1] / "clusters" / "deployments").glob("*.toml"))

# Nothing here can fetch a file, run a script or clash with another picture on the same page.
ELEMENTS = {"svg", "title", "desc", "style", "rect", "polyline", "polygon", "text"}
ATTRIBUTES = {"class", "role", "width", "height", "viewBox", "x", "y", "rx", "points"}


@pytest.fixture(params=DEPLOYMENTS, ids=lambda path: path.stem)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    return load_text(request.param.read_text("utf-8"))


def cluster(text: str) -> Drawing:
    return Drawing(draw(load_text(text)))


def hosts(*listed: str) -> str:
    """Hosts as `name roles`."""
    tables = []
    for number, one in enumerate(listed, start=11):
        name, *roles = one.split()
        tables.append(
            f'[[hosts]]\nname = "{name}"\naddress = "10.20.30.{number}"\nroles = {roles}\nmemory = "32G"\ncores = 8\n'
        )
    return "".join(tables)


def test_nothing_lies_on_anything_else(deployment: Deployment) -> None:
    assert Drawing(draw(deployment)).faults() == []


def test_every_host_has_a_card_with_name_and_address(deployment: Deployment) -> None:
    drawing = Drawing(draw(deployment))

    cards = [drawing.words_in(card) for card in drawing.cards]
    for host in deployment.hosts:
        assert any(host.name in words and str(host.address) in words for words in cards)


def test_the_tier_of_a_million_mailboxes() -> None:
    drawing = cluster('tier = "1m"\n')

    assert drawing.titles == ["Web servers", "Open-Xchange", "Database: MariaDB 10.11, Galera", "Filestore"]
    assert [words[0] for words in map(drawing.words_in, drawing.cards)] == [
        "web1", "web2", "ox1", "ox2", "ox3", "prov1", "db1", "db2", "db3", "filestore1",
    ]  # fmt: skip
    assert drawing.words_in(drawing.card("ox2")) == [
        "ox2", "10.20.30.215", "Open-Xchange", "route OX2", "AJP, port 8009", "load factor 50",
        "HAProxy, 127.0.0.1", "reads: port 3306", "writes: ports 3307\u20133308",
    ]  # fmt: skip
    (web,) = drawing.of("floating")
    assert drawing.words_in(web) == [
        "Floating web address 10.20.30.230",
        "keepalived, virtual router 51",
        "on web1, then web2",
    ]
    caches, galera = drawing.of("strip")
    assert drawing.words_in(caches)[0] == "Caches find each other in 224.0.0.1, UDP 6780 (multicast)"
    assert drawing.words_in(galera) == [
        "Galera: all servers agree on each commit",
        "TCP 4567, 4568 and 4444 between them",
    ]
    for label in ("HTTP, port 80", "AJP, port 8009", "Writes: 127.0.0.1:3307", "Reads: 127.0.0.1:3306"):
        assert label in drawing.words
    assert "NFS, 2049 and 111" in drawing.words
    assert "SOAP to prov1 alone" in drawing.words


def test_the_writer_is_marked_and_stands_first() -> None:
    drawing = cluster('tier = "1m"\n[database]\nwriter = "db2"\n')

    assert drawing.of("writer") == [drawing.card("db2")]
    assert drawing.words_in(drawing.card("db2"))[2] == "Writer"
    assert drawing.words_in(drawing.card("db1"))[2] == "Reader"
    assert drawing.card("db2").left < drawing.card("db1").left
    assert "HAProxy to db2, then db1, then db3" in drawing.words


def test_replication_is_drawn_in_another_way_than_galera() -> None:
    galera, replication = cluster('tier = "1m"\n'), cluster('tier = "1m"\n[database]\nmode = "replication"\n')

    assert len(galera.heads("galera")) == 6, "two for each server"
    assert not galera.heads("replication")
    assert not replication.heads("galera")
    writer, *readers = replication.heads("replication")
    assert writer.top > replication.card("db1").bottom, "away from the writer"
    assert [head.top for head in readers] == [replication.card(name).bottom for name in ("db2", "db3")]
    assert "Floating write address 10.20.30.218" in replication.words
    assert "on db1; moved by a person" in replication.words


def test_maxscale_has_a_stage_where_it_has_hosts() -> None:
    apart = next(path for path in DEPLOYMENTS if path.stem == "1m-maxscale-hosts")
    drawing = cluster(apart.read_text("utf-8"))

    assert drawing.titles[1:4] == ["Open-Xchange", "MaxScale", "Database: MariaDB 10.11, Galera"]
    assert drawing.words_in(drawing.card("mx1"))[2:] == ["MaxScale", "reads: port 3306", "writes: port 3307"]
    for said in ("Writes: 10.20.30.218:3307", "Reads: 10.20.30.218:3306", "to db1, then db2, then db3"):
        assert said in drawing.words


def test_maxscale_beside_ox_is_a_part_of_its_card() -> None:
    drawing = cluster('tier = "1m"\n[database]\naccess = "maxscale"\n')

    assert "MaxScale" not in drawing.titles
    assert drawing.words_in(drawing.card("ox1"))[-3:] == [
        "MaxScale, 127.0.0.1",
        "reads: port 3306",
        "writes: port 3307",
    ]
    assert "MaxScale to db1, then db2, then db3" in drawing.words


def test_an_address_that_nobody_uses_is_not_drawn() -> None:
    assert not [word for word in cluster('tier = "1m"\n').words if "10.20.30.218" in word]


def test_one_host_that_does_everything_is_one_card() -> None:
    drawing = cluster('tier = "poc"\n')

    (card,) = drawing.cards
    assert {"Apache", "Open-Xchange", "Database server", "Filestore"} <= set(drawing.words_in(card))
    assert "Reads and writes: 127.0.0.1:3306" in drawing.words
    assert not drawing.of("strip")


def test_a_host_that_is_drawn_twice_says_so() -> None:
    drawing = cluster(
        'tier = "100k"\n[web]\naccess = "none"\n'
        + hosts("a groupware web", "b groupware", "c database", "d database", "e database web", "f filestore")
    )

    assert drawing.titles[:2] == ["Web servers", "Open-Xchange"]
    assert [drawing.words_in(card)[-1] for card in drawing.cards if drawing.words_in(card)[0] == "e"] == [
        "also: Database",
        "also: Web servers",
    ]


def test_a_server_outside_of_the_cluster() -> None:
    name = "a-name-of-an-nfs-server." * 10 + "example.com"
    drawing = cluster(
        f'tier = "100k"\n[web]\naccess = "none"\n[filestore]\nserver = "{name}"\n'
        + hosts("a groupware web", "b database", "c database", "d arbitrator")
    )

    assert drawing.faults() == []
    outside = drawing.cards[-1]
    assert outside in drawing.of("aside")
    assert "".join(drawing.words_in(outside)).startswith(name + "outside the cluster")
    assert drawing.words_in(drawing.card("d"))[2:] == ["Arbitrator", "votes, holds no data"]


def test_long_names_and_many_hosts() -> None:
    names = [f"{'w' * 60}{number:02}" for number in range(30)]
    drawing = cluster(
        'tier = "1m"\nname = "a-name-of-thirty-two-characters-"\n'.replace("characters-", "characters1")
        + hosts("web1 web balancer", *(f"{name} groupware" for name in names), "db1 database", "db2 database",
                "db3 database", "db4 database", "db5 database", "db6 database", "f filestore")
    )  # fmt: skip

    assert drawing.faults() == []
    assert len(drawing.cards) == 38
    assert "".join(drawing.words_in(drawing.cards[1])).startswith(names[0] + "10.20.30.12")
    assert "HAProxy to db1, then db2, then db3, then db4, then the others" in " ".join(drawing.words)


def test_it_is_an_image_with_a_text_alternative(deployment: Deployment) -> None:
    text = draw(deployment)
    drawing = Drawing(text)

    assert drawing.root.get("role") == "img"
    assert drawing.child("title") == f"Topology of the cluster {deployment.name}"
    assert drawing.child("desc") == " ".join(describe(deployment).splitlines())
    assert {element.tag.removeprefix(SVG) for element in drawing.root.iter()} <= ELEMENTS
    assert {name for element in drawing.root.iter() for name in element.attrib} <= ATTRIBUTES
    assert not [word for word in ("url", "@import", "expression") if word in drawing.child("style")]
    assert "\n\n" not in text, "a blank line would end raw HTML in Markdown"


def test_the_words_name_everything(deployment: Deployment) -> None:
    words = describe(deployment)

    for host in deployment.hosts:
        assert f"{host.name} ({host.address}" in words
        if host.route is not None:
            assert f"route {host.route}" in words
        if host.load_factor is not None:
            assert f"load factor {host.load_factor}" in words
    assert deployment.filestore.path in words
    assert deployment.database.version in words
    assert all(line.endswith(".") for line in words.splitlines())


def test_the_words_of_the_tier_of_a_million_mailboxes() -> None:
    assert describe(load_text('tier = "1m"\n')).splitlines() == [
        "The cluster 1m has 10 hosts on 10.20.30.0/24.",
        "Users call the floating address 10.20.30.230 over HTTP, port 80.",
        "keepalived holds the web address 10.20.30.230 on web1, then web2 (virtual router 51).",
        "Web servers with Apache: web1 (10.20.30.231) and web2 (10.20.30.232). "
        "They call the OX nodes over AJP, port 8009.",
        "OX nodes: ox1 (10.20.30.213, route OX1, load factor 50), ox2 (10.20.30.215, route OX2, load factor 50) "
        "and ox3 (10.20.30.216, route OX3, load factor 50). A session stays on the node of its route.",
        "Provisioning: prov1 (10.20.30.225, route OX4). No user comes here; SOAP calls go to prov1 alone.",
        "The caches of all OX hosts find each other in the multicast group 224.0.0.1, UDP port 6780.",
        "For writes, each OX host has a HAProxy on 127.0.0.1, ports 3307 and 3308, "
        "which goes to db1, then db2, then db3.",
        "For reads, each OX host has a HAProxy on 127.0.0.1, port 3306: HAProxy to all servers in turn, causal reads.",
        "HAProxy asks each database server on port 9200 whether it is in service.",
        "Database servers (MariaDB 10.11, Galera), port 3306: db1 (10.20.30.217) takes the writes; "
        "beside it db2 (10.20.30.219) and db3 (10.20.30.221).",
        "Galera: every server has all data, and they agree on each commit.",
        "Filestore: /var/opt/filestore on filestore1 (10.20.30.223), mounted over NFS, ports 2049 and 111, "
        "by ox1, ox2, ox3 and prov1.",
    ]  # fmt: skip


def test_its_colours_can_be_read_where_no_theme_gives_any() -> None:
    style = Drawing(draw(load_text('tier = "poc"\n'))).child("style")

    light, dark = style.split("@media (prefers-color-scheme:dark)")
    for colours in (fallbacks(light), fallbacks(dark)):
        for ground in ("bg", "frame"):
            assert contrast(colours["fg"], colours[ground]) >= 7
            assert contrast(colours["line"], colours[ground]) >= 4.5
            assert contrast(colours["strong"], colours[ground]) >= 4.5


def fallbacks(style: str) -> dict[str, str]:
    """The values that serve where the theme's are absent, by our names."""
    parts = (part.partition(":var(") for part in style.split("--ox-"))
    return {name: rest.split(",")[1].split(")")[0] for name, _, rest in parts if rest}


def contrast(one: str, other: str) -> float:
    """The ratio as WCAG 2.1 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_boxes_know_when_they_overlap() -> None:
    assert Box(0, 0, 10, 10).meets(Box(9, 9, 20, 20))
    assert not Box(0, 0, 10, 10).meets(Box(10, 0, 20, 10))
