"""Images that the command gets or makes, and what it says where it cannot keep them."""

from pathlib import Path

import pytest
from command import assert_is_one_sentence, called

from nncompare.catalog import CATALOG


def test_fetch_makes_a_synthetic_set_and_says_where_it_is(synthetic_digits: Path) -> None:
    code, out, _ = called("fetch", "synthetic-digits")
    assert (code, out) == (0, f"Synthetic digits is in {synthetic_digits}.\n")


def test_fetch_that_cannot_write_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "file" / "folder"))
    code, out, err = called("fetch", "mnist")
    assert (code, out) == (1, "")
    assert "MNIST could not be kept" in err
    assert "set NNCOMPARE_DATA_DIR to another folder" in err
    assert "Traceback" not in err


def test_compare_without_its_images_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "file" / "folder"))
    code, out, err = called("compare", "--dataset", "mnist")
    assert (code, out) == (1, "")
    assert "MNIST could not be kept" in err
    assert "Traceback" not in err


def test_fetch_of_an_unknown_set_is_told() -> None:
    code, out, err = called("fetch", "cifar")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, ", ".join(CATALOG), "got cifar.")
