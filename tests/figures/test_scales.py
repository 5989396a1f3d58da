import numpy as np
import pytest

from nncompare.figures.points import Points
from nncompare.figures.scales import count_scale, epoch_scale, value_scale


def line(*values):
    return Points(np.linspace(0.02, 3, len(values)), np.array(values, dtype=float))


@pytest.mark.parametrize(
    ("epochs", "names"),
    [(1, "0 1"), (3, "0 1 2 3"), (12, "0 2 4 6 8 10 12"), (13, "0 2 4 6 8 10 12"), (100, "0 20 40 60 80 100")],
)
def test_epochs_are_whole_and_few(epochs, names):
    scale = epoch_scale(epochs)
    assert " ".join(scale.names) == names
    assert (scale.low, scale.high) == (0, epochs)


def test_empty_chart_has_room_for_a_start():
    assert value_scale("loss", []).names == ("0", "0.5", "1.0", "1.5", "2.0", "2.5")
    assert value_scale("accuracy", []).names == ("0%", "20%", "40%", "60%", "80%", "100%")


@pytest.mark.parametrize("highest", [*np.geomspace(1e-9, 1e9, 55), 1, 2, 2.5, 5, 1e300, 0.3, 0.6])
def test_loss_ends_in_a_round_step_above_all(highest):
    scale = value_scale("loss", [line(highest, highest / 2)])
    assert scale.low == 0
    assert highest <= scale.high <= 2 * highest
    assert 4 <= len(scale.ticks) <= 6
    np.testing.assert_allclose([float(name) for name in scale.names], scale.ticks)


def test_the_start_leaves_the_scale_when_there_are_enough_points():
    few, many = line(*[2.4] * 2, *[0.1] * 10), line(*[2.4] * 2, *[0.1] * 200)
    assert value_scale("loss", [few]).high == pytest.approx(2.5)
    assert value_scale("loss", [many]).high == pytest.approx(0.1)
    assert value_scale("accuracy", [line(*[0.1] * 2, *[0.97] * 40)]).low == 0.95


def test_the_scale_only_closes_in_while_the_loss_falls():
    losses = 2.3 * np.exp(-np.arange(400) / 60) + 0.05
    x = np.arange(1, 401) / 40
    tops = [value_scale("loss", [Points(x[:count], losses[:count])]).high for count in range(1, 401)]
    assert (np.diff(tops) <= 0).all()
    assert len(set(tops)) < 30


def test_a_diverging_model_does_not_press_the_other_flat():
    good, lost = line(*np.linspace(1, 0.1, 30)), line(*np.geomspace(1, 1e9, 30))
    assert value_scale("loss", [good, lost]).high < 10
    assert value_scale("loss", [lost]).high >= 1e9


@pytest.mark.parametrize(
    ("lowest", "low", "second"),
    [
        (0.1, 0, "20%"),
        (0.7, 0.7, "80%"),
        (0.5, 0.5, "60%"),
        (0.85, 0.8, "85%"),
        (0.96, 0.95, "96%"),
        (0.995, 0.98, "98.5%"),
        (1, 0.98, "98.5%"),
    ],
)
def test_accuracy_begins_at_a_round_value_below_all(lowest, low, second):
    scale = value_scale("accuracy", [line(lowest, 1)])
    assert (scale.low, scale.high, scale.names[1], scale.names[-1][:3]) == (low, 1, second, "100")
    assert scale.ticks[-1] == pytest.approx(1)


def test_loss_of_zero():
    assert value_scale("loss", [line(0, 0)]).high > 0


def test_after_a_stop_within_the_first_epochs_there_are_parts_of_epochs():
    scale = epoch_scale(0.3)
    assert (scale.high, scale.names) == (0.3, ("0", "0.1", "0.2", "0.3"))


@pytest.mark.parametrize("end", [0.4, 1, 7.3, 180_000, 2_813])
def test_counts_end_where_the_plan_does_if_it_is_known(end):
    scale = count_scale(end, is_known=True)
    assert scale.high == end
    assert max(scale.ticks) <= end
    assert count_scale(end).high >= end


def test_an_empty_logarithmic_chart_has_room_for_a_start():
    assert value_scale("loss", [], is_log=True).names == ("0.1", "0.2", "0.5", "1", "2")


@pytest.mark.parametrize("highest", [*np.geomspace(1e-9, 1e9, 37), 1e300])
@pytest.mark.parametrize("share", [1, 0.5, 1e-2, 1e-5, 1e-12])
def test_logarithms_reach_from_the_lowest_to_the_highest_in_few_round_steps(highest, share):
    scale = value_scale("loss", [line(highest, highest * share)], is_log=True)
    assert scale.high >= np.log10(highest) - 1e-4
    assert scale.low <= max(np.log10(highest * share), scale.high - 6) + 1e-4
    assert scale.high - scale.low <= 7
    assert 2 <= len(scale.ticks) <= 7
    np.testing.assert_allclose(np.log10([float(name) for name in scale.names]), scale.ticks, atol=1e-6)
    assert scale.low - 1e-3 <= min(scale.ticks)
    assert max(scale.ticks) <= scale.high + 1e-3


def test_a_loss_of_nothing_stands_at_the_lower_edge():
    scale = value_scale("loss", [line(1, 0)], is_log=True)
    assert scale.place(0.0) < scale.low


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_a_short_run_beside_a_long_one_is_seen(quantity):
    """3 epochs beside 30: what is early is early in a line's own time."""
    x = np.arange(1, 1201) / 40
    long, short = Points(x, 0.97 - 0.5 * np.exp(-x)), Points(x[:120], 0.2 + 0.15 * x[:120])
    scale = value_scale(quantity, [long, short])
    assert scale.low <= short.y[24]
    assert scale.high >= short.y[-1]
