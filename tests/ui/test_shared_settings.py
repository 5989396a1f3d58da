from dataclasses import replace

import pytest
from tiny_comparison import is_marked

from nncompare.config import Comparison
from nncompare.memory.mebibytes import MEBIBYTE
from nncompare.messages import FormatTimes, WorkerInfo
from nncompare.ui.panels.machine import this_machine
from nncompare.ui.panels.shared_settings import SHARED, SharedSettings

GIBIBYTE = 1024 * MEBIBYTE
MACHINE = WorkerInfo("", 4, "cpu", {"cpu": "A Processor", "cuda:0": "A Card"}, 10 * GIBIBYTE, 16 * GIBIBYTE)


@pytest.fixture
def shared():
    made = SharedSettings(lambda: None)
    made.write(Comparison())
    return made


def note(shared, name):
    return shared.fields[name].note.value


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"seed": 7, "repeat": 3, "device": "cpu"},
        {"memory_budget": 24 * MEBIBYTE},
        {"memory_budget": 1_234_567},
        {"device": "cuda"},
    ],
)
def test_what_is_written_is_read_again(shared, settings):
    comparison = Comparison(**settings)
    shared.write(comparison)
    values, errors = shared.read()
    assert errors == {}
    assert values == {name: getattr(comparison, name) for name in SHARED}


@pytest.mark.parametrize(
    ("text", "budget"), [("24", 24), (" 1,024 ", 1_024), ("2048", 2_048), ("8 MiB", 8), ("1 GiB", 1024)]
)
def test_a_budget_is_written_in_mebibytes(shared, text, budget):
    shared.fields["memory_budget"].value = text
    assert shared.read()[0]["memory_budget"] == budget * MEBIBYTE


def test_an_emptied_budget_is_none(shared):
    shared.write(Comparison(memory_budget=24 * MEBIBYTE))
    shared.fields["memory_budget"].value = ""
    assert shared.read()[0]["memory_budget"] is None


@pytest.mark.parametrize("text", ["0", "-5", "0.5", "much", "nan", "1e9"])
def test_a_wrong_budget_is_told(shared, text):
    shared.fields["memory_budget"].value = text
    values, errors = shared.read()
    assert "memory_budget" not in values
    assert errors == {"memory_budget": f"Memory budget (MiB) must be a whole number from 1; got {text}."}
    shared.show(errors, MACHINE, None)
    assert 'role="alert"' in note(shared, "memory_budget")
    assert is_marked(shared.fields["memory_budget"])


def test_it_is_said_what_auto_took_and_what_each_model_may_take(shared):
    shared.show({}, MACHINE, None)
    assert "auto took cpu: A Processor, 4 cores" in note(shared, "device")
    assert "70% of the 10,240 MiB available, 3,584 MiB for each model" in note(shared, "memory_budget")
    shared.show({}, MACHINE, 24 * MEBIBYTE)
    assert "12 MiB for each model" in note(shared, "memory_budget")


def test_it_is_said_what_other_notebooks_were_promised(shared):
    shared.show({}, replace(MACHINE, promised_bytes=3_000 * MEBIBYTE), None)
    assert "3,000 MiB more were promised to other notebooks on this machine" in note(shared, "memory_budget")


def test_where_memory_is_short_the_share_is_not_said_to_be_70_percent(shared):
    shared.show({}, replace(MACHINE, available_bytes=500 * MEBIBYTE), None)
    said = note(shared, "memory_budget")
    assert "what can be spared of the 500 MiB available" in said
    assert "70%" not in said


def test_every_device_of_the_workers_can_be_chosen(shared):
    assert dict(shared.fields["device"].control.options).keys() == {"auto", "cpu"}
    shared.show({}, MACHINE, None)
    assert [name for name, _ in shared.fields["device"].control.options] == ["auto", "cpu", "cuda:0"]
    assert shared.device == "auto"


def test_until_a_worker_answers_that_is_said(shared):
    shared.show({}, this_machine({}), None)
    assert "asking the workers" in note(shared, "device")
    shared.show({}, this_machine({}), None, trouble="No worker answers.")
    assert "No worker answers." in note(shared, "device")


def test_it_is_said_which_number_format_auto_takes(shared):
    shared.show({}, MACHINE, None)
    assert "auto takes the faster one once it is measured, float32 until then" in note(shared, "precision")
    shared.show({}, replace(MACHINE, formats=FormatTimes(0.014, 0.01)), None)
    told = "auto takes bfloat16 for both models; bfloat16: 1.4 times as fast as float32 here"
    assert told in note(shared, "precision")
