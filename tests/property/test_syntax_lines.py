"""Laws of the line-oriented syntaxes: nothing is lost, nothing raises, no value leaves its own entry."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.syntax import (
    blocks,
    exports,
    fstab,
    hosts,
    interfaces,
    optionfile,
    properties,
    shellvars,
    sysctl,
    sysusers,
    unit,
)
from oxconf.syntax._base import Unwritable

# Pieces that mean something in one of the syntaxes, so that random texts get somewhere.
PIECES = [
    *"\n \t\r\f\v\0\\\"'#!;:=-+%$(){}[]/,.*&|<>`~a1é€😀", "\n\n", "\r\n", "\\\n", "\\\r\n", "  ", "\x85",
    "\u2028", "\xa0", "\x1b", "\x7f", "\ufeff", "\ud800", "\udc80", "[mysqld]\n", "!include ",
    "!includedir /x", "loose_", "\\u00e9", "\\ud83d\\ude00", "\\u12", "\\040", "\\x41", "\\s",
    "/srv 10.0.0.1(rw,sync) ", "-ro,sync ", "(rw)", "host", "10.20.30.213 ", "nfs defaults 0 0\n", "/mnt ",
    "iface eth0 inet static\n", "auto eth0\n", "allow-hotplug ", "mapping eth*\n", "source ", "post-up ",
    "rename a=b\n", "u ox 1001 ", "g ", '"a b"', "[Service]\n", "ExecStart=", "${x}", "$x", "%n", "NAME=",
    "export ", "$(id)",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
WORDS = st.text("abz019_.-", min_size=1, max_size=8)
VALUES = st.one_of(WORDS, TEXTS, st.text(max_size=8), st.sampled_from(["", "a b", "10.20.30.213", "/srv/ox"]))

MODULES: list[ModuleType] = [
    properties,
    optionfile,
    exports,
    fstab,
    interfaces,
    hosts,
    sysctl,
    sysusers,
    unit,
    shellvars,
]
"""Every module with `parse` and `render`."""

BUILDERS: dict[str, Callable[[str, str], Any]] = {
    "properties key": lambda a, b: properties.Document(
        (properties.Entry(a, b), properties.Comment(b), properties.Entry("z", "1"))
    ),
    "optionfile value": lambda a, b: optionfile.Document(
        (
            optionfile.Group("mysqld"),
            optionfile.Option("mysqld", "a", a),
            optionfile.Option("mysqld", "b", b),
            optionfile.Group("z"),
        )
    ),
    "optionfile name": lambda a, b: optionfile.Document(
        (
            optionfile.Group(a),
            optionfile.Option(a, b),
            optionfile.Group("z"),
            optionfile.Include("include", a),
        )
    ),
    "exports": lambda a, b: exports.Document(
        (
            exports.Export(a, (exports.Client(b, (a, "rw")), exports.Client("h", (b,)))),
            exports.Export("/z", (exports.Client("h", ("ro",)),)),
        )
    ),
    "exports path": lambda a, b: exports.Document(
        (exports.Export(a, (exports.Client("h", ("ro",)),)), exports.Export(b, (exports.Client("h"),)))
    ),
    "fstab": lambda a, b: fstab.Document(
        (fstab.Mount(a, b, "nfs", (b, "ro")), fstab.Mount("z", "/z", a or "nfs", ("a", "b"), 1, 2))
    ),
    "interfaces": lambda a, b: interfaces.Document(
        (
            interfaces.Stanza("iface", (a, "inet", "manual"), (interfaces.Option("post-up", b),)),
            interfaces.Comment("z"),
            interfaces.Stanza("auto", (b, a)),
        )
    ),
    "interfaces names": lambda a, b: interfaces.Document(
        (
            interfaces.Stanza(a, (b,)),
            interfaces.Stanza("iface", ("z", "inet", "manual"), (interfaces.Option(a, b),)),
            interfaces.Stanza("auto", ("z",)),
        )
    ),
    "hosts": lambda a, b: hosts.Document(
        (hosts.Entry("10.0.0.1", (a, b)), hosts.Entry(a, ("x",)), hosts.Entry("::1", ("z",)))
    ),
    "hosts names": lambda a, b: hosts.Document((hosts.Entry("10.0.0.1", (a, b)), hosts.Entry("::1", ("z",)))),
    "sysctl": lambda a, b: sysctl.Document((sysctl.Entry(a, b), sysctl.Comment(b), sysctl.Entry("z", "1"))),
    "sysusers": lambda a, b: sysusers.Document(
        (sysusers.Entry("u", a, b, a, b, b), sysusers.Entry("g", b, None, None, a), sysusers.Entry("g", "z"))
    ),
    "unit value": lambda a, b: unit.Document(
        (unit.Section("A"), unit.Entry("A", "a", a), unit.Entry("A", "b", b), unit.Section("Z"))
    ),
    "unit name": lambda a, b: unit.Document(
        (unit.Section(a), unit.Entry(a, b, "x"), unit.Section("Z"), unit.Entry("Z", "z", ""))
    ),
    "unit quoted": lambda a, b: unit.Document(
        (
            unit.Section("Service"),
            unit.Entry("Service", "ExecStart", f"/bin/echo {unit.quote(a)} {unit.quote(b)}"),
            unit.Entry("Service", "z", "1"),
        )
    ),
    "shellvars": lambda a, b: shellvars.Document(
        (shellvars.Entry("A", a), shellvars.Entry("B", b, True), shellvars.Entry("Z", "1"))
    ),
    "shellvars name": lambda a, b: shellvars.Document((shellvars.Entry(a, b), shellvars.Entry("Z", "1"))),
}
"""Documents that a program builds from any two values."""


def module_of(document: Any) -> ModuleType:
    return next(module for module in MODULES if isinstance(document, module.Document))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
@settings(max_examples=150, deadline=None)
@given(text=TEXTS | st.text())
def test_any_text_is_read_and_comes_back_unchanged(module: ModuleType, text: str) -> None:
    document = module.parse(text)
    assert module.render(document) == text
    lines = [item.line for item in document.items]
    assert lines == sorted(lines)
    assert all(line >= 1 for line in lines)
    assert all(1 <= problem.line <= len(text) for problem in document.problems)
    unread = [item.line for item in document.items if isinstance(item, module.Unread)]
    assert set(unread) <= {problem.line for problem in document.problems}


@pytest.mark.parametrize("name", BUILDERS)
@settings(max_examples=150, deadline=None)
@given(first=VALUES, second=VALUES)
def test_a_value_comes_back_unchanged_or_is_refused(name: str, first: str, second: str) -> None:
    try:
        document = BUILDERS[name](first, second)
        module = module_of(document)
        text = module.render(document)
    except Unwritable:
        return
    read = module.parse(text)
    assert read.items == document.items
    assert module.render(read) == text
    text.encode()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_what_is_appended_to_any_file_stands_alone(module: ModuleType, text: str) -> None:
    before = module.parse(text)
    appended = module.Comment("appended")
    try:
        after = module.parse(module.render(module.Document((*before.items, appended))))
    except Unwritable:
        assert '"' in text
        return
    assert after.items[-1] == appended
    # A backslash at the end of a file is data in some syntaxes until a line follows.
    if text.rstrip("\r\n\0").endswith("\\"):
        return
    kept = [item for item in after.items[:-1] if not isinstance(item, module.Blank | module.Unread)]
    assert kept == [item for item in before.items if not isinstance(item, module.Blank | module.Unread)]


@settings(max_examples=150, deadline=None)
@given(values=st.lists(VALUES, max_size=4))
def test_quoted_words_of_a_unit_are_the_words_again(values: list[str]) -> None:
    try:
        command = " ".join(map(unit.quote, values))
        variables = " ".join(map(unit.quote_environment, values))
    except Unwritable:
        return
    assert unit.words(command, command=True) == tuple(values)
    assert unit.words(variables, command=False) == tuple(values)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, body=TEXTS, other=TEXTS)
def test_a_block_changes_nothing_outside_of_it(text: str, body: str, other: str) -> None:
    block = blocks.wrap(body)
    once = blocks.replace(text, block)
    assert blocks.replace(once, block) == once
    assert once.startswith(text)
    assert once.endswith(block)
    below = once + other
    assert blocks.replace(below, blocks.wrap(other)) == once.removesuffix(block) + blocks.wrap(other) + other
    expected = body if not body or body.endswith("\n") else f"{body}\n"
    assert blocks.extract(below) == expected
