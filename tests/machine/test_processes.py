"""What all processes take for which a limit was set: each really holds so much."""

import os
import subprocess
import sys

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
# Asks before and after it has started a child that holds memory, and prints the difference.
_ASK_TWICE = f"""
import subprocess, sys
from nncompare.machine.processes import sharing_bytes
before = sharing_bytes()
script = "held = b'x' * {HELD}; print('held', flush=True); input()"
with subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1, text=True) as child:
    assert child.stdout.readline() == "held\\n"
    print(sharing_bytes() - before)
    child.communicate("\\n")
"""


def sharing_bytes(limit_of_parent: str, limit_of_child: str) -> int:
    return told(limit_of_parent, _HOLD_AND_ASK, limit_of_child)


def told(limit: str, *words: str) -> int:
    """Return the number that a fresh process prints: others here share pages with those that tests start meanwhile."""
    environment = {**os.environ, "MEM_LIMIT": limit}
    command = [sys.executable, "-c", *words]
    return int(subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout)


def test_who_started_this_with_the_same_limit_counts_and_others_do_not() -> None:
    together, alone = sharing_bytes("1000000000", "1000000000"), sharing_bytes("2000000000", "1000000000")
    assert alone > MEBIBYTE
    assert together - alone > 0.9 * HELD


def test_what_was_started_here_counts() -> None:
    assert told("1000000000", _ASK_TWICE) > 0.9 * HELD
