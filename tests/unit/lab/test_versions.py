"""What programs say of themselves, on machines that have them or not."""

from pathlib import Path

import pytest
from lab import versions


def test_every_program_is_there_by_name() -> None:
    found = dict(versions.versions())

    assert list(found) == [
        *("mariadbd", "galera provider", "haproxy", "keepalived", "apache2", "java", "nfs-ganesha", "kernel")
    ]
    assert all(found.values())
    assert versions.cores() >= 1
    assert versions.memory() > 2**28


def test_a_program_that_is_absent_or_mute_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        versions,
        "PROGRAMS",
        {"mariadbd": (("nobody-has-this",), "x"), "haproxy": (("true",), "version (.*)")},
    )
    monkeypatch.setattr(versions, "PROVIDERS", (str(tmp_path / "none.so"),))

    found = dict(versions.versions())

    assert (found["mariadbd"], found["haproxy"], found["galera provider"]) == (
        versions.ABSENT,
        "does not say",
        versions.ABSENT,
    )


def test_the_provider_has_its_version_built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "libgalera_smm.so"
    library.write_bytes(b"\x7fELF\x00Galera\x004.23(rXXXX)\x00./galera/src\x00")
    monkeypatch.setattr(versions, "PROVIDERS", (str(library),))

    assert dict(versions.versions())["galera provider"] == "4.23"
