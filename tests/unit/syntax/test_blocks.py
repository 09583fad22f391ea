import pytest

from oxconf.syntax._base import Unwritable
from oxconf.syntax.blocks import extract, replace, wrap

HOSTS = "127.0.0.1 localhost\n"
BLOCK = "# BEGIN oxconf\n10.20.30.213 ox1\n# END oxconf\n"


def test_a_block_is_put_at_the_end() -> None:
    assert wrap("10.20.30.213 ox1") == BLOCK
    assert replace(HOSTS, BLOCK) == HOSTS + BLOCK
    assert replace("", BLOCK) == BLOCK


def test_a_missing_last_line_end_is_added() -> None:
    assert replace("127.0.0.1 localhost", BLOCK) == HOSTS + BLOCK


def test_a_block_is_replaced_where_it_stands() -> None:
    text = f"{HOSTS}{BLOCK}::1 ip6-localhost"
    assert replace(text, wrap("10.20.30.215 ox2\n")) == (
        "127.0.0.1 localhost\n# BEGIN oxconf\n10.20.30.215 ox2\n# END oxconf\n::1 ip6-localhost"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_body_of_a_block(end: str) -> None:
    assert extract(f"{HOSTS}# BEGIN oxconf\na\n\nb\n# END oxconf{end}") == "a\n\nb\n"


def test_a_file_without_a_block() -> None:
    assert extract(HOSTS) is None
    assert extract("# BEGIN oxconfig\n# END oxconfig\n") is None
    assert extract(wrap("")) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# BEGIN oxconf\na\n", "found: '# BEGIN oxconf' in line 1"),
        ("a\n# END oxconf\n", "found: '# END oxconf' in line 2"),
        ("# END oxconf\n# BEGIN oxconf\n", "found: '# END oxconf' in line 1, '# BEGIN oxconf' in line 2"),
        (BLOCK + BLOCK, "'# END oxconf' in line 3, '# BEGIN oxconf' in line 4"),
    ],
)
def test_markers_that_do_not_fit_are_an_error(text: str, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        replace(text, BLOCK)
    with pytest.raises(ValueError, match=found):
        extract(text)


def test_a_body_cannot_hold_a_marker() -> None:
    with pytest.raises(Unwritable):
        wrap("a\n# END oxconf\n")


def test_only_a_block_replaces_a_block() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        replace(HOSTS, "10.20.30.213 ox1\n")
