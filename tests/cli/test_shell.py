"""The command as a shell runs it: its exit code, its two streams, its own engine, and Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import descendants, until, until_gone

from nncompare.cli.endings import ended_by_signals
from nncompare.store import Store

COMMAND = Path(sys.executable).parent / "nncompare"
SMALL = ("--dataset", "synthetic-digits", "--train-images", "1000", "--seed", "0")


def shell(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return exit code, stdout and stderr."""
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def have_trained_an_epoch(bars: str) -> bool:
    """Whether both are beyond the first of a hundred epochs; a bar rounds."""
    return all(re.search(rf"model {name}: +(?:[2-9]|[1-9]\d)%", bars) for name in "AB")


def test_a_wrong_value_in_a_real_shell() -> None:
    code, out, err = shell("compare", "--a", "epochs=1.5")
    assert (code, out) == (2, "")
    assert err == "nncompare: Model A: Epochs must be a whole number from 1 to 100; got 1.5.\n"


def test_doctor_tells_what_it_sees() -> None:
    code, out, err = shell("doctor")
    assert (code, err) == (0, "")
    for part in ("Cores: ", "Memory: ", "Devices: auto takes ", "Data sets", "Workers: ", "nncompare "):
        assert re.search(rf"^{part}", out, re.MULTILINE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ends_the_training_prints_what_there_is_and_the_way_on(
    number: signal.Signals, synthetic_digits: Path, home: Path, tmp_path: Path
) -> None:
    log, report = tmp_path / "stderr", tmp_path / "report.html"
    models = ("--a", "channels=1,epochs=100", "--b", "channels=1,epochs=100")
    flags = ("compare", *SMALL, *models, "--json", "--report", str(report))
    with log.open("wb") as stderr:
        # A group of its own, as a terminal gives to a command: the signal goes to all of it.
        command = subprocess.Popen([COMMAND, *flags], stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)
    try:
        until(lambda: have_trained_an_epoch(log.read_text()), "bars that move")
        pids = descendants(command.pid)
        assert len(pids) >= 3
        os.killpg(command.pid, number)
        out, _ = command.communicate(timeout=90)
        until_gone(pids)
    finally:
        command.kill()
        command.wait()
    err = log.read_text()
    assert command.returncode == 130, err
    assert "Traceback" not in err
    told = json.loads(out)
    assert told["state"] == "stopped"
    assert 1 <= len(told["a"]["history"]["test_accuracy"]) < 100
    assert "</html>" in report.read_text(encoding="utf-8")
    way_on = f"It is kept as {told['id']} in {home}. To go on: nncompare compare --resume {told['id']}"
    assert err.rstrip().endswith(f"nncompare: stopped. {way_on}")
    (summary,) = Store(home).summaries()
    assert (summary.id, summary.state_word) == (told["id"], "interrupted")
    assert summary.models[0].epochs == len(told["a"]["history"]["test_accuracy"])


def test_a_signal_that_is_ignored_stays_so() -> None:
    """As after nohup: the terminal may go, the training goes on."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
