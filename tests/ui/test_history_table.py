"""The list of what was trained before: what it says of each model, in which order, and which are looked for."""

import re
from dataclasses import replace

from history_page import A, B, history_of

from nncompare.config import Comparison, RunConfig
from nncompare.events import Diverged
from nncompare.memory import in_mebibytes
from nncompare.messages import Setup
from nncompare.store import RunRecord, Store


def test_an_empty_store_says_what_will_be_here(past):
    past.read("Nothing yet.")


def test_those_of_a_class_are_counted(past):
    for browser in "12":
        Store(past.store.home / "visitors" / (browser * 32)).create(Comparison(a=A, b=B)).release()
    past.read("Nothing yet.", "There are 2 more from pages of a class, where each browser has a history of its own.")


def test_it_lists_the_newest_first_with_settings_and_results(past):
    old, new = past.save(), past.save(state="running")
    past.read("90.0%", "95.0%", "Channels", "SGD", "interrupted")
    assert past.html.index(new) < past.html.index(old)


def test_several_seeds_are_a_mean(past):
    id_ = past.save(repeat=3)
    past.read("92.0%")
    past.unfold(id_)
    past.wait_for("Seeds 3")


def test_a_model_at_chance_level_or_broken_off_says_so(past, synthetic_digits):
    folder = past.begin()
    folder.save(0, "A", RunRecord(Setup(A), "finished", history=history_of(0.1)))
    broken = replace(history_of(0.9), diverged=Diverged(1.25, 640, 10, 0.7))
    folder.save(0, "B", RunRecord(Setup(B), "failed", history=broken))
    folder.release()
    past.read("did no better than guessing", "broke off at epoch 1.25")


def test_what_each_and_all_of_them_take_is_shown(past):
    ids = past.save(), past.save()
    sizes = [past.store.size(id_) for id_ in ids]
    past.read(f"{in_mebibytes(sum(sizes))} in all")
    for id_, size in zip(ids, sizes, strict=True):
        past.unfold(id_)
        assert f"The comparison takes {in_mebibytes(size)}." in past.html


def test_the_table_is_put_in_order_by_a_column(past):
    first, second = past.save(), past.save()
    past.read(first, second)
    newest_first = [f"{second}:a", f"{second}:b", f"{first}:a", f"{first}:b"]
    assert past.rows == newest_first
    for pick, wanted in (("accuracy", "bbaa"), ("accuracy", "aabb"), ("channels", "aabb"), ("date", "abab")):
        past.press(f"order:{pick}")
        past.wait_for_rows(wanted, lambda key: key[-1])
    assert past.rows == newest_first
    assert past.html.count('aria-sort="descending"') == 1


def test_only_what_differs_has_a_column(past):
    past.read(past.save())
    heads = re.findall(r'data-pick="order:(\w+)"', past.html)
    assert heads == ["model", "date", "channels", "optimizer", "momentum", "accuracy", "time"]


def test_the_filter_looks_for_every_word_in_names_notes_and_settings(past):
    first, second = past.save(), past.save(state="running")
    past.read(first, second)
    past.label(first, "a", name="", note="Best of Tuesday")
    past.wait_for("Best of Tuesday")
    for wanted, expected in (("tuesday", [f"{first}:a"]), ("sgd interrupted", [f"{second}:b"]), ("purple", [])):
        past.step.table.filter.value = wanted
        past.wait_for_rows(expected)
    assert "None of 4 models has all these words." in past.html


def test_a_number_is_looked_for_as_a_whole(past):
    id_ = past.make_older(past.save(), 40)
    past.read(id_)
    for wanted, expected in (("a 90", [f"{id_}:a"]), ("a 9", []), ("a 0.0", [])):
        past.step.table.filter.value = wanted
        past.wait_for_rows(expected)


def test_two_rows_of_one_comparison_that_differ_in_momentum_alone_show_it(past):
    past.save()
    other = RunConfig(channels=24, optimizer="sgd", dropout=0.5, batch_size=32, learning_rate=0.5, epochs=7)
    for momentum in (0.9, 0.5):
        a, b = (other.model_copy(update={"momentum": value}) for value in (momentum, 0.1))
        folder = past.store.create(Comparison(dataset="mnist", train_images=2_000, repeat=2, a=a, b=b))
        for name, config in (("A", a), ("B", b)):
            folder.save(0, name, RunRecord(Setup(config), "finished", history=history_of(0.9)))
        folder.release()
    past.read("0.1", "0.5")
    assert 'data-pick="order:momentum"' in past.html
    assert len(re.findall(r'data-pick="order:', past.html)) == 10, "the others are six at most, as ever"
