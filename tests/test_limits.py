"""What a server allows: read from flags and the environment, and kept where a comparison starts."""

import os
from argparse import ArgumentParser

import pytest
from pydantic import Field

from nncompare.cli import main
from nncompare.config import Comparison, RunConfig
from nncompare.environment import set_for_children
from nncompare.limits import Limits, LimitsError
from nncompare.server import classroom
from nncompare.settings import Integer


def test_without_limits_everything_is_allowed() -> None:
    largest = RunConfig(epochs=100, channels=256)
    assert Limits().problems(Comparison(a=largest, b=largest)) == []
    assert Limits().within(largest) == largest


def test_what_is_too_large_is_named_for_each_model() -> None:
    limits = Limits(most_epochs=5, most_channels=16)
    comparison = Comparison(a=RunConfig(epochs=5, channels=17), b=RunConfig(epochs=6, channels=16))
    assert limits.problems(comparison) == [
        "Model A: Channels must be at most 16 on this server; got 17.",
        "Model B: Epochs must be at most 5 on this server; got 6.",
    ]
    assert limits.problems(comparison.model_copy(update={"a": RunConfig(), "b": None})) == []


def test_lowered_to_what_is_allowed() -> None:
    config = RunConfig(epochs=9, channels=99, dropout=0.5)
    assert Limits(most_epochs=5, most_channels=200).within(config) == config.model_copy(update={"epochs": 5})


def test_they_travel_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    monkeypatch.setattr(os, "environ", dict(before))
    limits = Limits(
        most_epochs=5,
        most_channels=16,
        most_comparisons=3,
        most_minutes=2.5,
        grace_seconds=30,
        page_timeout_seconds=5,
        silence_seconds=20,
    )
    set_for_children(limits.model_dump(exclude_none=True))
    added = os.environ.keys() - before.keys()
    assert len(added) == 7
    assert all(name.startswith("NNCOMPARE_") for name in added)
    assert Limits.from_environment() == limits


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("most_epochs", "0", "Most epochs must be a whole number from 1 to 100; got 0."),
        ("most_epochs", "many", "Most epochs must be a whole number from 1 to 100; got many."),
        ("most_channels", "257", "Most channels must be a whole number from 1 to 256; got 257."),
        ("most_comparisons", "-1", "Most comparisons must be a whole number from 1; got -1."),
        ("most_minutes", "0", "Most minutes must be a number above 0; got 0."),
        ("most_minutes", "nan", "Most minutes must be a number above 0; got nan."),
        ("grace_seconds", "-1", "Grace must be a number from 0; got -1."),
        ("page_timeout_seconds", "0", "Page timeout must be a number from 1; got 0."),
        ("silence_seconds", "0", "Silence must be a number from 1; got 0."),
    ],
)
def test_what_is_no_limit_does_not_pass_for_none(
    name: str, text: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"NNCOMPARE_{name.upper()}", text)
    with pytest.raises(LimitsError) as error:
        Limits.from_environment()
    assert str(error.value) == sentence
    for arguments in (["serve", "--no-browser"], ["compare"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capsys.readouterr()
        assert (end.value.code, out, err) == (2, "", f"nncompare: {sentence}\n")


@pytest.mark.parametrize(
    "flag",
    [
        *("--most-epochs", "--most-channels", "--most-comparisons", "--most-minutes"),
        *("--grace", "--page-timeout", "--silence"),
    ],
)
def test_a_wrong_flag_is_told(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["serve", "--no-browser", f"{flag}=-2"])
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert err.startswith("nncompare: ")
    assert "got -2." in err


def read(*flags: str, limits: type[Limits] = Limits) -> Limits:
    parser = ArgumentParser()
    classroom.add_flags(parser)
    return limits.from_environment(vars(parser.parse_args(flags)))


def test_flags_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_MOST_EPOCHS", "7")
    monkeypatch.setenv("NNCOMPARE_MOST_CHANNELS", "8")
    assert read("--most-epochs", "3", "--grace", "90") == Limits(most_epochs=3, most_channels=8, grace_seconds=90)


def test_the_help_names_the_unit_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    told = capsys.readouterr().out
    for flag in ("--most-epochs EPOCHS", "--most-channels CHANNELS", "--most-minutes MINUTES", "--grace SECONDS"):
        assert flag in told


class OneMore(Limits):
    most_batch_size: Integer | None = Field(None, ge=1, title="Most of a batch", description="Largest batch.")


def test_a_new_limit_is_a_change_of_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its field are made its flag, its variable and, where it is that of a model's setting, its enforcement."""
    monkeypatch.setattr(classroom, "Limits", OneMore)
    limits = read("--most-batch-size", "32", limits=OneMore)
    too_large = Comparison(a=RunConfig(batch_size=64), b=None)
    assert limits.problems(too_large) == ["Model A: Batch size must be at most 32 on this server; got 64."]
    assert limits.within(too_large.a).batch_size == 32
    monkeypatch.setenv("NNCOMPARE_MOST_BATCH_SIZE", "16")
    assert OneMore.from_environment().most("batch_size") == 16
