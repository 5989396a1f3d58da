"""The list of what was trained before, on a store in a temporary folder."""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from processes import until

from nncompare.config import Comparison, RunConfig
from nncompare.events import Diverged
from nncompare.history import PER_EPOCH, Curve, History
from nncompare.memory import in_mebibytes
from nncompare.messages import Setup
from nncompare.store import LONGEST_NAME, Label, RunRecord, Store
from nncompare.ui.refresher import Refresher
from nncompare.ui.steps.history import HistoryStep

WHAT = "the list gets there"
A, B = RunConfig(channels=4, epochs=2), RunConfig(channels=8, epochs=2, optimizer="sgd")


@dataclass
class Calls:
    """What the step has asked for."""

    opened: list = field(default_factory=list)
    used: list = field(default_factory=list)
    overlays: list = field(default_factory=list)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


@pytest.fixture
def refresher():
    refresher = Refresher(lambda: None)
    refresher.start()
    yield refresher
    refresher.close()
    refresher.thread.join(10)
    assert not refresher.thread.is_alive()


@pytest.fixture
def calls():
    return Calls()


@pytest.fixture
def step(refresher, store, calls):
    return HistoryStep(
        refresher, store, calls.opened.append, lambda *what: calls.used.append(what), calls.overlays.append
    )


def history_of(accuracy):
    counts: dict[str, Any] = {"epoch": [1.0, 2.0], "images": [500, 1000], "steps": [5, 10], "seconds": [0.5, 1.0]}
    points = Curve(**counts, loss=[0.4, 0.3], accuracy=[0.8, accuracy])
    per_epoch: dict[str, Any] = {name: [0.5, accuracy] for name in PER_EPOCH}
    return History(**per_epoch, train=points, test=points)


def save(store, state="finished", repeat=1):
    """Save a comparison as one that has ended, or was left in the middle."""
    comparison = Comparison(dataset="synthetic-digits", a=A, b=B, repeat=repeat)
    folder = store.create(comparison)
    for seed in comparison.seeds:
        for name, config, accuracy in (("A", A, 0.9 + 0.02 * seed), ("B", B, 0.95)):
            folder.save(seed, name, RunRecord(Setup(config), state, history=history_of(accuracy)))
    folder.release()
    return folder.id


def read(step, *texts):
    step.refresh()
    until(lambda: all(text in step.table.list.html for text in texts), WHAT)


def unfold(step, id_, model="a"):
    """Show everything about a model."""
    press(step, f"row:{id_}:{model}")
    until(lambda: f'data-pick="edit:{id_}:{model}"' in step.table.list.html, WHAT)


def press(step, pick):
    """Press a button that is on the page."""
    assert f'data-pick="{pick}"' in step.table.list.html
    step.table.list.pick(pick)


def test_an_empty_store_says_what_will_be_here(step):
    read(step, "Nothing yet.")


def test_it_lists_the_newest_first_with_settings_and_results(step, store):
    old, new = save(store), save(store, state="running")
    read(step, "90.0%", "95.0%", "Channels", "SGD", "interrupted")
    assert step.table.list.html.index(new) < step.table.list.html.index(old)


def test_several_seeds_are_a_mean(step, store):
    save(store, repeat=3)
    read(step, "92.0%")
    unfold(step, store.summaries()[0].id)
    until(lambda: "Seeds 3" in step.table.list.html, WHAT)


def test_open_asks_for_that_comparison(step, store, refresher, calls):
    id_ = save(store)
    read(step, id_)
    press(step, f"open:{id_}:b")
    until(lambda: calls.opened == [id_], WHAT)


def test_settings_of_either_model_go_to_either_form(step, store, refresher, calls):
    id_ = save(store)
    read(step, id_)
    unfold(step, id_, "b")
    press(step, f"use:{id_}:b:A")
    unfold(step, id_)
    press(step, f"use:{id_}:a:B")
    until(lambda: calls.used == [(B, "A"), (A, "B")], WHAT)


def test_a_past_model_is_laid_beside_and_taken_away(step, store, refresher, calls):
    id_ = save(store)
    read(step, id_)
    press(step, f"overlay:{id_}:b")
    until(lambda: 'data-pick="hide"' in step.table.list.html, WHAT)
    assert calls.overlays[-1].history.test_accuracy == [0.5, 0.95]
    assert calls.overlays[-1].title == "model B, Synthetic digits, learned from 60,000 images, 8 channels"
    assert "Shown" in step.table.list.html
    press(step, "hide")
    until(lambda: calls.overlays[-1] is None, WHAT)


