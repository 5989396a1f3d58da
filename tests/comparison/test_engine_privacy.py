import json
from pathlib import Path

import psutil
import pytest
from distributed import Client
from processes import descendants
from tiny_pairs import engine_pids, words

from nncompare.comparison.engine_holder import EngineHolder


@pytest.fixture(scope="module")
def engine_pid(engines: EngineHolder) -> int:
    engines.get()
    return max(engine_pids())


@pytest.fixture(scope="module")
def folder(engine_pid: int) -> Path:
    command = words(psutil.Process(engine_pid))
    return Path(command[command.index("--folder") + 1])


def test_the_credentials_are_for_this_user_alone(folder: Path) -> None:
    assert (folder / "engine.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_nothing_answers_without_the_credentials(folder: Path) -> None:
    address = json.loads((folder / "engine.json").read_text())["address"]
    assert address.startswith("tls://127.0.0.1:")
    for attempt in (address, address.replace("tls://", "tcp://")):
        with pytest.raises((OSError, TypeError)):
            Client(attempt, timeout=0.5, set_as_default=False)


def test_the_engine_listens_on_this_machine_alone(engine_pid: int) -> None:
    listening = {
        connection.laddr.ip
        for pid in (engine_pid, *descendants(engine_pid))
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}
