"""What ``nncompare compare`` prints, on the engine of all tests; `test_shell.py` runs the command as a shell does."""

import json
import re
import subprocess
import sys
from pathlib import Path

import distributed
import pytest
from command import SMALL, called

from nncompare import __version__
from nncompare.engine.shared import EngineHolder


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    file = tmp_path / "settings.json"
    settings = {"dataset": "synthetic-fashion", "a": {"channels": 3, "epochs": 1, "dropout": 0}, "b": {"epochs": 5}}
    file.write_text(json.dumps({**settings, "train_images": 1_000, "seed": 7}))
    return file


def test_json_on_stdout_bars_on_stderr_and_flags_before_the_file(engine: None, settings_file: Path) -> None:
    code, out, err = called(
        "compare", "--config", str(settings_file), "--dataset", "synthetic-digits",
        "--a", "channels=2", "--b", "channels=4,epochs=2,batch_size=300", "--json",
    )  # fmt: skip
    assert code == 0, err
    told = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    used = told["comparison"]
    assert (used["dataset"], used["seed"], used["train_images"]) == ("synthetic-digits", 7, 1_000)
    assert (used["a"]["channels"], used["a"]["epochs"], used["a"]["dropout"]) == (2, 1, 0)
    assert (used["b"]["channels"], used["b"]["epochs"]) == (4, 2)
    assert told["state"] == told["a"]["state"] == told["b"]["state"] == "finished"
    assert [len(told[name]["history"]["test_accuracy"]) for name in "ab"] == [1, 2]
    assert [told[name]["plan"]["batch_size"] for name in "ab"] == [64, 512]
    assert told["a"]["parameters"] == 90 * 2**2 + 376 * 2 + 10
    assert "model A: 100%" in err
    assert "model B: 100%" in err
    assert told["conclusion"]["happened"].startswith("A learned for 1 epoch")
    assert told["conclusion"]["headline"].startswith(f"{told['conclusion']['happened']}: ")
    assert told["verdict"]["better"] in ("A", "B", "")


def test_a_table_without_json_and_a_alone_without_b(engine: None) -> None:
    code, out, err = called("compare", *SMALL, "--a", "channels=2,epochs=1", "--b", "none")
    assert code == 0, err
    title, *table = out.splitlines()
    assert title.startswith("Synthetic digits")
    assert "seed 0" in title
    rows = {row[0]: row[-1] for row in (re.split(" {2,}", line.strip()) for line in table)}
    assert "model A" in rows
    assert (rows["channels"], rows["epochs"], rows["batch used"], rows["state"]) == ("2", "1", "64", "finished")
    assert rows["parameters"] == "1,122"
    assert 0 < float(rows["test accuracy"].removesuffix("%")) <= 100
    assert "model B" not in out + err


def test_several_seeds_with_a_verdict_and_a_report(engine: None, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    models = ("--a", "channels=1,epochs=1", "--b", "channels=4,epochs=1")
    code, out, err = called("compare", *SMALL, *models, "--repeat", "2", "--seed", "4", "--report", str(report))
    assert code == 0, err
    assert "seeds 4, 5; the table is that of seed 4" in out
    assert re.search(r"\bover two seeds\.$|\b[Nn]o difference that two seeds could show\.$", out, re.MULTILINE)
    assert "paired t test over the seeds" in out
    assert f"nncompare: the report is in {report}." in err
    headline = re.search("<h1>(.*)</h1>", report.read_text(encoding="utf-8"))
    assert headline is not None
    assert f"{headline[1]}." in out.splitlines()


def test_a_failure_is_told_and_what_was_reached_is_printed(
    synthetic_digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody, connect = "tcp://127.0.0.1:1", distributed.Client
    monkeypatch.setenv("NNCOMPARE_SCHEDULER", nobody)
    monkeypatch.setattr("nncompare.comparison.compare.shared_engine", EngineHolder())
    monkeypatch.setattr(distributed, "Client", lambda *where, **how: connect(*where, **{**how, "timeout": 0.2}))
    code, out, err = called("compare", *SMALL, "--json")
    assert code == 1
    assert json.loads(out)["state"] == "failed"
    assert err.count(f"nncompare: No Dask scheduler answers at {nobody}.") == 1, "once for both models"


def test_what_cannot_be_saved_is_told_once_and_the_result_is_printed(
    engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNCOMPARE_HOME", str(tmp_path / "file"))
    code, out, err = called("compare", *SMALL, "--a", "channels=1,epochs=1", "--b", "none")
    assert code == 0
    assert "finished" in out
    assert err.count("nncompare: This comparison is not being saved.") == 1


def test_the_table_says_what_memory_changed(engine: None) -> None:
    budget = ("--memory-budget", str(8 * 2**20), "--precision", "float32")  # more would fit in bfloat16
    flags = ("--a", "channels=8,epochs=1,batch_size=300", "--b", "none", *budget)
    code, out, _ = called("compare", *SMALL, *flags)
    assert code == 0
    assert re.search(r"^batch used +16 x 19$", out, re.MULTILINE)
    assert "Model A, batch size: Used: 16 × 19 steps = 304 images an update, not 300." in out


def test_the_table_writes_settings_as_they_are_entered(engine: None) -> None:
    flags = ("--a", "channels=1,epochs=1,dropout=0,learning_rate=10.0,optimizer=sgd", "--b", "none")
    _, out, _ = called("compare", *SMALL, *flags)
    rows = dict(re.findall(r"^([a-z ]+?) {2,}(\S+)$", out, re.MULTILINE))
    assert (rows["dropout"], rows["learning rate"], rows["weight decay"]) == ("0", "10", "0")


def test_a_rate_of_ten_that_ends_without_a_word_is_told(engine: None) -> None:
    flags = ("--a", "channels=1,epochs=1,optimizer=sgd,learning_rate=10,momentum=0", "--b", "none")
    code, out, err = called("compare", *SMALL, *flags)
    assert code == 0, err
    assert re.search(r"^state +finished$", out, re.MULTILINE)
    assert "Model A did no better than guessing." in out.splitlines()
    assert "one-sided exact binomial test" in out


def test_the_version_is_told_by_the_command_and_by_the_module() -> None:
    command = [sys.executable, "-m", "nncompare", "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert printed == called("--version")[1] == f"nncompare {__version__}\n"