def test_a_model_without_an_epoch_is_not_laid_beside(step, store, refresher, calls):
    comparison = Comparison(dataset="synthetic-digits", a=A, b=B)
    folder = store.create(comparison)
    folder.save(0, "A", RunRecord(Setup(A), "stopped", history=history_of(0.9)))
    folder.save(0, "B", RunRecord(Setup(B), "stopped"))
    folder.release()
    read(step, folder.id)
    refresher.post(lambda: step.table.pick(f"overlay:{folder.id}:b"))  # as only a forged message asks for it
    press(step, f"overlay:{folder.id}:a")
    until(lambda: len(calls.overlays) == 1, WHAT)
    assert "model A" in calls.overlays[0].title


def name(step, id_, model, **fields):
    """Fill in the form of a model as the page does."""
    unfold(step, id_, model)
    press(step, f"edit:{id_}:{model}")
    form = f"label:{id_}:{model}"
    until(lambda: f'data-form="{form}"' in step.table.list.html, WHAT)
    step.table.list.submit(form, fields)
    until(lambda: f'data-form="{form}"' not in step.table.list.html, WHAT)


def test_a_model_gets_a_name_and_a_note_that_stay_with_its_comparison(step, store, calls):
    id_ = save(store)
    read(step, id_)
    name(step, id_, "b", name="the  <b>wide</b> one\x1b", note="for lesson 3")
    until(lambda: "the &lt;b&gt;wide&lt;/b&gt; one" in step.table.list.html, WHAT)
    labels = Store(store.home).summaries()[0].labels
    assert (labels.of("B"), labels.of("A")) == (Label(name="the <b>wide</b> one", note="for lesson 3"), Label())
    press(step, f"overlay:{id_}:b")
    until(lambda: calls.overlays, WHAT)
    assert calls.overlays[0].title.startswith("“the <b>wide</b> one”, model B, Synthetic digits")


@pytest.mark.parametrize("fields", [None, {"name": 1}, [], {"name": "x" * 10_000}])
def test_a_form_that_is_not_as_the_page_sends_it_harms_nothing(step, store, refresher, fields):
    id_ = save(store)
    read(step, id_)
    step.table.list.submit(f"label:{id_}:a", {"name": "not offered"})
    unfold(step, id_)
    press(step, f"edit:{id_}:a")
    until(lambda: f'data-form="label:{id_}:a"' in step.table.list.html, WHAT)
    step.table.list.submit(f"label:{id_}:a", fields)
    refresher.post(lambda: step.table.save("label:x:a", {"name": "unknown"}))
    refresher.post(lambda: step.table.pick("keep"))
    until(lambda: f'data-form="label:{id_}:a"' not in step.table.list.html, WHAT)
    expected = "x" * LONGEST_NAME if isinstance(fields, dict) and isinstance(fields["name"], str) else ""
    until(lambda: store.summaries()[0].labels.of("A").name == expected, WHAT)


def rows(step):
    """Read the names of the models in the table, in their order."""
    return re.findall(r'data-pick="row:(\S+?)"', step.table.list.html)


def wait_for_rows(step, wanted, part=str):
    """Wait until the keys of the models, or a part of each, are these in this order."""
    until(lambda: [part(key) for key in rows(step)] == list(wanted), WHAT)


def test_the_table_is_put_in_order_by_a_column(step, store):
    first, second = save(store), save(store)
    read(step, first, second)
    newest_first = [f"{second}:a", f"{second}:b", f"{first}:a", f"{first}:b"]
    assert rows(step) == newest_first
    for pick, wanted in (("accuracy", "bbaa"), ("accuracy", "aabb"), ("channels", "aabb"), ("date", "abab")):
        press(step, f"order:{pick}")
        wait_for_rows(step, wanted, lambda key: key[-1])
    assert rows(step) == newest_first
    assert step.table.list.html.count('aria-sort="descending"') == 1


def test_only_what_differs_has_a_column(step, store):
    id_ = save(store)
    read(step, id_)
    heads = re.findall(r'data-pick="order:(\w+)"', step.table.list.html)
    assert heads == ["model", "date", "channels", "optimizer", "momentum", "accuracy", "time"]


