"""What trainings of other engines were promised is left to them: with real processes, one of which is killed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from nncompare.machine import available_memory, cgroups, memory_readings, promises

MEBIBYTE = 2**20
PROMISED = 300 * MEBIBYTE
_WORKER = f"""
import sys
from nncompare.machine import promises
promises.promise({PROMISED}, float(sys.argv[1]))
print("promised", flush=True)
held = []
for line in sys.stdin:
    if line == "take\\n":
        held.append(b"x" * (100 * {MEBIBYTE}))
    else:
        promises.withdraw()
    print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which nobody has promised anything; this process belongs to no engine."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("NNCOMPARE_ENGINE_PID", raising=False)
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "none")
    seen = psutil.virtual_memory()._replace(available=1_000 * MEBIBYTE, total=10**12)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: seen)
    return folder


@contextmanager
def worker(engine: str, monkeypatch: pytest.MonkeyPatch, seconds: float = 1_000) -> Iterator[subprocess.Popen[str]]:
    """A worker of an engine, which has been promised something."""
    with monkeypatch.context() as patch:
        patch.setenv("NNCOMPARE_ENGINE_PID", engine)
        process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "promised\n"
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def test_what_was_promised_and_not_yet_taken_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with worker("11", monkeypatch) as process:
        memory = available_memory()
        assert memory.promised_bytes == pytest.approx(PROMISED, rel=0.02)
        assert memory.available_bytes == 1_000 * MEBIBYTE - memory.promised_bytes
        tell(process, "take")
        assert available_memory().promised_bytes == pytest.approx(PROMISED - 100 * MEBIBYTE, rel=0.05)
        tell(process, "withdraw")
        assert available_memory().promised_bytes == 0


def test_of_a_limit_only_those_are_left_something_for_whom_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = str(900 * MEBIBYTE)
    with worker("11", monkeypatch), monkeypatch.context() as limited:
        limited.setenv("MEM_LIMIT", limit)
        with worker("12", monkeypatch):
            assert promises.promised_to_others() == pytest.approx(2 * PROMISED, rel=0.02)
            assert promises.promised_to_others(limit) == pytest.approx(PROMISED, rel=0.02)
            free = {reading.source: reading.available_bytes for reading in memory_readings()}
            expected = min(free["psutil"] - 2 * PROMISED, free["MEM_LIMIT"] - PROMISED)
            assert available_memory().available_bytes == pytest.approx(max(0, expected), abs=20 * MEBIBYTE)


def test_an_engine_leaves_nothing_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with worker("11", monkeypatch), worker("12", monkeypatch):
        for engine, others in (("", 2), ("11", 1), ("12", 1), ("13", 2)):
            monkeypatch.setenv("NNCOMPARE_ENGINE_PID", engine)
            assert promises.promised_to_others() == pytest.approx(others * PROMISED, rel=0.02), engine


def test_what_a_killed_process_was_promised_is_free(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with worker("11", monkeypatch) as process:
        assert promises.promised_to_others() > 0
        process.kill()
        process.wait()
        assert promises.promised_to_others() == 0
    assert list(runtime.rglob("*.json")) == []


def test_another_process_with_the_number_of_a_killed_one_was_promised_nothing(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker("11", monkeypatch) as process:
        (file,) = runtime.rglob("*.json")
        made = json.loads(file.read_text())
        file.write_text(json.dumps({**made, "started": made["started"] - 100}))
        assert promises.promised_to_others() == 0
        assert process.poll() is None


def test_a_promise_for_a_while_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with worker("11", monkeypatch, seconds=-1):
        assert promises.promised_to_others() == 0


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_file_that_holds_no_promise_is_removed(runtime: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with worker("11", monkeypatch):
        (file,) = runtime.rglob("*.json")
        file.write_text(content)
        assert promises.promised_to_others() == 0
        assert not file.exists()


def test_where_nothing_can_be_written_nobody_is_told_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(promises, "runtime_folder", lambda: tmp_path / "file" / "below")
    with promises.alone():
        promises.promise(PROMISED)
    assert promises.promised_to_others() == 0
    promises.withdraw()


def test_only_one_at_a_time_reads_and_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "_PATIENCE_SECONDS", 0.0)
    script = "from nncompare.machine import promises\nfrom nncompare.places import acquire, runtime_folder\n"
    script += "try:\n    acquire(runtime_folder() / 'promises' / 'lock', 0)\nexcept OSError as error:\n"
    script += "    print(type(error).__name__)\nelse:\n    print('free')"

    def another() -> str:
        command = [sys.executable, "-c", script]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    with promises.alone():
        assert another() == "Timeout"
    assert another() == "free"
