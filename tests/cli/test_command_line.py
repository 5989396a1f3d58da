"""The command in this process, on the engine of all tests; `test_shell.py` runs it as a shell does."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import distributed
import pytest
from command import SMALL, assert_is_one_sentence, called

from nncompare import __version__
from nncompare.catalog import CATALOG
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


def test_a_report_that_cannot_be_written_is_told_before_training(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing" / "report.html"):
        code, out, err = called("compare", *SMALL, "--report", str(place))
        assert_is_one_sentence(err, "The report cannot be written to", str(place))
        assert (code, out) == (2, "")


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


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--a", "channels=0"], ["Model A: Channels must be a whole number from 1 to 256; got 0."]),
        (["--a", "channels=1000000000"], ["got 1000000000."]),
        (["--b", "dropout=1"], ["Model B: Dropout must be a number from 0 to below 1; got 1."]),
        (["--b", "learning_rate=nan"], ["Learning rate", "got nan."]),
        (["--a", "optimizer=rmsprop"], ["Optimiser must be adam or sgd; got rmsprop."]),
        (["--a", "width=3"], ["There is no setting named 'width'; there are channels"]),
        (["--a", "channels"], ["--a must be settings such as channels=8,epochs=1; got 'channels'."]),
        (["--a", ""], ["--a must be settings such as channels=8,epochs=1"]),
        (["--a", "channels=8,channels=9"], ["--a names 'channels' twice. Leave one of them out."]),
        (["--a", "channels=8", "--a", " channels = 9"], ["--a names 'channels' twice. Leave one of them out."]),
        (["--b", "none", "--b", "channels=8"], ["--b none and --b channels=8 exclude each other."]),
        (["--a", "none"], ["Model A must be a set of settings; got nothing."]),
        (["--dataset", "cifar"], ["Data set must be mnist, fashion-mnist, ", " or synthetic-fashion; got cifar."]),
        (["--seed", "-1"], ["Seed must be a whole number from 0 to 4,294,967,295; got -1."]),
        (["--seed", "x"], ["Seed", "got x."]),
        (["--train-images", "999"], ["Training images must be a whole number from 1,000 to 60,000; got 999."]),
        (["--memory-budget", "1000"], ["The memory budget of 0.00 MiB (1,000 bytes) is too small."]),
        (["--memory-budget", "0"], ["Memory budget must be a whole number from 1; got 0."]),
        (["--device", "tpu"], ["Device must be auto, cpu, cuda or cuda:N; got tpu."]),
        (["--precision", "int8"], ["Precision must be auto, float32 or bfloat16; got int8."]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].startswith("--") else "",
)
def test_a_wrong_value_is_one_sentence_on_stderr_and_nothing_on_stdout(flags: list[str], words: list[str]) -> None:
    code, out, err = called("compare", *flags)
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{channels: 8}", ["is not JSON."]),
        (b"\xff\xfe\x00", ["is not JSON."]),
        (b"", ["is not JSON."]),
        (b"[1, 2]", ["is not a file of settings."]),
        (b'{"dataset": "cifar"}', ["got cifar."]),
        (b'{"a": {"channels": 1e400}}', ["Model A: Channels", "got inf."]),
        (b'{"colour": "red"}', ["There is no setting named 'colour'"]),
    ],
)
def test_a_wrong_settings_file_is_told(tmp_path: Path, content: bytes, words: list[str]) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    code, out, err = called("compare", "--config", str(file))
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, *words)


@pytest.mark.parametrize("before", [5, "wide", [1], True])
def test_flags_beside_a_file_whose_model_is_no_settings_end_in_a_sentence(tmp_path: Path, before: Any) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"a": before, "b": {"channels": 0}}))
    code, out, err = called("compare", "--config", str(file), "--a", "channels=8")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_settings_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    code, out, err = called("compare", "--config", str(tmp_path / name))
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "cannot be read: ")


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


def test_serve_on_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = called("serve", "--port", str(port), "--no-browser")
    assert (code, out, err) == (2, "", f"nncompare: Port {port} is in use. Choose another with --port.\n")


@pytest.mark.parametrize("port", ["0", "-1", "65536", "1000000000"])
def test_serve_on_a_port_that_is_none_is_told(port: str) -> None:
    code, out, err = called("serve", f"--port={port}", "--no-browser")
    assert (code, out) == (2, "")
    assert err == f"nncompare: Port must be a whole number from 1 to 65535; got {port}.\n"


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", "192.168.1.2"])
def test_serve_without_a_token_is_for_this_machine_alone(ip: str) -> None:
    code, out, err = called("serve", "--no-browser", "--no-token", f"--ip={ip}")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "--no-token is only for this machine alone.", f"leave out --ip {ip}")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--name", "https://class.school.org/nn/"], "--name takes no path."),
        (["--name", "*.org"], "--name must be a host name such as class.school.org; got *.org."),
        (["--base-url", "a b"], "--base-url must be a path such as /some/prefix/; got a b."),
        (["--allow-frame", "*"], "--allow-frame must be a site such as https://lms.school.org; got *."),
        (["--ip", "192.0.2.1"], "192.0.2.1 is no address of this machine."),
        (["--behind-jupyter"], "--behind-jupyter is for jupyter-server-proxy, which gives a token."),
        (["--behind-jupyter", "--no-token"], "--behind-jupyter is for jupyter-server-proxy, which gives a token."),
    ],
)
def test_serve_where_it_cannot_be_reached_is_told_before_anything_starts(flags: list[str], sentence: str) -> None:
    code, out, err = called("serve", "--no-browser", *flags)
    assert (code, out) == (2, "")
    assert err.startswith(f"nncompare: {sentence}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("ip", ["", "everywhere", "1.2.3", "127.0.0.1; rm -rf /"])
def test_serve_at_an_address_that_is_none_is_told(ip: str) -> None:
    code, out, err = called("serve", "--no-browser", f"--ip={ip}")
    assert (code, out) == (2, "")
    assert err == f"nncompare: The address must be a number such as 127.0.0.1 or 0.0.0.0; got {ip or 'nothing'}.\n"


@pytest.mark.parametrize("token", ["", "  ", "short", "x" * 513, "0123456789 abcdef\x07", "é" * 20])
def test_serve_with_a_token_that_is_no_secret_is_told(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_TOKEN", token)
    code, out, err = called("serve", "--no-browser")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "The token must be 16 to 512 letters")
    assert not token.strip() or token not in err


def test_serve_with_a_token_that_others_can_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o644)
    monkeypatch.setenv("NNCOMPARE_TOKEN_FILE", str(file))
    code, out, err = called("serve", "--no-browser")
    assert (code, out, err) == (2, "", f"nncompare: Others can read {file}. Run: chmod 600 {file}\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe" * 20])
def test_serve_with_a_file_that_holds_no_token_is_told(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    monkeypatch.setenv("NNCOMPARE_TOKEN_FILE", str(file))
    code, out, err = called("serve", "--no-browser")
    assert (code, out) == (2, "")
    assert err.startswith(f"nncompare: The token in {file} cannot be read: ")


@pytest.mark.parametrize("flags", [["serve", "--port", "x"], ["--bogus"], ["train"], ["compare", "--c"]])
def test_what_is_no_command_or_flag_is_told(flags: list[str]) -> None:
    code, out, err = called(*flags)
    assert (code, out) == (2, "")
    assert "nncompare" in err


def test_the_version_is_told_by_the_command_and_by_the_module() -> None:
    command = [sys.executable, "-m", "nncompare", "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert printed == called("--version")[1] == f"nncompare {__version__}\n"
