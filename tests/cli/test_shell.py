"""The command as a shell runs it: its exit code, its two streams, its own engine, and Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from processes import descendants, until, until_gone

COMMAND = Path(sys.executable).parent / "nncompare"
SMALL = ("--dataset", "synthetic-digits", "--train-images", "1000", "--seed", "0")


def shell(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return exit code, stdout and stderr."""
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_a_wrong_value_in_a_real_shell() -> None:
    code, out, err = shell("compare", "--a", "epochs=1.5")
    assert (code, out) == (2, "")
    assert err == "nncompare: Model A: Epochs must be a whole number from 1 to 100; got 1.5.\n"


def test_doctor_tells_what_it_sees() -> None:
    code, out, err = shell("doctor")
    assert (code, err) == (0, "")
    for part in ("Cores: ", "Memory: ", "Devices: auto takes ", "Data sets", "Workers: ", "nncompare "):
        assert re.search(rf"^{part}", out, re.MULTILINE)


def test_ctrl_c_while_training_ends_everything(synthetic_digits: Path, tmp_path: Path) -> None:
    log = tmp_path / "stderr"
    flags = ("compare", *SMALL, "--a", "channels=1,epochs=100", "--b", "channels=1,epochs=100")
    with log.open("wb") as stderr:
        # A group of its own, as a terminal gives to a command: the signal goes to all of it.
        command = subprocess.Popen([COMMAND, *flags], stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)
    try:
        until(lambda: re.search(r"model B: +[1-9]\d*%", log.read_text()), "a bar that moves")
        pids = descendants(command.pid)
        assert len(pids) >= 3
        began = time.monotonic()
        os.killpg(command.pid, signal.SIGINT)
        out, _ = command.communicate(timeout=15)
        until_gone(pids, seconds=15 - (time.monotonic() - began))
    finally:
        command.kill()
        command.wait()
    assert command.returncode == 130
    assert out == b""
    assert log.read_text().rstrip().endswith("nncompare: stopped.")
    assert "Traceback" not in log.read_text()
