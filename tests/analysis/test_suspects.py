"""Which labels are doubted: against the rule written out, and against what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wrong_labels import contradict, wrong_labels

from nncompare.analysis import Group, Order, Outcomes, judge, suspects
from nncompare.analysis.suspects import WIDE


def written_out(labels: np.ndarray, probabilities: list[np.ndarray]) -> list[int]:
    """List the suspects image by image, as the definition reads."""
    classes = range(probabilities[0].shape[1])
    images = range(len(labels))
    sure = [
        {k: np.mean([one[i][k] for i in images if labels[i] == k]) for k in classes if k in labels}
        for one in probabilities
    ]

    def is_sure(network: int, i: int, k: int) -> bool:
        row = probabilities[network][i]
        return bool(k in sure[network] and row.argmax() == k and row[k] >= sure[network][k] - 1e-6)

    def is_credible(network: int, k: int) -> bool:
        found = [i for i in images if is_sure(network, i, k)]
        return sum(labels[i] == k for i in found) > len(found) / 2

    def margin(i: int, k: int) -> float:
        return min(one[i][k] - one[i][labels[i]] for one in probabilities)

    found = {
        i: margin(i, k)
        for i in images
        for k in classes
        if k != labels[i]
        and margin(i, k) >= WIDE
        and all(is_sure(network, i, k) and is_credible(network, k) for network in range(len(probabilities)))
    }
    return sorted(found, key=lambda i: -found[i])


ANY = {
    "seed": st.integers(0, 10_000),
    "images": st.integers(1, 60),
    "classes": st.integers(2, 5),
    "networks": st.integers(1, 4),
    "share": st.sampled_from([0.0, 0.05, 0.3, 0.9]),
    "sharpness": st.sampled_from([0.0, 2.0, 6.0]),
}


@given(**ANY)
def test_it_is_the_rule_written_out(**settings) -> None:
    made = wrong_labels(**settings)
    assert suspects(made.labels, made.probabilities).tolist() == written_out(made.labels, made.probabilities)


@given(**ANY)
def test_the_order_of_images_classes_and_networks_does_not_matter(**settings) -> None:
    labels, _, probabilities = wrong_labels(**settings)
    found, random = suspects(labels, probabilities).tolist(), np.random.default_rng(settings["seed"])
    images, classes = random.permutation(len(labels)), random.permutation(settings["classes"])
    moved = suspects(labels[images], [one[images] for one in probabilities])
    assert images[moved].tolist() == found
    assert suspects(np.argsort(classes)[labels], [one[:, classes] for one in probabilities]).tolist() == found
    assert suspects(labels, probabilities[::-1]).tolist() == found
    assert suspects(labels, probabilities * 2).tolist() == found


@given(**ANY)
def test_one_more_network_can_only_take_doubts_away(**settings) -> None:
    labels, _, probabilities = wrong_labels(**settings)
    assert set(suspects(labels, probabilities)) <= set(suspects(labels, probabilities[:1]))


@pytest.mark.parametrize("networks", [2, 6])
def test_wrong_labels_are_found_and_right_ones_are_not_doubted(networks: int) -> None:
    labels, wrong, probabilities = wrong_labels(1, images=5_000, networks=networks, sharpness=9.0)
    found = suspects(labels, probabilities)
    assert len(found) > 0.6 * len(wrong)
    assert np.isin(found, wrong).mean() > 0.95


def test_the_widest_margin_of_the_least_convinced_network_comes_first() -> None:
    labels = np.repeat([0, 1, 2], 100)
    a = contradict(labels, {5: 0.9, 130: 0.95, 210: 0.7, 40: 0.45, 299: 0.9}, 3)
    b = contradict(labels, {5: 0.85, 130: 0.6, 210: 0.7, 40: 0.9}, 3)
    assert suspects(labels, [a, b]).tolist() == [5, 210, 130], "40: A has less than half; 299: B says the label"
    assert suspects(labels, [a.astype(np.float16), b.astype(np.float16)]).tolist() == [5, 210, 130]
    equal = contradict(labels, dict.fromkeys((200, 7, 150), 0.8), 3)
    assert suspects(labels, [equal]).tolist() == [7, 150, 200]


def test_networks_that_contradict_with_different_classes_cast_no_doubt() -> None:
    labels = np.repeat([0, 1, 2], 100)
    a = contradict(labels, {5: 0.9}, 3)
    b = a[:, [0, 2, 1]]
    b[100:] = a[100:]
    assert suspects(labels, [a]).tolist() == suspects(labels, [b]).tolist() == [5]
    assert suspects(labels, [a, b]).tolist() == []


@pytest.mark.parametrize("says", [0, 3])
def test_a_network_that_says_one_class_every_time_casts_no_doubt(says: int) -> None:
    labels = np.repeat([0, 1, 2, 3], 50)
    always = np.eye(4)[np.full(200, says)]
    assert suspects(labels, [always, always]).tolist() == []


def test_what_cannot_be_doubted() -> None:
    nothing, labels = np.zeros((0, 10)), np.array([0, 1, 1])
    assert suspects(np.zeros(0, int), [nothing, nothing]).tolist() == []
    assert suspects(labels, [np.eye(2)[labels]]).tolist() == []
    assert suspects(labels, [np.full((3, 2), np.nan)]).tolist() == []
    assert suspects(labels, [np.eye(3)[[0, 2, 1]]]).tolist() == [], "no image has the label 2"


@pytest.mark.parametrize("shapes", [[], [(4, 2)], [(3, 2), (3,)]])
def test_shapes_that_do_not_fit_are_told(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match=r"of at least one network are needed; got \(3,\)"):
        suspects(np.array([0, 1, 1]), [np.zeros(shape) for shape in shapes])


def test_they_are_a_group_with_an_order_of_its_own() -> None:
    labels = np.repeat([0, 1, 2], 100)
    a, b = contradict(labels, {5: 0.9, 130: 0.95, 40: 0.4}, 3), contradict(labels, {5: 0.85, 130: 0.6, 40: 0.9}, 3)
    plain = Outcomes(labels, a, b)
    assert plain.counts()[Group.SUSPECT] == 0
    doubted = Outcomes(labels, a, b, suspects(labels, [a, b]))
    assert doubted.counts()[Group.SUSPECT] == 2
    assert doubted.select(Group.SUSPECT).tolist() == [5, 130]
    assert doubted.select(Group.SUSPECT, true_class=1).tolist() == [130]
    assert plain.select(order=Order.AGAINST_LABEL)[:4].tolist() == [5, 130, 40, 0]


@given(seed=st.integers(0, 10_000), sharpness=st.sampled_from([4.0, 6.0]))
def test_without_them_only_accuracies_change(seed: int, sharpness: float) -> None:
    labels, _, (a, b) = wrong_labels(seed, share=0.1, sharpness=sharpness)
    outcomes, found = Outcomes(labels, a, b), suspects(labels, [a, b])
    before, after = judge(outcomes), judge(outcomes.without(found))
    assert (after.only_a_right, after.only_b_right) == (before.only_a_right, before.only_b_right)
    assert after.p_value == before.p_value
    assert after.better == before.better
    assert after.images == before.images - len(found)
    assert after.accuracy_a >= before.accuracy_a


def test_leaving_out_no_image_changes_nothing() -> None:
    labels, _, (a, b) = wrong_labels(0)
    assert judge(Outcomes(labels, a, b).without(())) == judge(Outcomes(labels, a, b))
