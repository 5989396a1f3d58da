import psutil
import pytest

from nncompare.cli import doctor
from nncompare.machine import CoreReading, MemoryReading

MEBIBYTE, GIBIBYTE = 2**20, 2**30
HOST = MemoryReading(8 * GIBIBYTE, 16 * GIBIBYTE, "psutil")


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """Pretend to be alone on a machine with four cores, no limit and no data."""
    for variable in ("JUPYTERHUB_API_URL", "JUPYTERHUB_USER", "CPU_LIMIT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(psutil, "process_iter", lambda *_: [])
    monkeypatch.setattr(doctor, "core_readings", lambda: [CoreReading(4, "affinity")])
    monkeypatch.setattr(doctor, "usable_cores", lambda: 4)
    pretend_memory(monkeypatch, HOST)
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path))


def pretend_memory(monkeypatch, *readings):
    monkeypatch.setattr(doctor, "memory_readings", lambda: list(readings))
    monkeypatch.setattr(doctor, "available_memory", lambda: min(readings, key=lambda r: r.available_bytes))
    monkeypatch.setattr(doctor, "physical_memory", lambda: min(reading.total_bytes for reading in readings))
    host = psutil.virtual_memory()._replace(total=HOST.total_bytes)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: host)


def lines():
    return [" ".join(line.split()) for line in doctor.examine().splitlines()]


def test_cores_are_told_with_every_quota(monkeypatch):
    assert lines()[:3] == ["Cores: 4, shared by the models that train", "4 affinity", "no quota control groups"]
    monkeypatch.setattr(doctor, "core_readings", lambda: [CoreReading(4, "affinity"), CoreReading(1.5, "/a/cpu.max")])
    monkeypatch.setattr(doctor, "usable_cores", lambda: 1)
    assert lines()[:3] == ["Cores: 1, shared by the models that train", "4 affinity", "1.5 /a/cpu.max"]
    assert "no quota control groups" not in lines()


def test_the_limits_of_a_jupyterhub_are_told(monkeypatch):
    assert "not set CPU_LIMIT" in lines()
    monkeypatch.setenv("CPU_LIMIT", "2.5")
    monkeypatch.setattr(doctor, "core_readings", lambda: [CoreReading(4, "affinity"), CoreReading(2.5, "CPU_LIMIT")])
    text = lines()
    assert "2.5 CPU_LIMIT" in text
    assert "not set CPU_LIMIT" not in text
    assert "no quota control groups" in text, "it is none of theirs"
    monkeypatch.setenv("CPU_LIMIT", "2 cores")
    monkeypatch.setattr(doctor, "core_readings", lambda: [CoreReading(4, "affinity")])
    assert "Warning: CPU_LIMIT is '2 cores', which is not a number of cores; it is not used." in lines()


def test_a_limit_that_holds_no_training_is_warned_of(monkeypatch):
    readings = [HOST, MemoryReading(-50 * MEBIBYTE, 256 * MEBIBYTE, "MEM_LIMIT")]
    pretend_memory(monkeypatch, *readings)
    monkeypatch.setattr("nncompare.machine.memory.memory_readings", lambda: readings)
    text = lines()
    assert "0.00 MiB of 256 MiB MEM_LIMIT" in text
    (warning,) = [line for line in text if line.startswith("Warning")]
    assert warning.startswith("Warning: There is too little memory to train two models: ")


def test_what_other_notebooks_were_promised_is_told(monkeypatch):
    pretend_memory(monkeypatch, MemoryReading(8 * GIBIBYTE, 16 * GIBIBYTE, "psutil", promised_bytes=GIBIBYTE))
    assert "1,024 MiB promised to other notebooks, and left to them" in lines()


def test_that_saved_comparisons_may_not_stay_is_told(monkeypatch):
    assert "may be gone" not in doctor.examine()
    monkeypatch.setattr("nncompare.store.store.is_temporary", lambda _: True)
    assert "and may be gone after a restart. Set NNCOMPARE_HOME to a folder that stays." in doctor.examine()


def test_memory_is_told_with_every_limit_and_its_source(monkeypatch):
    text = lines()
    assert "Memory: 8,192 MiB available, 2,867 MiB for each model" in text
    assert "8,192 MiB of 16,384 MiB psutil" in text
    assert "no limit control groups" in text
    assert "not set MEM_LIMIT" in text
    pretend_memory(monkeypatch, HOST, MemoryReading(GIBIBYTE, 2 * GIBIBYTE, "/a/memory.max"))
    text = lines()
    (share,) = [line for line in text if line.startswith("Memory: 1,024 MiB available, ")]
    assert 100 < int(share.split()[4]) < 250, "an engine and what two trainings take are still to come"
    assert "1,024 MiB of 2,048 MiB /a/memory.max" in text
    assert "no limit control groups" not in text


def test_devices_data_sets_workers_and_versions_are_told(monkeypatch):
    text = lines()
    assert "Devices: auto takes cpu" in text or "Devices: auto takes cuda" in text
    assert any(line.startswith("cpu ") and "float32" in line for line in text)
    assert "mnist Will be downloaded, 12 MB." in text
    assert "Workers: started here when needed" in text
    assert any("torch 2." in line and "voila" in line and "missing" not in line for line in text)
    monkeypatch.setenv("NNCOMPARE_SCHEDULER", "tcp://somewhere:8786")
    assert "Workers: those of the Dask scheduler at tcp://somewhere:8786" in lines()


def test_a_machine_of_ones_own_gets_no_warning():
    assert "Warning" not in doctor.examine()


def test_a_shared_server_without_a_limit_is_warned_of(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "pupil")
    (warning,) = [line for line in lines() if line.startswith("Warning")]
    assert "shared server (a JupyterHub started this), and nothing limits the memory" in warning
    pretend_memory(monkeypatch, HOST, MemoryReading(GIBIBYTE, 2 * HOST.total_bytes, "/a/memory.max"))
    assert "Warning" in doctor.examine(), "a limit above all that is there is none"
    pretend_memory(monkeypatch, HOST, MemoryReading(GIBIBYTE, GIBIBYTE, "MEM_LIMIT"))
    assert "Warning" not in doctor.examine()


def test_programs_of_other_people_make_a_server_shared(monkeypatch):
    class Uids:
        def __init__(self, real):
            self.real = real

    class Process:
        def __init__(self, user):
            self.info = {"uids": Uids(user) if user is not None else None}

    monkeypatch.setattr("os.getuid", lambda: 1_000)
    monkeypatch.setattr(
        psutil, "process_iter", lambda *_: [Process(user) for user in (0, 33, 1_000, 61_184, 65_534, 100_000, None)]
    )
    assert "Warning" not in doctor.examine()
    monkeypatch.setattr(psutil, "process_iter", lambda *_: [Process(user) for user in (0, 1_000, 1_001, 1_002, 1_001)])
    assert "2 other users have programs running" in doctor.examine()


def test_a_limit_that_is_no_number_is_warned_of(monkeypatch):
    monkeypatch.setenv("MEM_LIMIT", "2G")
    assert "Warning: MEM_LIMIT is '2G', which is not a number of bytes; it is not used." in lines()
