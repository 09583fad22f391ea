"""Laws of the picture, for any cluster: nothing overlaps, nothing is left out, no text becomes markup."""

from xml.etree import ElementTree

from drawing import SVG, Drawing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.strategies import clusters, toml

from oxconf.deployment.load import load_text
from oxconf.deployment.topology import floating_addresses, read_endpoint, write_endpoint
from oxconf.picture import describe, draw
from oxconf.picture.paper import Paper, text_width, wrap

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(clusters())
def test_any_cluster_is_drawn_and_told_in_full(tree: dict[str, object]) -> None:
    deployment = load_text(toml(tree))

    text, words = draw(deployment), describe(deployment)
    drawing = Drawing(text)

    assert drawing.faults() == []
    assert draw(load_text(toml(tree))) == text
    joined = "".join(word for card in drawing.cards for word in drawing.words_in(card))
    for host in deployment.hosts:
        assert host.name + str(host.address) in joined
        assert f"{host.name} ({host.address}" in words
        if host.route is not None:
            assert host.route in joined.replace(" ", "")
            assert f"route {host.route}" in words
    ends = {write_endpoint(deployment).address, read_endpoint(deployment).address}
    for address in ends | {floating.address for floating in floating_addresses(deployment)}:
        assert any(str(address) in word for word in drawing.words)
        assert str(address) in words


@QUICK
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_stays_a_text(text: str) -> None:
    paper = Paper()
    paper.text("detail", 1, 2, text)

    (element,) = ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{paper}</svg>')

    assert element.tag == f"{SVG}text"
    assert len(element) == 0
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text)
    assert (element.text or "") == shown


@QUICK
@given(st.text(st.sampled_from("ab WMil-./"), max_size=120), st.integers(20, 300), st.booleans())
def test_lines_fit_and_lose_nothing(text: str, width: int, mono: bool) -> None:
    lines = wrap(text, width, 12, mono=mono)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 12, mono=mono) <= width for line in lines)
