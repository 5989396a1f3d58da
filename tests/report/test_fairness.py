from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.events import EpochEnd
from nncompare.history import History
from nncompare.memory import Room, fit
from nncompare.messages import Progress, Setup
from nncompare.report.fairness import Aspect, Lead, aspects, differences, distinction, lead_of, seconds_per_epoch


def contender(epochs_done=None, device="cpu", epoch_seconds=None, **settings):
    config = RunConfig(**settings)
    setup = Setup(config, fit(config, Room(2**30), 10_000).plan, device, "float32")
    history = History()
    if epoch_seconds is not None:
        history.add(EpochEnd(1, epoch_seconds, 0.1, 0.9, 0.9, 0.1, 0.9))
    if epochs_done is None:
        return RunView(setup, state=State.RUNNING, history=history)
    return RunView(setup, state=State.STOPPED, progress=Progress(1, 1, epochs_done, 1.0, 1.0), history=history)


def said(*sides):
    return {aspect.name: (aspect.is_same, aspect.words) for aspect in aspects(*sides)}


def test_equal_models_have_everything_the_same():
    told = said(contender(), contender())
    assert all(is_same for is_same, _ in told.values())
    assert set(told) == {"data order", "initial weights", "epochs", "device", "precision"}


def test_what_was_not_equal_is_told():
    told = said(contender(channels=8, epochs=3), contender(channels=16, epochs=5, device="cuda:1"))
    assert told["initial weights"] == (False, "differ, widths differ")
    assert told["epochs"] == (False, "3 and 5")
    assert told["device"] == (False, "cpu and cuda:1")
    assert told["data order"] == (True, "same")


def test_a_run_that_was_stopped_counts_what_it_did():
    assert said(contender(epochs=20, epochs_done=0.7), contender(epochs=20, epochs_done=20.0))["epochs"] == (
        False,
        "0.7 and 20",
    )


def test_a_width_that_memory_lowered_is_the_one_that_counts():
    config = RunConfig(channels=200)
    lowered = RunView(Setup(config, fit(config, Room(16 * 2**20), 10_000).plan), state=State.PREPARING)
    same_wish = contender(channels=200)
    assert Aspect("initial weights", False, "differ, widths differ") in aspects(lowered, same_wish)


def test_only_what_differs_is_listed_settings_and_costs():
    found = {d.name: (d.a, d.b) for d in differences(contender(channels=8), contender(channels=16, dropout=0.5))}
    assert found["channels"] == ("8", "16")
    assert found["dropout"] == ("0.25", "0.5")
    assert found["parameters"] == ("8,778", "29,066")
    assert set(found) == {"channels", "dropout", "parameters", "memory"}
    assert differences(contender(), contender()) == []
    shorter = {d.name for d in differences(contender(epochs=2), contender(epochs=3))}
    assert shorter == {"epochs"}, "what is equal is not listed"


def test_momentum_counts_only_where_both_use_it():
    adam, sgd = contender(momentum=0.5), contender(optimizer="sgd")
    assert {d.name for d in differences(adam, sgd)} == {"optimiser", "memory"}
    other = contender(optimizer="sgd", momentum=0.5)
    assert "momentum" in {d.name for d in differences(sgd, other)}


def test_settings_are_told_as_they_are_entered_and_a_tiny_time_is_not_zero():
    found = {
        d.name: (d.a, d.b) for d in differences(contender(learning_rate=10.0), contender(learning_rate=0.00012345))
    }
    assert found["learning rate"] == ("10", "0.00012345")
    quick = {d.name: (d.a, d.b) for d in differences(contender(epoch_seconds=0.031), contender(epoch_seconds=0.034))}
    assert quick["time per epoch"] == ("0.031 s", "0.034 s")


def test_the_time_of_an_epoch_is_told_once_both_have_one():
    a, b = contender(epoch_seconds=4.0), contender(epoch_seconds=9.0)
    assert {d.name: (d.a, d.b) for d in differences(a, b)}["time per epoch"] == ("4.0 s", "9.0 s")
    assert "time per epoch" not in {d.name for d in differences(a, contender())}


def test_the_time_of_an_epoch_is_the_mean_of_the_finished_ones():
    history = History()
    assert seconds_per_epoch(history) is None
    for epoch, seconds in enumerate((4.0, 9.0), start=1):
        history.add(EpochEnd(epoch, seconds, 0.1, 0.9, 0.9, 0.1, 0.9))
    assert seconds_per_epoch(history) == 4.5


def test_a_model_is_told_apart_by_at_most_two_settings():
    a, b = contender(channels=1), contender(channels=16, dropout=0.5, optimizer="sgd", epochs=4)
    assert (distinction(a, b), distinction(b, a)) == ("1 channel, dropout 0.25", "16 channels, dropout 0.5")
    adam, sgd = contender(), contender(optimizer="sgd")
    assert (distinction(adam, sgd), distinction(sgd, adam)) == ("Adam", "SGD")
    assert distinction(a, None) == "1 channel"
    assert distinction(a, a) == "same settings"


def test_the_lead_is_that_of_the_last_epoch_that_both_have_done():
    def after(*accuracies):
        run = contender()
        for epoch, accuracy in enumerate(accuracies, 1):
            run.history.add(EpochEnd(epoch, 1.0, 0.1, 0.9, 0.9, 0.1, accuracy))
        return run

    assert lead_of(after(), after(0.9)) is None
    lead = lead_of(after(0.9, 0.95, 0.99), after(0.92, 0.956))
    assert lead == Lead(2, 0.95, 0.956)
    assert round(lead.points, 6) == -0.6
