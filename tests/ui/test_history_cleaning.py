"""What was trained before is deleted: one by one, or by age and size; never without a question."""

from threading import Event

from history_page import A, history_of

from nncompare.messages import Setup
from nncompare.store import RunRecord


def test_deleting_asks_first(past):
    id_ = past.save()
    past.read(id_)
    assert f"delete:{id_}" not in past.html
    past.unfold(id_)
    past.press(f"ask:{id_}")
    past.wait_for("Delete A and B for good?")
    past.press("keep")
    past.wait_without("Delete A and B for good?")
    assert past.store.summaries()
    past.press(f"ask:{id_}")
    past.wait_for(f"delete:{id_}")
    past.press(f"delete:{id_}")
    past.wait_for("Nothing yet.")
    assert not past.store.summaries()


def test_what_is_trained_elsewhere_can_be_neither_opened_nor_deleted(past):
    folder = past.begin()
    folder.save(0, "A", RunRecord(Setup(A), "running", history=history_of(0.9)))
    past.read("being trained")
    assert past.html.count(" disabled") >= 2
    pick = past.step.table.pick
    past.refresher.post(lambda: (pick(f"ask:{folder.id}"), pick(f"delete:{folder.id}")))
    past.until(lambda: "It was not deleted." in past.step.note.value)
    assert past.store.summaries()
    folder.release()


def test_a_damaged_one_is_told_and_can_be_deleted(past):
    id_ = past.save()
    for head in (past.store.home / "runs" / id_).rglob("comparison.json"):
        head.write_text("nonsense")
    past.read("cannot be read")
    past.press(f"ask:{id_}")
    past.wait_for(f"delete:{id_}")
    past.press(f"delete:{id_}")
    past.wait_for("Nothing yet.")


def test_old_ones_are_cleaned_up_after_a_look_at_them(past):
    old, new = past.make_older(past.save(state="running"), 40), past.save()
    past.read(old, new)
    cleaning = past.step.clean_up
    past.preview("1 comparison would go", "interrupted, could go on", age=30)
    assert len(past.store.summaries()) == 2, "it was only looked at"
    cleaning.preview.pick("keep")
    past.until(lambda: "would go" not in cleaning.preview.html)
    cleaning.preview.pick("clean")
    past.preview("1 comparison would go", age=30)
    cleaning.preview.pick("clean")
    past.until(lambda: old not in past.html and new in past.html)
    assert [summary.id for summary in past.store.summaries()] == [new]
    past.preview("Nothing needs to go", age=30)


def test_other_bounds_take_the_offer_back(past):
    past.make_older(past.save(), 40)
    cleaning = past.step.clean_up
    past.preview("1 comparison would go", age=30)
    cleaning.age.value = 180
    past.until(lambda: "would go" not in cleaning.preview.html)
    past.refresher.post(lambda: cleaning._pick("clean"))  # as only a forged message asks for it
    past.preview("Nothing needs to go", age=180)
    assert len(past.store.summaries()) == 1


def test_what_was_looked_for_with_other_bounds_is_not_shown(past, monkeypatch):
    past.make_older(past.save(), 40)
    cleaning, stored, may_go_on, shown = past.step.clean_up, past.store.stored, Event(), []
    monkeypatch.setattr(past.store, "stored", lambda: stored() if may_go_on.wait(30) else [])
    cleaning.preview.observe(lambda change: shown.append(change["new"]), names="html")
    cleaning.age.value = 30
    past.refresher.post(cleaning._look)
    cleaning.age.value = 180
    past.refresher.post(may_go_on.set)
    past.preview("Nothing needs to go", age=180)
    assert not [html for html in shown if "would go" in html]


def test_what_is_trained_meanwhile_stays_and_that_is_told(past):
    first, _ = (past.make_older(past.save(), 40) for _ in range(2))
    past.preview("2 comparisons would go", age=30)
    held = past.store.open(first)
    held.hold()
    past.step.clean_up.preview.pick("clean")
    past.until(lambda: "Not all of it was deleted. It is open elsewhere" in past.step.note.value)
    assert [summary.id for summary in past.store.summaries()] == [first]
    held.release()


def test_curves_of_what_was_cleaned_up_are_taken_out_of_the_charts(past):
    id_ = past.make_older(past.save(), 40)
    past.read(id_)
    past.press(f"overlay:{id_}:b")
    past.until(lambda: past.overlays)
    past.preview("1 comparison would go", age=30)
    past.step.clean_up.preview.pick("clean")
    past.until(lambda: past.overlays[-1] is None)


def test_the_oldest_go_until_the_rest_fits(past, monkeypatch):
    oldest, newest = past.save(), past.save()
    monkeypatch.setattr(past.store, "size", lambda _: 60 * 2**20)
    past.preview("1 comparison would go, 60 MiB; 60 MiB would stay", size=100)
    past.step.clean_up.preview.pick("clean")
    past.until(lambda: newest in past.html and oldest not in past.html)
    past.preview("Nothing needs to go: 60 MiB are within that", size=500)
