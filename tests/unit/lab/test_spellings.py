"""The spellings are many, and each is another one."""

from lab.spellings import SOAP_PATHS, SOAP_SPELLINGS


def test_there_are_more_than_fifty() -> None:
    assert len(set(SOAP_SPELLINGS)) == len(SOAP_SPELLINGS) >= 50
    assert set(SOAP_PATHS) <= set(SOAP_SPELLINGS)


def test_each_kind_is_there() -> None:
    for part in (";", "//", "/./", "/../", "%2e", "%2f", "%5c", "%25", "\\", "SERVLET", "services.", "%00"):
        assert any(part in spelling for spelling in SOAP_SPELLINGS), part
