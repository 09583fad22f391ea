"""Laws of the syntaxes with sections and quotes: Apache, HAProxy, keepalived."""

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.syntax import apache, haproxy, keepalived
from oxconf.syntax._base import Unwritable

MODULES = [apache, haproxy, keepalived]
NASTY = "\"'#;!$%\\{}()<>@~=`/ \t\n\r\0\f\v\x1b\u00e9\u2028ab1x"

texts = st.text() | st.text(alphabet=NASTY + '<A></A>{}\n"\\')
lines_of_text = st.lists(
    st.sampled_from(
        [
            "<A x>",
            "</A>",
            "</B>",
            "<B",
            "X 'a",
            'X "a\\',
            "a {",
            "{",
            "}",
            "$A=b \\",
            "@x y",
            "global",
            "listen a b",
        ]
    )
    | texts
).map("\n".join)
values = (
    st.text(max_size=30)
    | st.text(alphabet=NASTY, max_size=30)
    | st.sampled_from(["{", "}", "${A}", "$_PWD ", ""])
)
names = st.from_regex(r"\A[A-Za-z][A-Za-z0-9_]{0,9}\Z")


def written(module: ModuleType, value: str) -> str | None:
    """The value as the module writes it, or None when it refuses it."""
    try:
        quoted: str = module.quote(value)
    except Unwritable:
        return None
    return quoted


def writable(module: ModuleType) -> st.SearchStrategy[str]:
    return values.filter(lambda value: written(module, value) is not None)


@pytest.mark.parametrize("module", MODULES)
@given(text=texts | lines_of_text)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_given_back(module: ModuleType, text: str) -> None:
    document = module.parse(text)
    assert module.render(document) == text
    last = text.count("\n") + 1
    assert all(1 <= problem.line <= last and problem.message for problem in document.problems)
    assert [problem.line for problem in document.problems] == sorted(p.line for p in document.problems)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_apache_words_are_read_as_they_were_written(data: st.DataObject) -> None:
    words = data.draw(st.lists(writable(apache)))
    section = data.draw(st.lists(writable(apache), min_size=1))
    name = data.draw(names)
    opening = " ".join([name, *map(apache.quote, section)])
    text = f"<{opening}>\n{name} {' '.join(map(apache.quote, words))}\n</{name}>\n"
    assert apache.parse(text) == apache.Document(
        text, (apache.Section(name, tuple(section), (apache.Directive(name, tuple(words)),)),)
    )


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_haproxy_words_are_read_as_they_were_written(data: st.DataObject) -> None:
    words = data.draw(st.lists(writable(haproxy), max_size=60))
    name = data.draw(writable(haproxy))
    text = f"listen {haproxy.quote(name)}\n X {' '.join(map(haproxy.quote, words))}\n"
    line = haproxy.Line(("X", *words))
    assert haproxy.parse(text) == haproxy.Document(text, (), (haproxy.Section("listen", name, (), (line,)),))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_keepalived_words_are_read_as_they_were_written(data: st.DataObject) -> None:
    words = data.draw(st.lists(writable(keepalived), min_size=1, max_size=5))
    name = data.draw(writable(keepalived))
    # In a block of values a value is the first word of its line.
    text = f"block {keepalived.quote(name)} {{\n{' '.join(map(keepalived.quote, words))}\n}}\n"
    assert keepalived.parse(text) == keepalived.Document(
        text, (keepalived.Node(("block", name), (keepalived.Node(tuple(words)),)),)
    )


FRAMES = {
    apache: "<Section 1>\nbefore 1\nsetting {}\nafter 2\n</Section>\nlast 3\n",
    haproxy: "listen 1\n before 1\n setting {}\n after 2\nlisten 2\n last 3\n",
    keepalived: "section 1 {{\n before 1\n setting {}\n after 2\n}}\nlast 3\n",
}


@pytest.mark.parametrize("module", MODULES)
@given(value=values)
@settings(max_examples=150, deadline=None)
def test_a_value_changes_nothing_but_itself(module: ModuleType, value: str) -> None:
    quoted = written(module, value)
    if quoted is None:
        return
    document = module.parse(FRAMES[module].format(quoted))
    plain = module.parse(FRAMES[module].format("plain"))
    assert document.problems == ()
    assert repr(document.children) == repr(plain.children).replace("'plain'", repr(value))


@pytest.mark.parametrize("module", MODULES)
@given(
    value=st.text(
        alphabet=st.characters(exclude_characters='"\\${}', exclude_categories=["C", "Z"]), min_size=1
    )
)
@settings(max_examples=150, deadline=None)
def test_ordinary_values_are_never_refused(module: ModuleType, value: str) -> None:
    assert written(module, value[:200]) is not None
