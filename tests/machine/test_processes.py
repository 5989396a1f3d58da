"""What all processes take for which a limit was set: each really holds so much."""

import os
import subprocess
import sys

import pytest

MEBIBYTE = 2**20
HELD = 64 * MEBIBYTE
_ASK = "from nncompare.machine.processes import sharing_bytes; print(sharing_bytes())"
# Holds memory, and asks a child how much all take that have the child's limit.
_HOLD_AND_ASK = f"""
import os, subprocess, sys
held = b"x" * {HELD}
limit = sys.argv[1]
subprocess.run([sys.executable, "-c", {_ASK!r}], env={{**os.environ, "MEM_LIMIT": limit}}, check=True)
"""


def sharing_bytes(limit_of_parent: str, limit_of_child: str) -> int:
    environment = {**os.environ, "MEM_LIMIT": limit_of_parent}
    command = [sys.executable, "-c", _HOLD_AND_ASK, limit_of_child]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


def test_who_started_this_with_the_same_limit_counts_and_others_do_not() -> None:
    together, alone = sharing_bytes("1000000000", "1000000000"), sharing_bytes("2000000000", "1000000000")
    assert alone > MEBIBYTE
    assert together - alone > 0.9 * HELD


def test_what_was_started_here_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    from nncompare.machine.processes import sharing_bytes as sharing_bytes_here

    monkeypatch.setenv("MEM_LIMIT", "1000000000")
    before = sharing_bytes_here()
    script = f"held = b'x' * {HELD}; print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        beside = sharing_bytes_here()
        process.communicate("\n")
    assert beside - before > 0.9 * HELD
