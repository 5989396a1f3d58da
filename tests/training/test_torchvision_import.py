import json
import subprocess
import sys
from typing import Any

import pytest

PLAIN = """
try:
    import torchvision
    print("works")
except RuntimeError as error:
    print(error)
"""

OURS = """
import json
import torch
from nncompare.training.torchvision_import import import_torchvision
module = import_torchvision()
boxes, scores = torch.zeros(1, 4), torch.zeros(1)
from torchvision.datasets import MNIST
print(json.dumps({
    "name": module.__name__,
    "again": import_torchvision() is module,
    "plain": __import__("torchvision") is module,
    "datasets": issubclass(module.datasets.FakeData, torch.utils.data.Dataset),
    "transformed": list(module.transforms.ToTensor()(module.transforms.ToPILImage()(torch.rand(3, 4, 5))).shape),
    "nms": str(torch.ops.torchvision.nms.default._schema),
    "qnms": hasattr(torch.ops.torchvision, "qnms"),
}))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    """What both scripts print; they run at the same time."""
    started = {
        script: subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for script in (PLAIN, OURS)
    }
    said = {script: process.communicate(timeout=120) for script, process in started.items()}
    assert [process.returncode for process in started.values()] == [0, 0], said
    return {script: output.strip() for script, (output, _) in said.items()}


@pytest.fixture(scope="module")
def imported(answers: dict[str, str]) -> Any:
    return json.loads(answers[OURS])


def test_the_plain_import_works_or_fails_for_the_reason_that_is_dealt_with(answers: dict[str, str]) -> None:
    assert answers[PLAIN] in ("works", "operator torchvision::nms does not exist")


def test_ours_gives_the_module_with_data_sets_and_transforms(imported: Any) -> None:
    assert imported["name"] == "torchvision"
    assert imported["datasets"]
    assert imported["transformed"] == [3, 4, 5]


def test_the_operators_are_declared(imported: Any) -> None:
    assert imported["nms"] == "torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    assert imported["qnms"]


def test_a_second_call_and_a_plain_import_give_the_same_module(imported: Any) -> None:
    assert imported["again"]
    assert imported["plain"]
