"""Options come out as a server reads them: from the first line to the last, into each include and back."""

from collections.abc import Iterator
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from oxconf.artifacts.my_cnf import is_included
from oxconf.evidence import Evidence, File, HostFiles
from oxconf.syntax import optionfile

# Each level of a reading that starts anew multiplies its length; what holds for two holds for the server's ten.
DEEPEST = 2
PATHS = ("/etc/mysql/my.cnf", "/d/a.cnf", "/d/b.cnf")

lines = st.one_of(
    st.builds("{}={}".format, st.sampled_from("xy"), st.integers(0, 99)),
    st.sampled_from([*(f"!include {path}" for path in PATHS), "!includedir /d"]),
)
texts = st.lists(lines, max_size=2).map(lambda found: "\n".join(("[mysqld]", *found)) + "\n")


def forwards(files: dict[str, str], path: str, depth: int = 0) -> Iterator[tuple[str, str | None]]:
    """Yield the options as the server meets them, each reading of a file anew."""
    for item in optionfile.parse(files[path]).items:
        if isinstance(item, optionfile.Option):
            yield item.key, item.value
        elif isinstance(item, optionfile.Include) and depth < DEEPEST:
            folder = [each for each in sorted(files) if is_included(each, item.path)]
            for each in [item.path] if item.directive == "include" else folder:
                if each in files:
                    yield from forwards(files, each, depth + 1)


@given(st.fixed_dictionaries({PATHS[0]: texts}, optional=dict.fromkeys(PATHS[1:], texts)))
@settings(max_examples=100, deadline=None)
def test_the_last_value_counts_however_files_include_each_other(files: dict[str, str]) -> None:
    (host,) = Evidence((HostFiles(name="db1", files=tuple(File(*each) for each in files.items())),)).hosts
    with patch("oxconf.evidence.DEEPEST_INCLUDE", DEEPEST):
        found = {key: option.value for key in "xy" if (option := host.option(key))}

    assert found == dict(forwards(files, PATHS[0]))
