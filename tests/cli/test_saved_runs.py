"""What is saved, from the shell: the list, and the way on after an interruption."""

import json
import re
from pathlib import Path

import pytest
from any_records import record
from command import assert_is_one_sentence, called
from tiny_pairs import pair, until_both_train

from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, RunConfig
from nncompare.engine.shared import EngineHolder
from nncompare.store import Label, RunFolder, Store

PAIR = Comparison(
    dataset="synthetic-digits", a=RunConfig(channels=8, epochs=2), b=RunConfig(channels=16, epochs=2, optimizer="sgd")
)


@pytest.fixture
def store() -> Store:
    return Store.default()


def saved(store: Store, *states: str, comparison: Comparison = PAIR) -> RunFolder:
    """Save a comparison whose models are in these states."""
    folder = store.create(comparison)
    for name, state in zip("AB", states, strict=False):
        folder.save(0, name, record(state=state))
    folder.release()
    return folder


def rows(out: str) -> list[list[str]]:
    return [re.split(" {2,}", line) for line in out.splitlines()]


def test_every_comparison_is_a_line_the_newest_first(store: Store) -> None:
    alone = saved(store, "finished", comparison=PAIR.model_copy(update={"b": None}))
    ended = saved(store, "finished", "stopped", comparison=PAIR.model_copy(update={"repeat": 3}))
    interrupted = saved(store, "finished", "running")
    held = saved(store, "running", "running")
    held.hold()
    code, out, err = called("runs")
    held.release()
    assert (code, err) == (0, "")
    titles, *lines, _, go_on = rows(out)
    assert titles == ["ID", "begun", "data set", "state", "test accuracy", "what differs"]
    assert [line[0] for line in lines] == [held.id, interrupted.id, ended.id, alone.id]
    assert [line[3] for line in lines] == ["being trained", "interrupted", "interrupted", "finished"]
    assert lines[1][1] == interrupted.created.astimezone().strftime("%Y-%m-%d %H:%M")
    assert [line[2] for line in lines[1:3]] == ["Synthetic digits", "Synthetic digits, 3 seeds"]
    assert lines[1][4] == "A 10.0%, B 10.0% (2 of 3 epochs)"
    assert lines[3][4:] == ["A 10.0%", "A alone"]
    assert go_on == [f"Go on: nncompare compare --resume {interrupted.id}"]


def test_what_differs_is_named(store: Store) -> None:
    configs = {"A": PAIR.a, "B": PAIR.b}
    folder = store.create(PAIR)
    for name, config in configs.items():
        made = record(state="finished")
        assert config is not None
        folder.save(0, name, type(made)(**{**vars(made), "setup": type(made.setup)(config)}))
    folder.release()
    _, out, _ = called("runs")
    assert rows(out)[1][3:] == ["finished", "A 10.0%, B 10.0%", "channels 8 and 16; optimiser Adam and SGD"]
    _, out, _ = called("runs", "--json")
    (told,) = json.loads(out)
    assert told["differs"] == {"channels": ["8", "16"], "optimiser": ["Adam", "SGD"]}


def test_models_are_listed_by_their_own_names_too(store: Store) -> None:
    folder = saved(store, "finished", "finished")
    store.label(folder.id, "B", Label(name="wide", note="for Tuesday"))
    _, out, _ = called("runs")
    assert rows(out)[1][4] == "A 10.0%, B “wide” 10.0%"
    _, out, _ = called("runs", "--json")
    labels = [one["label"] for one in json.loads(out)[0]["models"]]
    assert labels == [{"name": "", "note": ""}, {"name": "wide", "note": "for Tuesday"}]


def test_the_list_as_json(store: Store) -> None:
    folder = saved(store, "finished", "running")
    code, out, err = called("runs", "--json")
    assert (code, err) == (0, "")
    (told,) = json.loads(out)
    assert (told["id"], told["created"]) == (folder.id, folder.created.isoformat())
    assert (told["state"], told["can_be_resumed"]) == ("interrupted", True)
    assert Comparison.model_validate(told["comparison"]) == PAIR
    assert [(one["name"], one["state"], one["epochs"]) for one in told["models"]] == [
        ("A", "finished", 2),
        ("B", "running", 2),
    ]


def test_an_empty_list_says_where_it_looked(store: Store) -> None:
    assert called("runs") == (0, f"No comparison is saved in {store.home}.\n", "")
    assert called("runs", "--json") == (0, "[]\n", "")


