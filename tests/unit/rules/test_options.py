"""Which options of a host's files its database server obeys."""

from oxconf.evidence import Evidence, File, HostEvidence, HostFiles, OptionAt
from oxconf.syntax import optionfile

FOLDER = "/etc/mysql/ox.conf.d"


def host(files: dict[str, str]) -> HostEvidence:
    (found,) = Evidence(
        (HostFiles(name="db1", files=tuple(File(path, text) for path, text in files.items())),)
    ).hosts
    return found


def options(files: dict[str, str]) -> list[tuple[str, str]]:
    return [(option.key, option.value) for option in host(files).options]


def test_files_are_read_in_the_order_of_their_names_where_they_are_included() -> None:
    files = {
        "/etc/mysql/my.cnf": f"[mysqld]\nport = 1\n!includedir {FOLDER}/\nuser = mysql\n",
        f"{FOLDER}/b.cnf": "[mysqld]\nport = 3\n",
        f"{FOLDER}/a.cnf": "[mysqld]\nport = 2\n[client]\nport = 9\n",
        f"{FOLDER}/c.conf": "[mysqld]\nport = 4\n",
        f"{FOLDER}/deeper/d.cnf": "[mysqld]\nport = 5\n",
    }

    assert options(files) == [("port", "1"), ("port", "2"), ("port", "3"), ("user", "mysql")]


def test_without_my_cnf_our_folder_counts() -> None:
    assert options({f"{FOLDER}/a.cnf": "[mysqld]\nport = 2\n"}) == [("port", "2")]


def test_of_two_readings_of_a_file_the_last_counts() -> None:
    files = {
        "/etc/mysql/my.cnf": "!include /a.cnf\n[mysqld]\nport = 1\n!include /a.cnf\n",
        "/a.cnf": "[mysqld]\nport = 2\n",
    }

    assert options(files) == [("port", "1"), ("port", "2")]


def test_files_that_include_their_own_folder_end() -> None:
    files = {f"{FOLDER}/{n:02}.cnf": f"[mysqld]\nport = {n}\n!includedir {FOLDER}\n" for n in range(40)}
    files["/etc/mysql/my.cnf"] = f"!includedir {FOLDER}\n"

    assert host(files).option("port").value == "39"  # type: ignore[union-attr]


def test_a_long_chain_is_read_as_deep_as_the_server_does() -> None:
    files = {f"/{n}.cnf": f"[mysqld]\nport = {n}\n!include /{n + 1}.cnf\n" for n in range(1500)}
    files["/etc/mysql/my.cnf"] = "!include /1.cnf\n"

    assert host(files).option("port").value == "10"  # type: ignore[union-attr]


def test_values_do_not_show_when_options_are_printed() -> None:
    files = {f"{FOLDER}/wsrep.cnf": "[mysqld]\nwsrep_sst_auth = sstuser:Bu4-nightjar\n"}
    (option,) = host(files).options
    (parsed,) = optionfile.parse(files[f"{FOLDER}/wsrep.cnf"]).options()

    assert isinstance(option, OptionAt)
    assert "nightjar" not in repr(option) + repr(parsed)
