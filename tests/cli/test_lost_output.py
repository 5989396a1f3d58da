"""A result that cannot be written where it was asked for: the training was good all the same."""

import errno
import json
from pathlib import Path

import pytest
from command import SMALL, Failing, called

from nncompare.comparison.result import ComparisonResult
from nncompare.engine.client import EngineError

ONE = ("compare", *SMALL, "--a", "channels=1,epochs=1", "--b", "none")
PAIR = ("compare", *SMALL, "--a", "channels=1,epochs=1", "--b", "channels=2,epochs=1")


def test_a_report_that_fails_leaves_the_former_one_and_the_result(
    engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    report = tmp_path / "report.html"
    report.write_text("a good one")
    monkeypatch.setattr(Path, "replace", fail)
    code, out, err = called(*ONE, "--report", str(report), "--json")
    assert code == 3
    assert json.loads(out)["state"] == "finished"
    assert f"nncompare: The report could not be written to {report}: No space left on device." in err
    assert report.read_text() == "a good one"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_on_a_full_disk_the_report_is_written_all_the_same(engine: None, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    code, _, err = called(*ONE, "--report", str(report), stdout=Failing(errno.ENOSPC))
    assert code == 3
    assert "nncompare: The result could not be printed: It is full.\n" in err
    assert "</html>" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE])
def test_without_a_terminal_for_the_bars_the_result_is_printed(engine: None, tmp_path: Path, number: int) -> None:
    code, out, _ = called(*ONE, "--report", str(tmp_path / "report.html"), stderr=Failing(number))
    assert code == 0
    assert "finished" in out


def test_a_list_that_cannot_be_printed_is_told() -> None:
    code, _, err = called("runs", stdout=Failing(errno.ENOSPC))
    assert (code, err) == (3, "nncompare: The result could not be printed: It is full.\n")


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_without_a_worker_to_predict_on_the_figures_are_printed(
    engine: None, flags: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EngineError("No worker answers.")

    monkeypatch.setattr(ComparisonResult, "verdict", fail)
    code, out, err = called(*PAIR, "--report", str(tmp_path / "report.html"), *flags)
    assert code == 3
    assert "nncompare: The report could not be made. No worker answers.\n" in err
    if flags:
        told = json.loads(out)
        assert (told["state"], told["verdict"]) == ("finished", None)
    else:
        assert out.rstrip().endswith("There is no verdict. No worker answers.")