def test_the_filter_looks_for_every_word_in_names_notes_and_settings(step, store):
    first, second = save(store), save(store, state="running")
    read(step, first, second)
    name(step, first, "a", name="", note="Best of Tuesday")
    until(lambda: "Best of Tuesday" in step.table.list.html, WHAT)
    for wanted, expected in (("tuesday", [f"{first}:a"]), ("sgd interrupted", [f"{second}:b"]), ("purple", [])):
        step.table.filter.value = wanted
        wait_for_rows(step, expected)
    assert "None of 4 models has all these words." in step.table.list.html


def test_a_model_at_chance_level_or_broken_off_says_so(step, store, synthetic_digits):
    folder = store.create(Comparison(dataset="synthetic-digits", a=A, b=B))
    folder.save(0, "A", RunRecord(Setup(A), "finished", history=history_of(0.1)))
    broken = replace(history_of(0.9), diverged=Diverged(1.25, 640, 10, 0.7))
    folder.save(0, "B", RunRecord(Setup(B), "failed", history=broken))
    folder.release()
    read(step, "did no better than guessing", "broke off at epoch 1.25")


def test_a_label_is_also_kept_while_its_comparison_is_trained_and_not_where_it_is_gone(step, store):
    folder = store.create(Comparison(dataset="synthetic-digits", a=A, b=B))
    folder.save(0, "A", RunRecord(Setup(A), "running", history=history_of(0.9)))
    read(step, "being trained")
    name(step, folder.id, "a", name="first", note="")
    until(lambda: "first" in step.table.list.html, WHAT)
    folder.release()
    store.delete(folder.id)
    press(step, f"edit:{folder.id}:a")
    until(lambda: f'data-form="label:{folder.id}:a"' in step.table.list.html, WHAT)
    step.table.list.submit(f"label:{folder.id}:a", {"name": "late", "note": ""})
    until(lambda: "It was not saved. There is no saved comparison" in step.note.value, WHAT)


def test_deleting_asks_first(step, store, refresher):
    id_ = save(store)
    read(step, id_)
    assert f"delete:{id_}" not in step.table.list.html
    unfold(step, id_)
    press(step, f"ask:{id_}")
    until(lambda: "Delete it for good?" in step.table.list.html, WHAT)
    press(step, "keep")
    until(lambda: "Delete it for good?" not in step.table.list.html, WHAT)
    assert store.summaries()
    press(step, f"ask:{id_}")
    until(lambda: f"delete:{id_}" in step.table.list.html, WHAT)
    press(step, f"delete:{id_}")
    until(lambda: "Nothing yet." in step.table.list.html, WHAT)
    assert not store.summaries()


def test_what_is_trained_elsewhere_can_be_neither_opened_nor_deleted(step, store, refresher):
    comparison = Comparison(dataset="synthetic-digits", a=A, b=B)
    folder = store.create(comparison)
    folder.save(0, "A", RunRecord(Setup(A), "running", history=history_of(0.9)))
    read(step, "being trained")
    assert step.table.list.html.count(" disabled") >= 2
    refresher.post(lambda: (step.table.pick(f"ask:{folder.id}"), step.table.pick(f"delete:{folder.id}")))
    until(lambda: "It was not deleted." in step.note.value, WHAT)
    assert store.summaries()
    folder.release()


@pytest.mark.parametrize(
    "pick",
    [
        "",
        ":",
        "open:",
        "open:../../etc",
        "delete:000001-00000000",
        "use:x:a:A",
        "overlay",
        "<b>",
        "ask:\0",
        "open::::",
    ],
)
def test_what_is_not_on_the_page_does_nothing(step, store, refresher, calls, pick):
    id_ = save(store)
    read(step, id_)
    unfold(step, id_)
    for word in (pick, f"use:{id_}", f"use:{id_}:c:A", f"use:{id_}:a:C", f"overlay:{id_}:z"):
        refresher.post(lambda word=word: step.table.pick(word))
    press(step, f"ask:{id_}")
    until(lambda: "Delete it for good?" in step.table.list.html, WHAT)
    assert calls == Calls()
    assert store.summaries()


