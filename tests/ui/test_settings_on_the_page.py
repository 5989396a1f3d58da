"""Settings as they are entered, opened, copied and kept on the page; what is wrong is told and stops Train."""

import json
import re
from urllib.parse import unquote

from processes import until
from tiny_comparison import TINY, WHAT, can_train, is_marked

from nncompare.config import Comparison
from nncompare.messages import WorkerInfo


def upload(dashboard, content, name="settings.json"):
    file = dashboard.steps.models.files.file
    file._on_message(file, {"file": name}, [memoryview(content)])


def test_the_number_of_training_images_is_checked(tiny, settle):
    for text, is_right in {"all": True, "999": False, "1,000": True, "x": False, "5000": True}.items():
        tiny.steps.data.count.value = text
        settle(tiny)
        assert can_train(tiny) is is_right, text
        assert is_marked(tiny.steps.data.count) is not is_right, text


def test_copying_makes_both_models_equal(tiny, settle):
    forms = tiny.steps.models.forms
    forms["A"].copy.click()
    settle(tiny)
    assert tiny.comparison.a == tiny.comparison.b == TINY.a
    forms["B"].fields["channels"].value = "5"
    forms["B"].copy.click()
    settle(tiny)
    assert tiny.comparison.a.channels == tiny.comparison.b.channels == 5


def test_settings_are_opened_from_a_file(tiny, settle):
    wanted = TINY.model_copy(update={"seed": 7, "b": None})
    upload(tiny, wanted.model_dump_json().encode())
    settle(tiny)
    until(lambda: tiny.comparison == wanted, WHAT)


def test_the_same_file_can_be_opened_twice(tiny, settle):
    wanted = TINY.model_copy(update={"seed": 7})
    for _ in range(2):
        upload(tiny, wanted.model_dump_json().encode())
        until(lambda: tiny.comparison == wanted, WHAT)
        tiny.steps.models.shared.fields["seed"].value = "3"
        until(lambda: tiny.comparison is not None and tiny.comparison.seed == 3, WHAT)


def test_the_settings_are_offered_as_a_file_and_a_link(tiny, settle):
    tiny.page._on_message(tiny.page, {"ready": "http://127.0.0.1:1/"}, [])
    settle(tiny)
    offered = tiny.steps.models.files.kept.value
    encoded = offered.split("charset=utf-8,")[1].split('"')[0]
    assert Comparison.model_validate(json.loads(unquote(encoded))) == TINY
    assert 'value="http://127.0.0.1:1/"' in offered  # as it was opened
    tiny.steps.models.shared.fields["seed"].value = "7"
    settle(tiny)
    assert 'value="http://127.0.0.1:1/?seed=7"' in tiny.steps.models.files.kept.value


def test_a_seed_is_read_once_and_the_same_everywhere(tiny, settle):
    for text, seed in {"7": 7, " 1,000 ": 1_000, "1.0": 1}.items():
        tiny.steps.models.shared.fields["seed"].value = text
        settle(tiny)
        assert tiny.comparison.seed == seed
        assert can_train(tiny)


def test_too_little_memory_is_told_before_anything_is_trained(tiny, settle):
    little = WorkerInfo("token", 2, "cpu", {"cpu": "A Processor"}, 89 * 2**20, 256 * 2**20)
    tiny.refresher.post(lambda: tiny.steps.models.show_machine(little, None))
    settle(tiny)
    note = tiny.steps.models.shared.fields["memory_budget"].note.value
    assert "There is too little memory to train two models: 89 MiB of 256 MiB are left" in note
    assert "MiB in all would be enough" in note
    assert not can_train(tiny)


def test_a_budget_above_the_memory_that_is_there_is_told_at_its_field(tiny, settle):
    tiny.steps.models.shared.fields["memory_budget"].value = "99,999,999"
    settle(tiny)
    assert "is more than the memory that is there" in tiny.steps.models.shared.fields["memory_budget"].note.value
    assert "is more than the memory that is there" in tiny.steps.training.reason.html
    assert not can_train(tiny)


def test_the_number_of_test_images_is_that_of_the_data_set(tiny, settle):
    memory = tiny.steps.models.forms["A"].fit.box
    assert "Training takes" in memory.value
    assert "60,000 to train, 10,000 to test" in tiny.steps.data.cards.html


def test_both_networks_are_drawn_by_one_scale_that_follows_the_settings(tiny, settle):
    models = tiny.steps.models
    pictures = [form.picture.box for form in models.forms.values()]
    assert "2 maps of 14 × 14, 4 maps of 7 × 7, 8 maps of 3 × 3, then 10 classes" in pictures[0].value
    before = pictures[0].value
    models.forms["B"].fields["channels"].value = "24"
    settle(tiny)
    assert "24 maps of 14 × 14" in pictures[1].value
    assert pictures[0].value != before, "the wider one decides how wide a map is"
    assert all(f'src="{tiny.steps.data.sample}"' in picture.value for picture in pictures)


def test_more_tells_what_is_inside_and_what_of_it_is_changed_or_wrong(tiny, settle):
    models = tiny.steps.models
    assert "momentum, schedule, weight decay, label smoothing · for both: seed" in models.more.line.html
    assert "changed:" not in models.more.line.html
    models.forms["B"].fields["schedule"].value = "one-cycle"
    models.shared.fields["seed"].value = "7"
    settle(tiny)
    assert "changed: schedule of B, seed" in models.more.line.html
    models.forms["B"].fields["weight_decay"].value = "much"
    settle(tiny)
    assert "wrong: weight decay of B" in models.more.line.html
    models.forms["B"].write(None)
    settle(tiny)
    assert "of B" not in models.more.line.html


def test_more_is_opened_and_closed(tiny, settle):
    more = tiny.steps.models.more
    for is_open in (True, False):
        more.line.pick("more")
        settle(tiny)
        assert ("nnc-hidden" in more.content._dom_classes) is not is_open
        assert f'aria-expanded="{str(is_open).lower()}"' in more.line.html


def test_an_epoch_takes_as_long_as_it_took_here(finished, settle):
    form = finished.steps.models.forms["A"]
    finished.go("Models")
    until(lambda: re.search(r"about <b>[\d.]+</b> s an epoch", form.picture.box.value), WHAT)
    form.fields["channels"].value = "5"
    settle(finished)
    assert "s an epoch" not in form.picture.box.value
