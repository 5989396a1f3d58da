"""The labels that the networks of a result contradict, over one seed and over several."""

from dataclasses import replace

import pytest
from doubted_results import doubted

from nncompare.comparison.state import State

pytestmark = pytest.mark.usefixtures("synthetic_digits")


def test_of_one_seed_both_networks_must_contradict() -> None:
    one = doubted(0, {3: 0.9, 50: 0.6, 100: 0.9}, {3: 0.7, 50: 0.8, 200: 0.9})
    assert one.suspects().tolist() == [3, 50]
    assert one.suspects("train").tolist() == [3, 50]


def test_without_them_the_verdict_is_of_fewer_images() -> None:
    one = doubted(0, {3: 0.9, 50: 0.6, 100: 0.9}, {3: 0.7, 50: 0.8})
    whole, rest = one.verdict(), one.verdict(without=one.suspects())
    assert rest.images == whole.images - 2
    assert (rest.only_a_right, rest.only_b_right) == (whole.only_a_right, whole.only_b_right) == (0, 1)
    assert rest.p_value == whole.p_value
    assert rest.accuracy_b == 1


def test_over_seeds_all_of_their_networks_must_contradict() -> None:
    second = doubted(1, {3: 0.9, 100: 0.9}, {3: 0.8, 100: 0.9})
    both = doubted(0, {3: 0.7, 50: 0.9}, {3: 0.7, 50: 0.9}, second)
    assert both.suspects().tolist() == [3]
    assert both.suspects("train").tolist() == [50, 3], "of this seed"
    assert second.suspects().tolist() == [100, 3]
    seeds = both.verdict(without=[3]).seeds
    assert seeds is not None
    images = len(both.labels()) - 1
    assert seeds.accuracies_a == pytest.approx([1 - 1 / images] * 2)


@pytest.mark.parametrize("state", [State.STOPPED, State.FAILED])
def test_a_seed_that_did_not_finish_alike_does_not_count(state: State) -> None:
    stopped = replace(doubted(2, {}, {}), state=state)
    second = doubted(1, {3: 0.9, 100: 0.9}, {3: 0.8, 100: 0.9})
    three = doubted(0, {3: 0.7, 50: 0.9}, {3: 0.7, 50: 0.9}, second, stopped)
    assert three.suspects().tolist() == [3]
    assert doubted(0, {50: 0.9}, {50: 0.9}, stopped).suspects().tolist() == [50], "one seed is left"


def test_there_must_be_two_networks_with_weights() -> None:
    one = doubted(0, {3: 0.9}, {3: 0.9})
    with pytest.raises(ValueError, match="Model A was trained alone"):
        replace(one, b=None).suspects()
    assert one.b is not None
    with pytest.raises(ValueError, match="Model B has no weights"):
        replace(one, b=replace(one.b, weights=None, test=None)).suspects()
    with pytest.raises(ValueError, match="There is no split named 'all'"):
        one.suspects("all")  # type: ignore[arg-type]