def test_a_damaged_one_is_told_and_can_be_deleted(step, store, refresher):
    id_ = save(store)
    for head in (store.home / "runs" / id_).rglob("comparison.json"):
        head.write_text("nonsense")
    read(step, "cannot be read")
    press(step, f"ask:{id_}")
    until(lambda: f"delete:{id_}" in step.table.list.html, WHAT)
    press(step, f"delete:{id_}")
    until(lambda: "Nothing yet." in step.table.list.html, WHAT)


def make_older(store, id_, days):
    """Date a comparison back, as if the clock had been so many days behind."""
    from nncompare.store.files import CHECKSUMS, _checksums

    for head in (store.home / "runs" / id_, store.home / "runs" / id_ / "copy"):
        values = json.loads((head / "comparison.json").read_text())
        values["created"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        content = {"comparison.json": json.dumps(values).encode()}
        for name, data in {**content, CHECKSUMS: _checksums(content)}.items():
            (head / name).write_bytes(data)


def test_what_each_and_all_of_them_take_is_shown(step, store):
    first, second = save(store), save(store)
    sizes = [in_mebibytes(store.size(id_)) for id_ in (first, second)]
    total = in_mebibytes(store.size(first) + store.size(second))
    read(step, f"{total} in all")
    for id_, size in ((first, sizes[0]), (second, sizes[1])):
        unfold(step, id_)
        assert f"The comparison takes {size}." in step.table.list.html


def preview(step, *texts, age=0, size=0):
    """Choose what is kept, and look at what would go."""
    cleaning = step.clean_up
    cleaning.age.value, cleaning.size.value = age, size
    cleaning.box.children[0].children[-1].click()
    until(lambda: all(text in cleaning.preview.html for text in texts), WHAT)


def test_old_ones_are_cleaned_up_after_a_look_at_them(step, store):
    old, new = save(store, state="running"), save(store)
    make_older(store, old, 40)
    read(step, old, new)
    cleaning = step.clean_up
    preview(step, "1 comparison would go", "interrupted, could go on", age=30)
    assert len(store.summaries()) == 2, "it was only looked at"
    cleaning.preview.pick("keep")
    until(lambda: "would go" not in cleaning.preview.html, WHAT)
    cleaning.preview.pick("clean")
    preview(step, "1 comparison would go", age=30)
    cleaning.preview.pick("clean")
    until(lambda: old not in step.table.list.html and new in step.table.list.html, WHAT)
    assert [summary.id for summary in store.summaries()] == [new]
    preview(step, "Nothing needs to go", age=30)


def test_other_bounds_take_the_offer_back(step, store, refresher):
    make_older(store, save(store), 40)
    cleaning = step.clean_up
    preview(step, "1 comparison would go", age=30)
    cleaning.age.value = 180
    until(lambda: "would go" not in cleaning.preview.html, WHAT)
    refresher.post(lambda: cleaning._pick("clean"))  # as only a forged message asks for it
    preview(step, "Nothing needs to go", age=180)
    assert len(store.summaries()) == 1


def test_what_is_trained_meanwhile_stays_and_that_is_told(step, store):
    first, second = save(store), save(store)
    for id_ in (first, second):
        make_older(store, id_, 40)
    preview(step, "2 comparisons would go", age=30)
    held = store.open(first)
    held.hold()
    step.clean_up.preview.pick("clean")
    until(lambda: "Not all of it was deleted. It is open elsewhere" in step.note.value, WHAT)
    assert [summary.id for summary in store.summaries()] == [first]
    held.release()


def test_curves_of_what_was_cleaned_up_are_taken_out_of_the_charts(step, store, calls):
    id_ = save(store)
    make_older(store, id_, 40)
    read(step, id_)
    press(step, f"overlay:{id_}:b")
    until(lambda: calls.overlays, WHAT)
    preview(step, "1 comparison would go", age=30)
    step.clean_up.preview.pick("clean")
    until(lambda: calls.overlays[-1] is None, WHAT)


def test_the_oldest_go_until_the_rest_fits(step, store, monkeypatch):
    oldest, newest = save(store), save(store)
    monkeypatch.setattr(store, "size", lambda _: 60 * 2**20)
    preview(step, "1 comparison would go, 60 MiB; 60 MiB would stay", size=100)
    step.clean_up.preview.pick("clean")
    until(lambda: newest in step.table.list.html and oldest not in step.table.list.html, WHAT)
    preview(step, "Nothing needs to go: 60 MiB are within that", size=500)