def test_what_cannot_be_read_is_told_and_the_others_are_listed(store: Store) -> None:
    broken, good = saved(store, "running", "running"), saved(store, "finished", "finished")
    for file in (store.home / "runs" / broken.id).rglob("comparison.json"):
        file.write_text("{}")
    code, out, err = called("runs")
    assert code == 0
    assert good.id in out
    assert_is_one_sentence(err, broken.id)
    code, out, err = called("compare", "--resume", broken.id)
    assert (code, out) == (1, "")
    assert_is_one_sentence(err, broken.id)


def test_with_nothing_to_resume_a_sentence_says_so(store: Store) -> None:
    nothing = "nncompare: There is no interrupted comparison to resume."
    assert called("compare", "--resume") == (2, "", f"{nothing}\n")
    ended, held = saved(store, "finished", "finished"), saved(store, "running", "running")
    held.hold()
    try:
        elsewhere = f"{held.id} is being trained in another dashboard or shell."
        assert called("compare", "--resume") == (2, "", f"{nothing} {elsewhere}\n")
        assert called("compare", "--resume", held.id) == (2, "", f"nncompare: {elsewhere} End it there first.\n")
    finally:
        held.release()
    told = f"nncompare: {ended.id} was not interrupted: it has finished.\n"
    assert called("compare", "--resume", ended.id) == (2, "", told)


@pytest.mark.parametrize("id_", ["000099-00000000", "x", "../runs", "000001-ffffffffffff", "0"])
def test_an_unknown_id_is_told(store: Store, id_: str) -> None:
    for _ in range(2):
        saved(store, "running", "running")
    code, out, err = called("compare", "--resume", id_)
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, f"There is no saved comparison {id_}. nncompare runs lists")


def test_settings_beside_resume_are_refused(store: Store) -> None:
    saved(store, "running", "running")
    code, out, err = called("compare", "--resume", "--a", "channels=8", "--train-images", "2000")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "the settings that were saved. Leave out --a and --train-images.")


def interrupted(store: Store, engines: EngineHolder) -> str:
    running = ComparisonRun(pair(a={"epochs": 20}, b={"epochs": 20}), engines, store=store)
    running.start()
    until_both_train(running)
    running.leave()
    assert running.wait(90)
    assert running.saved_id is not None
    return running.saved_id


def test_the_newest_that_was_interrupted_goes_on(
    engine: None, engines: EngineHolder, store: Store, tmp_path: Path
) -> None:
    saved(store, "running", "running")
    id_ = interrupted(store, engines)
    saved(store, "finished", "finished")
    report = tmp_path / "report.html"
    code, out, err = called("compare", "--resume", "--json", "--report", str(report))
    assert code == 0, err
    told = json.loads(out)
    assert (told["id"], told["state"]) == (id_, "finished")
    assert [len(told[name]["history"]["test_accuracy"]) for name in "ab"] == [20, 20]
    assert f"nncompare: resuming {id_}.\n" in err
    assert report.is_file()
    assert store.open(id_).summary().state_word == "finished"


def test_one_goes_on_by_the_beginning_of_its_id(engine: None, engines: EngineHolder, store: Store) -> None:
    id_ = interrupted(store, engines)
    saved(store, "running", "running")
    code, out, err = called("compare", "--resume", id_.partition("-")[0])
    assert code == 0, err
    assert re.search(r"^state +finished +finished$", out, re.MULTILINE)
    assert store.open(id_).summary().state_word == "finished"


def test_an_accuracy_of_fewer_epochs_than_were_asked_for_says_so(store: Store) -> None:
    longer = PAIR.model_copy(update={"a": PAIR.a.model_copy(update={"epochs": 5})})
    folder = store.create(longer)
    made = record(state="stopped")
    folder.save(0, "A", type(made)(**{**vars(made), "setup": type(made.setup)(longer.a)}))
    folder.save(0, "B", record(state="finished"))
    folder.release()
    _, out, _ = called("runs")
    assert rows(out)[1][4] == "A 10.0% (2 of 5 epochs), B 10.0%"


def test_those_of_a_class_are_counted(store: Store) -> None:
    saved(Store(store.home / "visitors" / ("1" * 32)), "finished", "finished")
    code, out, err = called("runs")
    assert (code, out) == (0, f"No comparison of your own is saved in {store.home}.\n")
    assert_is_one_sentence(err, "1 comparison from pages of a class: each browser has a history of its own.")
    saved(store, "finished", "finished")
    assert_is_one_sentence(called("runs")[2], "1 more comparison from pages of a class: each browser")
