import pytest

from nncompare.config import RunConfig
from nncompare.memory import make_plan
from nncompare.ui.model_form import ModelForm


@pytest.fixture
def form():
    changes = []
    made = ModelForm("A", lambda: changes.append(1), is_optional=False)
    made.changes = changes
    made.write(RunConfig())
    return made


def show(form):
    config, errors = form.read()
    form.show(config, errors, make_plan(config, 2**30, 10_000) if config else None)
    return errors


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
    form._fields[field].value = text
    errors = show(form)
    assert set(errors) == {field}
    assert "nnc-invalid" in form._fields[field]._dom_classes
    note = form._notes[field].value
    assert RunConfig.model_fields[field].title in note
    assert "<b>" not in note
    others = [name for name in form._fields if name != field]
    assert not any("nnc-invalid" in form._fields[name]._dom_classes for name in others)
    form.write(RunConfig())
    assert show(form) == {}
    assert "nnc-invalid" not in form._fields[field]._dom_classes


def test_the_layer_table_follows_the_channels(form):
    form._fields["channels"].value = "32"
    show(form)
    assert "104,202 parameters" in form._layers.value
    assert "128 × 3 × 3" in form._layers.value


def test_what_is_used_instead_stands_beside_the_field(form):
    form._fields["batch_size"].value = "300"
    show(form)
    assert "512" in form._notes["batch_size"].value


def test_only_sgd_has_momentum(form):
    show(form)
    assert form._fields["momentum"].disabled
    form._fields["optimizer"].value = "sgd"
    show(form)
    assert not form._fields["momentum"].disabled


def test_every_change_is_reported_once(form):
    form.changes.clear()
    form._fields["channels"].value = "20"
    assert form.changes == [1]


def test_help_comes_from_the_configuration(form):
    for name, field in form._fields.items():
        assert field.description == RunConfig.model_fields[name].title
        assert field.tooltip == RunConfig.model_fields[name].description
