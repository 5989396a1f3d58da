"""A network that puts a certificate of its own before every address, as many schools do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import self_signed
from mirror_server import Mirror, running
from tiny_data import PACKED, RAW, contents_of, tiny_info

from nncompare.data import DataError
from nncompare.data.fetching import fetch_into

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return self_signed(tmp_path)


@pytest.fixture
def school(certificate: Path) -> Iterator[Mirror]:
    with running(dict(PACKED), certificate) as server:
        yield server


def failure(folder: Path, *mirrors: str) -> str:
    with pytest.raises(DataError) as error:
        fetch_into(tiny_info(*mirrors), folder)
    assert list((folder / "MNIST" / "raw").iterdir()) == []
    return str(error.value)


def test_an_unknown_certificate_is_named_with_the_variable_that_helps(tmp_path: Path, school: Mirror) -> None:
    assert failure(tmp_path, school.url) == (
        "MNIST could not be downloaded: a certificate that is not trusted from 127.0.0.1. "
        "If your school or company has a certificate of its own, set REQUESTS_CA_BUNDLE to its file, "
        "or use Synthetic digits instead."
    )
    assert school.requests == []


def test_the_variable_helps(tmp_path: Path, school: Mirror, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert contents_of(fetch_into(tiny_info(school.url), tmp_path)) == RAW


def test_the_other_variable_that_people_know_does_not_help_and_is_not_advised(
    tmp_path: Path, school: Mirror, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert "SSL_CERT_FILE" not in failure(tmp_path, school.url)


@pytest.mark.parametrize(
    ("variable", "file"),
    [("REQUESTS_CA_BUNDLE", "missing"), ("CURL_CA_BUNDLE", "missing"), ("REQUESTS_CA_BUNDLE", "text")],
)
def test_a_variable_that_names_no_file_of_certificates_is_not_taken_for_a_full_disk(
    tmp_path: Path, school: Mirror, variable: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text").write_text("no certificate")
    monkeypatch.setenv(variable, str(tmp_path / file))
    assert failure(tmp_path, school.url) == (
        "MNIST could not be downloaded: REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE) names no file of certificates for "
        "127.0.0.1. Correct that variable, or use Synthetic digits instead."
    )


def test_a_mirror_without_a_certificate_is_still_asked(tmp_path: Path, school: Mirror, mirror: Mirror) -> None:
    assert contents_of(fetch_into(tiny_info(school.url, mirror.url), tmp_path)) == RAW


def test_a_server_that_speaks_no_https_is_no_matter_of_trust(tmp_path: Path, mirror: Mirror) -> None:
    told = failure(tmp_path, mirror.url.replace("http:", "https:"))
    assert "no answer from 127.0.0.1. Check the network" in told
