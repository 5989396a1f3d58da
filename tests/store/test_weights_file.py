"""What is saved of a network is what others can load."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from tiny_pairs import finish, pair

from nncompare.comparison.result import ComparisonResult
from nncompare.config import RunConfig
from nncompare.data import load
from nncompare.engine.shared import EngineHolder

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def result(engines: EngineHolder, synthetic_digits: Path) -> ComparisonResult:
    return finish(pair(a={"channels": 3, "dropout": 0.5}, seed=7, precision="float32", repeat=2), engines)


def recipe() -> str:
    """Find the lines in the README, as they stand there."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (found,) = [block for block in blocks if "load_state_dict" in block]
    lines = [line for line in found.splitlines() if line and not line.startswith("from ")]
    assert len(lines) == 5
    return found


def test_the_five_lines_of_the_readme_give_the_same_predictions(
    result: ComparisonResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    pixels = torch.tensor(np.array(load("synthetic-digits").test_images[:500])).unsqueeze(1)
    for model in result.models:
        model.save_weights("a.safetensors")
        names: dict[str, torch.nn.Module] = {}
        exec(recipe(), names)
        with safe_open("a.safetensors", "pt") as file:
            about = file.metadata()
        images = (pixels / 255 - float(about["mean"])) / float(about["std"])
        with torch.no_grad():
            found = names["model"].eval()(images).softmax(dim=1).numpy()
        np.testing.assert_allclose(found, model.probabilities("test")[:500], atol=1e-5)


def test_the_file_says_what_it_is(result: ComparisonResult, tmp_path: Path) -> None:
    assert result.b is not None
    for seed, one in result.by_seed.items():
        one.a.save_weights(tmp_path / f"{seed}")
        with safe_open(tmp_path / f"{seed}", "np") as file:
            about = file.metadata()
            assert {name: file.get_tensor(name).shape for name in file.keys()} == {  # noqa: SIM118
                name: array.shape for name, array in (one.a.weights or {}).items()
            }
        assert RunConfig.model_validate(json.loads(about["config"])) == one.a.config
        assert (about["seed"], about["dataset"], about["epoch"], about["channels"]) == (
            str(seed),
            "synthetic-digits",
            "1",
            "3",
        )
    assert sorted(result.by_seed) == [7, 8]


def test_a_model_without_weights_has_no_file(result: ComparisonResult, tmp_path: Path) -> None:
    model = replace(result.a, weights=None)
    with pytest.raises(ValueError, match="Model A has no weights to save"):
        model.save_weights(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
