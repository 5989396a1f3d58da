"""A picture and a saved comparison, from the shell."""

import json
from pathlib import Path

import numpy as np
import pytest
from any_records import record
from command import assert_is_one_sentence, called
from PIL import Image
from tiny_pairs import pair

from nncompare.catalog import dataset_info
from nncompare.comparison.looked_at import saved_result
from nncompare.comparison.runner import ComparisonRun
from nncompare.data import load
from nncompare.engine.shared import EngineHolder
from nncompare.pictures import prepare, read
from nncompare.store import RunFolder, Store

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def picture(synthetic_digits: Path, tmp_path: Path) -> Path:
    """A digit in black ink on a white sheet."""
    digit = Image.fromarray(255 - load("synthetic-digits").images("test")[3])
    sheet = Image.new("L", (300, 200), 255)
    sheet.paste(digit.resize((140, 140)), (20, 30))
    sheet.save(tmp_path / "digit.png")
    return tmp_path / "digit.png"


@pytest.fixture
def folder(engines: EngineHolder) -> RunFolder:
    """A comparison that was trained and saved."""
    running = ComparisonRun(pair(repeat=2), engines, store=Store.default())
    running.start()
    assert running.wait(120)
    assert running.saved_id is not None
    return Store.default().open(running.saved_id)


def test_both_models_of_a_saved_comparison_say_what_they_see(
    folder: RunFolder, picture: Path, engines: EngineHolder
) -> None:
    code, out, err = called("predict", str(picture), "--run", folder.id[:6], "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert {name: told[name] for name in ("id", "picture", "dataset", "seed")} == {
        "id": folder.id,
        "picture": str(picture),
        "dataset": "synthetic-digits",
        "seed": 0,
    }
    classes = dataset_info("synthetic-digits").classes
    result, note = saved_result(folder, engines)
    assert note == ""
    for name, table in result.predict_images(prepare(read(picture.read_bytes()))).items():
        found = told["models"][name.lower()]
        assert list(found["probabilities"].values()) == pytest.approx(table[0].tolist())
        assert (found["answer"], found["epochs"]) == (classes[table[0].argmax()], 1.0)
    code, out, _ = called("predict", str(picture), "--run", folder.id, "--seed", "1")
    assert code == 0
    title, _, heads, epochs, answer, *_, sentence = out.splitlines()
    assert title == f"{picture}, shown to the models of {folder.id}: Synthetic digits, seed 1"
    assert heads.split() == ["model", "A", "model", "B"]
    assert epochs.split() == ["epochs", "1", "1"]
    first, second = answer.split()[1], answer.split()[3]
    assert sentence == (f"Both say {first}." if first == second else f"A says {first}, B says {second}.")
    code, out, err = called("predict", str(picture), "--json", "--as-drawn")
    assert (code, err) == (
        0,
        f"nncompare: asking the models of {folder.id}, the newest comparison that has finished.\n",
    )
    drawn = json.loads(out)
    assert drawn["models"] != told["models"]
    code, _, err = called("predict", str(picture), "--run", folder.id, "--seed", "9")
    assert code == 2
    assert_is_one_sentence(err, "seed 9; there are 0, 1")


def saved(**changes: object) -> RunFolder:
    """Save a comparison of A alone, with random weights or none."""
    comparison = pair().model_copy(update={"b": None})
    folder = Store.default().create(comparison)
    folder.save(0, "A", record(**changes))  # type: ignore[arg-type]
    return folder


def test_a_comparison_under_way_elsewhere_is_looked_at_and_left_alone(engines: EngineHolder) -> None:
    folder = saved(state="running")  # and held, as by the dashboard that trains it
    before = sorted(Store.default().home.rglob("*"))
    result, _ = saved_result(Store.default().open(folder.id), engines)
    assert [(model.name, model.epoch, model.weights is None) for model in result.models] == [("A", 2.0, False)]
    assert sorted(Store.default().home.rglob("*")) == before
    folder.release()


def test_of_a_run_without_weights_that_is_said(picture: Path) -> None:
    folder = saved(state="failed", weights=None, checkpoint=None, test=None)
    folder.release()
    code, out, err = called("predict", str(picture), "--run", folder.id)
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, folder.id, "cannot be asked", "weights")


def test_there_must_be_such_a_comparison(picture: Path) -> None:
    for id_ in ("000099", "../etc", ""):
        code, _, err = called("predict", str(picture), "--run", id_)
        assert code == 2
        assert_is_one_sentence(err, "There is no saved comparison", "nncompare runs")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.png", b"This is a text.", "PNG, JPEG, WebP, BMP or GIF"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG, JPEG, WebP, BMP or GIF"),
        ("none.png", None, "cannot be opened: No such file"),
        (".", None, "cannot be opened: Is a directory"),
    ],
)
def test_what_is_no_picture_is_a_sentence(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    folder = saved()
    folder.release()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, _, err = called("predict", str(tmp_path / name), "--run", folder.id)
    assert code == 2
    assert_is_one_sentence(err, words, str(tmp_path))


def test_an_empty_sheet_is_a_sentence(tmp_path: Path) -> None:
    folder = saved()
    folder.release()
    Image.fromarray(np.full((50, 50), 255, np.uint8)).save(tmp_path / "white.png")
    code, _, err = called("predict", str(tmp_path / "white.png"), "--run", folder.id)
    assert code == 2
    assert_is_one_sentence(err, "white.png: ")


def test_a_picture_must_be_named() -> None:
    assert called("predict")[0] == 2


def test_without_a_name_the_newest_that_has_finished_is_asked_and_named(picture: Path) -> None:
    code, _, err = called("predict", str(picture))
    assert code == 2
    assert_is_one_sentence(err, "No saved comparison has finished", "--run")
    for state in ("finished", "finished", "stopped", "running"):
        saved(state=state, weights=None, checkpoint=None, test=None).release()
    code, _, err = called("predict", str(picture))
    assert code == 2
    asked, refused = err.splitlines()
    assert asked.startswith("nncompare: asking the models of 000002-")
    assert refused.startswith("nncompare: 000002-")
