import pytest
from tiny_comparison import is_marked

from nncompare import architectures
from nncompare.config import RunConfig
from nncompare.memory import Room, fit, in_mebibytes
from nncompare.memory.plan import widest_that_fits
from nncompare.ui.panels.model_form import ModelForm, differing
from nncompare.ui.panels.network_picture import Scale


@pytest.fixture
def changes():
    return []


@pytest.fixture
def form(changes):
    made = ModelForm("A", "B", lambda: changes.append(1), lambda: None)
    made.write(RunConfig())
    return made


def show(form):
    config, errors = form.read()
    form.show(config, errors, fit(config, Room(2**30), 10_000) if config else None)
    return errors


def test_a_learning_rate_too_small_to_read_in_its_field_is_told(form):
    form.fields["learning_rate"].value = "0.0000000001"
    assert show(form) == {}
    assert "1e-10 is too small to learn" in form.fields["learning_rate"].note.value
    form.fields["learning_rate"].value = "0.00001"
    show(form)
    assert "too small" not in form.fields["learning_rate"].note.value


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(),
        RunConfig(
            channels=256, dropout=0, batch_size=60_000, learning_rate=1e-5, optimizer="sgd", momentum=0, epochs=100
        ),
        RunConfig(learning_rate=0.012345678901234),
    ],
)
def test_what_is_written_is_read_again(form, config):
    form.write(config)
    assert form.read() == (config, {})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("channels", "0"),
        ("channels", "-1"),
        ("channels", "1000000000"),
        ("channels", "sixteen"),
        ("channels", ""),
        ("channels", "<b>16</b>"),
        ("dropout", "1"),
        ("dropout", "nan"),
        ("batch_size", "60001"),
        ("learning_rate", "NaN"),
        ("learning_rate", "inf"),
        ("epochs", "1.5"),
    ],
)
def test_a_wrong_value_is_marked_at_its_field(form, field, text):
    form.fields[field].value = text
    errors = show(form)
    assert set(errors) == {field}
    assert is_marked(form.fields[field])
    note = form.fields[field].note.value
    assert RunConfig.model_fields[field].title in note
    assert "<b>" not in note
    others = [name for name in form.fields if name != field]
    assert not any(is_marked(form.fields[name]) for name in others)
    form.write(RunConfig())
    assert show(form) == {}
    assert not is_marked(form.fields[field])


def test_the_layer_table_follows_the_channels(form):
    form.fields["channels"].value = "32"
    show(form)
    assert "104,202 parameters" in form.fit.box.value
    assert "128 × 3 × 3" in form.fit.box.value


def test_parameters_and_memory_are_told_with_what_an_epoch_took_here(form):
    form.fields["channels"].value = "32"
    show(form)
    form.draw(Scale.of([form.network]), "", "14")
    assert "<b>–</b> to train" in form.picture.box.value, "the workers are still to say what they train with"
    form.is_machine_known = True
    show(form)
    form.draw(Scale.of([form.network]), "", "14")
    assert "<b>104,202</b> parameters" in form.picture.box.value
    assert (
        f"<b>{in_mebibytes(fit(RunConfig(channels=32), Room(2**30), 10_000).plan.training_bytes)}</b>"
        in form.picture.box.value
    )
    assert "about <b>14</b> s an epoch" in form.picture.box.value


def test_nothing_is_said_of_the_time_where_none_was_measured(form):
    show(form)
    form.draw(Scale.of([form.network]), "", "")
    assert "s an epoch" not in form.picture.box.value


def test_a_network_is_drawn_while_a_setting_is_wrong_that_does_not_shape_it(form):
    form.fields["dropout"].value = "2"
    show(form)
    assert form.network == architectures.layers(16)


def test_while_the_width_is_wrong_nothing_is_drawn_and_nothing_costed(form):
    form.fields["channels"].value = "many"
    show(form)
    form.draw(Scale.of([form.network]), "", "")
    assert form.network == []
    assert "<svg" not in form.picture.box.value
    assert "<b>–</b> parameters" in form.picture.box.value


def test_a_setting_that_differs_is_marked_and_told(form):
    other = ModelForm("B", "A", lambda: None, lambda: None)
    other.write(RunConfig(channels=8, learning_rate=0.0010))
    assert differing(form, other) == {"channels"}
    form.show(form.read()[0], {}, None, differing(form, other))
    assert "nnc-differs" in form.fields["channels"].control._dom_classes
    assert "Differs from model B." in form.fields["channels"].note.value
    assert "nnc-differs" not in form.fields["learning_rate"].control._dom_classes
    other.fields["channels"].value = "sixteen"
    assert differing(form, other) == {"channels"}
    other.fields["channels"].value = " 16 "
    assert differing(form, other) == set()
    other.write(None)
    other.fields["epochs"].value = "9"
    assert differing(form, other) == set(), "B is not trained"


def test_what_is_used_instead_stands_beside_the_field(form):
    form.fields["batch_size"].value = "300"
    show(form)
    assert "512" in form.fields["batch_size"].note.value


def test_only_sgd_has_momentum(form):
    show(form)
    assert form.fields["momentum"].control.disabled
    form.fields["optimizer"].value = "sgd"
    show(form)
    assert not form.fields["momentum"].control.disabled


def test_every_change_is_reported_once(form, changes):
    changes.clear()
    form.fields["channels"].value = "20"
    assert changes == [1]


def test_help_comes_from_the_configuration(form):
    for name, field in form.fields.items():
        assert field.control.description == RunConfig.model_fields[name].title
        assert field.control.tooltip == RunConfig.model_fields[name].description


def test_what_a_network_costs_is_shown_with_both_limits(form):
    config = RunConfig(channels=16, batch_size=64)
    found = fit(config, Room(2**30), 10_000)
    form.write(config)
    show(form)
    text = form.fit.box.value
    assert f"<b>{in_mebibytes(found.plan.training_bytes)}</b>; the limit is 1,024 MiB" in text
    assert f"At most {found.images:,} images fit" in text
    assert f"would allow {2**30 // (28 * 28 * 4):,}" in text


def test_one_click_takes_the_widest_network_that_fits(form):
    config = RunConfig(channels=200)
    limit = 20 * 2**20
    form.write(config)
    form.show(config, {}, fit(config, Room(limit), 10_000))
    widest = widest_that_fits(limit, "adam")
    assert 1 < widest < 200
    assert form.fit.widest.description == f"Widest that fits: {widest} channels"
    form.fit.widest.click()
    assert form.read()[0].channels == widest
    form.show(form.read()[0], {}, fit(form.read()[0], Room(limit), 10_000))
    assert form.fit.widest.disabled, "it is taken already"
    assert "Used" not in form.fields["channels"].note.value


def test_a_wrong_value_leaves_nothing_to_take(form):
    form.fields["channels"].value = "many"
    show(form)
    assert form.fit.widest.disabled
    assert "MiB" not in form.fit.box.value


def test_what_differs_under_more_is_told_at_the_top(form):
    form.write(RunConfig(optimizer="sgd", momentum=0, channels=32))
    form.show(*form.read(), None, {"momentum", "channels"})
    assert "</span>momentum 0</p>" in form.box.children[0].children[1].value
    form.show(*form.read(), None, set())
    assert "momentum" not in form.box.children[0].children[1].value
