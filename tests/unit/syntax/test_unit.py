import pytest
from attrs import evolve

from oxconf.syntax._base import Unwritable
from oxconf.syntax.unit import (
    Blank,
    Comment,
    Document,
    Entry,
    Section,
    Unread,
    parse,
    quote,
    quote_environment,
    render,
    words,
)

TEXT = """\
# drop-in
[Service]
ExecStart=
ExecStart = /usr/sbin/haproxy -f /etc/haproxy/haproxy.cfg \\
    ; why
    -p /run/haproxy.pid

[Install]
WantedBy=multi-user.target
"""


def test_a_file_is_read() -> None:
    document = parse(TEXT)
    assert document.problems == ()
    command = "/usr/sbin/haproxy -f /etc/haproxy/haproxy.cfg      -p /run/haproxy.pid"
    assert document.items == (
        Comment("drop-in"),
        Section("Service"),
        Entry("Service", "ExecStart", ""),
        Entry("Service", "ExecStart", command),
        Blank(),
        Section("Install"),
        Entry("Install", "WantedBy", "multi-user.target"),
    )
    assert [item.line for item in document.items] == [1, 2, 3, 4, 7, 8, 9]


def test_an_empty_assignment_resets_a_list() -> None:
    document = parse(
        "[Service]\nExecStart=a\nExecStart=\nExecStart=b\n[Unit]\nAfter=x\n[Service]\nExecStart=c\n"
    )
    assert [entry.value for entry in document.values("Service", "ExecStart")] == ["b", "c"]
    assert document.values("Unit", "ExecStart") == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[Unit", "the section has no closing bracket or a character that no name can have"),
        ('["Unit"]', "the section has no closing bracket or a character that no name can have"),
        ("After", "it has no '='"),
        (" = x", "it has no key before the '='"),
    ],
)
def test_a_line_that_systemd_ignores_is_a_problem(line: str, reason: str) -> None:
    document = parse(f"[Service]\n{line}\nA=b\n")
    assert document.items == (Section("Service"), Unread(f"{line}\n"), Entry("Service", "A", "b"))
    (problem,) = document.problems
    assert (problem.line, problem.message) == (2, f"systemd ignores the line because {reason}.")


def test_an_entry_before_the_first_section_is_a_problem() -> None:
    assert "before the first" in parse("A=b\n").problems[0].message


def test_a_built_document() -> None:
    document = Document(
        (Section("Service"), Entry("Service", "Environment", quote_environment("A=b c$")), Comment("why"))
    )
    assert render(document) == '[Service]\nEnvironment="A=b c$"\n# why\n'


def test_only_what_was_changed_is_written_anew() -> None:
    document = parse("[Service]\nA = 1\nB = 2\n")
    *others, last = document.items
    assert isinstance(last, Entry)
    assert render(Document((*others, evolve(last, value="3", raw=None)))) == "[Service]\nA = 1\nB=3\n"


@pytest.mark.parametrize(
    "text", ["[A]\na=1\\", "[A]\na=1\\\n", "[A]\na=1\\\r", "[A]\na=1\\\n# b", "[A]\na=1\\\n ;\n#b\n"]
)
def test_an_appended_entry_never_becomes_part_of_the_last_line(text: str) -> None:
    read = parse(render(Document((*parse(text).items, Entry("A", "b", "2")))))
    assert read.values("A", "b") == (Entry("A", "b", "2"),)
    assert read.values("A", "a") == (Entry("A", "a", "1"),)


def test_an_argument_is_passed_as_it_is() -> None:
    assert quote("/etc/haproxy/haproxy.cfg") == "/etc/haproxy/haproxy.cfg"
    assert quote('100% $HOME "a" \\ ;\n') == '"100%% $$HOME \\"a\\" \\\\ ;\\n"'
    assert quote("") == '""'
    assert quote(";") == '";"'
    assert quote_environment("A=$b") == '"A=$b"'


def test_words_of_a_value() -> None:
    assert words("a 'b c' \"d\\te\" \\x41\\101\\u0041 100%% $$x", command=True) == (
        "a",
        "b c",
        "d\te",
        "AAA",
        "100%",
        "$x",
    )
    assert words("A=$$x", command=False) == ("A=$$x",)
    for wrong in ("'a", "a\\", "\\q"):
        with pytest.raises(ValueError, match=r"missing|nothing|no escape"):
            words(wrong, command=True)


@pytest.mark.parametrize("value", ["a\nb", " a", "a ", "a\\", "a\0", "a\rb"])
def test_a_value_that_would_be_read_as_another_is_refused(value: str) -> None:
    with pytest.raises(Unwritable):
        render(Document((Section("Service"), Entry("Service", "A", value))))


def test_an_entry_stands_below_its_own_section() -> None:
    with pytest.raises(Unwritable, match=r"the entry A of the section \[Unit\] stands below \[Service\]"):
        render(Document((Section("Service"), Entry("Unit", "A", "b"))))


@pytest.mark.parametrize("name", ["", "a b", "a=b", "#a", "[a]", "a\nb"])
def test_a_name_is_a_plain_word(name: str) -> None:
    for item in (Section(name), Entry("Service", name, "1")):
        with pytest.raises(Unwritable):
            render(Document((Section("Service"), item)))
