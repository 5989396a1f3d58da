from pathlib import Path

import psutil
import pytest

from nncompare.machine import MemoryReading, available_memory, cgroups, memory_readings, physical_memory
from nncompare.machine import memory as memory_module

MEBIBYTE, GIBIBYTE = 2**20, 2**30
UNLIMITED_V1 = 9_223_372_036_854_771_712  # what version 1 says for no limit


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pretend to be on a host with 64 GiB available, no control groups, and nothing promised to anybody."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    seen = psutil.virtual_memory()._replace(available=64 * GIBIBYTE, total=128 * GIBIBYTE)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: seen)
    monkeypatch.setattr(cgroups, "_ROOT", tmp_path / "cgroup")
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "own")


def own_groups(folder: Path, lines: str) -> Path:
    (folder / "own").write_text(lines)
    root = folder / "cgroup"
    root.mkdir()
    return root


def put(folder: Path, **files: object) -> Path:
    """Write files such as ``memory.max``, whose dot is an underscore here."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".", 1)).write_text(f"{content}\n")
    return folder


def test_without_control_groups_psutil_decides() -> None:
    assert available_memory() == MemoryReading(64 * GIBIBYTE, 128 * GIBIBYTE, "psutil")
    assert physical_memory() == 128 * GIBIBYTE


def test_version_2_leaves_its_limit_less_what_is_used(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/user/notebook\n")
    put(root / "user" / "notebook", memory_max=4 * GIBIBYTE, memory_current=GIBIBYTE)
    reading = available_memory()
    assert (reading.available_bytes, reading.total_bytes) == (3 * GIBIBYTE, 4 * GIBIBYTE)
    assert physical_memory() == 4 * GIBIBYTE
    assert reading.source == str(root / "user" / "notebook" / "memory.max")


def test_file_cache_that_can_be_dropped_counts_as_free(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/\n")
    put(root, memory_max=4 * GIBIBYTE, memory_current=GIBIBYTE, memory_stat=f"anon 5\ninactive_file {GIBIBYTE // 2}")
    assert available_memory().available_bytes == 3 * GIBIBYTE + GIBIBYTE // 2


def test_version_1_leaves_its_limit_less_what_is_used(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "5:cpu,cpuacct:/elsewhere\n4:memory,hugetlb:/docker/abc\n")
    files = {"memory_limit_in_bytes": 2 * GIBIBYTE, "memory_usage_in_bytes": GIBIBYTE}
    put(root / "memory" / "docker" / "abc", **files, memory_stat=f"total_inactive_file {GIBIBYTE // 4}")
    put(root / "memory" / "elsewhere", memory_limit_in_bytes=1, memory_usage_in_bytes=0)
    assert available_memory().available_bytes == GIBIBYTE + GIBIBYTE // 4


@pytest.mark.parametrize(("above", "own", "least"), [(2, 8, 2), (8, 2, 2)])
def test_the_tighter_limit_wins_wherever_it_is(tmp_path: Path, above: int, own: int, least: int) -> None:
    root = own_groups(tmp_path, "0::/slice/scope\n")
    put(root / "slice", memory_max=above * GIBIBYTE, memory_current=0)
    put(root / "slice" / "scope", memory_max=own * GIBIBYTE, memory_current=0)
    assert available_memory().available_bytes == least * GIBIBYTE


def test_a_path_of_the_host_that_is_not_mounted_leaves_the_root_to_be_read(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/kubepods/pod1/container\n")
    put(root, memory_max=GIBIBYTE, memory_current=0)
    assert available_memory().available_bytes == GIBIBYTE


def test_no_limit_is_no_reading(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/a\n4:memory:/b\n")
    put(root / "a", memory_max="max", memory_current=5)
    put(root / "memory" / "b", memory_limit_in_bytes=UNLIMITED_V1, memory_usage_in_bytes=5)
    assert memory_readings() == [MemoryReading(64 * GIBIBYTE, 128 * GIBIBYTE, "psutil")]


def test_a_group_that_is_over_its_limit_leaves_nothing(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/\n")
    put(root, memory_max=GIBIBYTE, memory_current=2 * GIBIBYTE)
    assert available_memory().available_bytes == 0


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/a\n")
    put(root / "a", memory_max="soon", memory_current="", memory_stat="not pairs at all")
    (root / "memory.max").mkdir()
    assert available_memory().source == "psutil"


def test_mem_limit_leaves_what_all_have_not_taken_for_whom_it_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_module, "sharing_bytes", lambda: 300 * MEBIBYTE)
    root = own_groups(tmp_path, "0::/\n")
    put(root, memory_max=4 * GIBIBYTE, memory_current=0)
    monkeypatch.setenv("MEM_LIMIT", str(GIBIBYTE))
    assert available_memory() == MemoryReading(724 * MEBIBYTE, GIBIBYTE, "MEM_LIMIT")
    monkeypatch.setenv("MEM_LIMIT", str(256 * MEBIBYTE))
    assert available_memory().available_bytes == 0
    assert memory_readings()[-1].available_bytes == -44 * MEBIBYTE, "so much more would be needed"
    monkeypatch.setenv("MEM_LIMIT", str(8 * GIBIBYTE))
    assert available_memory().available_bytes == 4 * GIBIBYTE


@pytest.mark.parametrize("text", ["", "lots", "-5", "0", "1e9", "1.5", "²"])
def test_a_mem_limit_that_is_no_number_of_bytes_is_passed_over(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEM_LIMIT", text)
    assert available_memory().source == "psutil"


def test_what_slows_a_group_down_is_a_limit_too(tmp_path: Path) -> None:
    root = own_groups(tmp_path, "0::/\n")
    put(root, memory_max=4 * GIBIBYTE, memory_high=2 * GIBIBYTE, memory_current=GIBIBYTE)
    assert available_memory() == MemoryReading(GIBIBYTE, 2 * GIBIBYTE, str(root / "memory.high"))
