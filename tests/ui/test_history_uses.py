"""What can be made of a model that was trained before: opened, used again, laid beside, named."""

import pytest
from history_page import A, B, history_of

from nncompare.messages import Setup
from nncompare.store import LONGEST_NAME, Label, RunRecord, Store


def test_open_asks_for_that_comparison(past):
    id_ = past.save()
    past.read(id_)
    past.press(f"open:{id_}:b")
    past.until(lambda: past.opened == [id_])


def test_settings_of_either_model_go_to_either_form(past):
    id_ = past.save()
    past.read(id_)
    past.unfold(id_, "b")
    past.press(f"use:{id_}:b:A")
    past.unfold(id_)
    past.press(f"use:{id_}:a:B")
    past.until(lambda: past.used == [(B, "A"), (A, "B")])


def test_a_past_model_is_laid_beside_and_taken_away(past):
    id_ = past.save()
    past.read(id_)
    past.press(f"overlay:{id_}:b")
    past.wait_for('data-pick="hide"', "Shown")
    assert past.overlays[-1].history.test_accuracy == [0.5, 0.95]
    assert past.overlays[-1].title == "model B, Synthetic digits, learned from 60,000 images, 8 channels"
    past.press("hide")
    past.until(lambda: past.overlays[-1] is None)


def test_a_model_without_an_epoch_is_not_laid_beside(past):
    folder = past.begin()
    folder.save(0, "A", RunRecord(Setup(A), "stopped", history=history_of(0.9)))
    folder.save(0, "B", RunRecord(Setup(B), "stopped"))
    folder.release()
    past.read(folder.id)
    past.refresher.post(lambda: past.step.table.pick(f"overlay:{folder.id}:b"))  # as only a forged message asks for it
    past.press(f"overlay:{folder.id}:a")
    past.until(lambda: len(past.overlays) == 1)
    assert "model A" in past.overlays[0].title


def test_a_model_gets_a_name_and_a_note_that_stay_with_its_comparison(past):
    id_ = past.save()
    past.read(id_)
    past.label(id_, "b", name="the  <b>wide</b> one\x1b", note="for lesson 3")
    past.wait_for("the &lt;b&gt;wide&lt;/b&gt; one")
    labels = Store(past.store.home).summaries()[0].labels
    assert (labels.of("B"), labels.of("A")) == (Label(name="the <b>wide</b> one", note="for lesson 3"), Label())
    past.press(f"overlay:{id_}:b")
    past.until(lambda: past.overlays)
    assert past.overlays[0].title.startswith("“the <b>wide</b> one”, model B, Synthetic digits")


@pytest.mark.parametrize("fields", [None, {"name": 1}, [], {"name": "x" * 10_000}])
def test_a_form_that_is_not_as_the_page_sends_it_harms_nothing(past, fields):
    id_ = past.save()
    past.read(id_)
    past.step.table.list.submit(f"label:{id_}:a", {"name": "not offered"})
    past.unfold(id_)
    form = past.edit(id_, "a")
    past.step.table.list.submit(form, fields)
    past.refresher.post(lambda: past.step.table.save("label:x:a", {"name": "unknown"}))
    past.refresher.post(lambda: past.step.table.pick("keep"))
    past.wait_without(f'data-form="{form}"')
    expected = "x" * LONGEST_NAME if isinstance(fields, dict) and isinstance(fields["name"], str) else ""
    past.until(lambda: past.store.summaries()[0].labels.of("A").name == expected)


def test_a_label_is_also_kept_while_its_comparison_is_trained_and_not_where_it_is_gone(past):
    folder = past.begin()
    folder.save(0, "A", RunRecord(Setup(A), "running", history=history_of(0.9)))
    past.read("being trained")
    past.label(folder.id, "a", name="first", note="")
    past.wait_for("first")
    folder.release()
    past.store.delete(folder.id)
    form = past.edit(folder.id, "a")
    past.step.table.list.submit(form, {"name": "late", "note": ""})
    past.until(lambda: "It was not saved. There is no saved comparison" in past.step.note.value)


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
def test_what_is_not_on_the_page_does_nothing(past, pick):
    id_ = past.save()
    past.read(id_)
    past.unfold(id_)
    for word in (pick, f"use:{id_}", f"use:{id_}:c:A", f"use:{id_}:a:C", f"overlay:{id_}:z"):
        past.refresher.post(lambda word=word: past.step.table.pick(word))
    past.press(f"ask:{id_}")
    past.wait_for("Delete A and B for good?")
    assert past.opened == past.used == past.overlays == []
    assert past.store.summaries()
