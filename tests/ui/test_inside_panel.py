"""What the page says of what happens inside networks, and what it asks."""

from html import unescape
from typing import Any

import numpy as np
import pytest
from at_once import AtOnce
from by_hand import ByHand
from fake_networks import FakePair

from nncompare.comparison.state import State
from nncompare.data import png_data_uri
from nncompare.disturbances import Disturbance
from nncompare.engine.client import EngineError
from nncompare.figures.sprites import FOR, overlay
from nncompare.inspection import Inside
from nncompare.ui.panels.enlarged_map import field_of, patch_of, place_words
from nncompare.ui.panels.feature_maps import FeatureMaps
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.panels.inside import InsidePanel
from nncompare.ui.panels.network_inside import looks_of, points

DIGITS = "0123456789"


@pytest.fixture
def refresher() -> Any:
    return AtOnce()


@pytest.fixture
def panel(refresher: Any) -> InsidePanel:
    shown = InsidePanel(refresher)
    shown.set_visible(True)
    return shown


def image(seed: int = 0, **values: Any) -> ChosenImage:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[6:22, 8 + seed % 8 : 14 + seed % 8] = 255
    return ChosenImage(pixels, "test image 4,711", **values)


def text_of(widget: Any) -> str:
    """Return everything that a widget and those in it show as HTML, but for what is hidden."""
    if "nnc-hidden" in widget._dom_classes:
        return ""
    own = f"{getattr(widget, 'value', '') or ''} {getattr(widget, 'html', '')}"
    return unescape(" ".join([own, *(text_of(child) for child in getattr(widget, "children", ()))]))


def maps_in(panel: InsidePanel) -> list[FeatureMaps]:
    def find(widget: Any) -> list[FeatureMaps]:
        found = [widget] if isinstance(widget, FeatureMaps) else []
        return found + [each for child in getattr(widget, "children", ()) for each in find(child)]

    return find(panel.box)


def dialogs_of(panel: InsidePanel, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(panel._dialog, "send", lambda content: told.append(unescape(content["dialog"])))
    return told


def test_both_are_asked_at_once_about_the_image_as_it_is_disturbed(panel: InsidePanel) -> None:
    pair, chosen = FakePair(), image(disturbance=Disturbance("rotate", 20))
    panel.use(None, pair)
    panel.look_at(chosen)
    (inquiry,) = pair.asked
    assert (inquiry.look, inquiry.dataset, inquiry.target) == ("inside", "mnist", None)
    assert [state.name for state in inquiry.networks] == ["A", "B"]
    assert inquiry.disturbance == chosen.disturbance
    np.testing.assert_array_equal(inquiry.images, chosen.pixels[None])


def test_filters_and_maps_are_counted_in_words_and_the_scales_are_told(panel: InsidePanel) -> None:
    panel.use(None, FakePair({"A": 8, "B": 128}))
    panel.look_at(image(label=7))
    words = text_of(panel.box)
    for counted in ("8 filters", "8 maps", "16 maps", "32 maps", "128 filters", "256 maps", "512 maps"):
        assert counted in words
    assert "Test image 4,711" in words
    assert "label <b>7</b>" in words
    assert "for A and B alike" in words
    assert "white is strong" in words
    a, b = maps_in(panel)
    assert len(a.maps) < 10_000 < len(b.maps) < 100_000
    assert 'data-most="128"' in a.html, "A leaves as much room as B needs"


def test_a_disturbed_image_is_shown_as_the_networks_see_it_and_can_be_had_as_it_is() -> None:
    asked: list[str] = []
    panel = InsidePanel(AtOnce(), lambda: asked.append("plain"))  # type: ignore[arg-type]
    panel.set_visible(True)
    pair, chosen = FakePair(), image(disturbance=Disturbance("noise", 40))
    panel.use(None, pair)
    assert "nnc-hidden" in panel.plain._dom_classes
    panel.look_at(chosen)
    assert "disturbed: <b>Noise: 40%</b>" in text_of(panel.box)
    assert panel._shown is not None
    assert png_data_uri(panel._shown[0].images[0]) in panel._words.value
    assert "nnc-hidden" not in panel.plain._dom_classes
    panel.plain.click()
    assert asked == ["plain"]
    panel.look_at(image())
    assert "disturbed" not in text_of(panel.box)
    assert "nnc-hidden" in panel.plain._dom_classes


def test_another_class_is_asked_for_and_named(panel: InsidePanel) -> None:
    pair = FakePair(dataset="fashion-mnist")
    panel.use(None, pair)
    panel.look_at(image())
    panel.target.value = 3
    assert [inquiry.target for inquiry in pair.asked] == [None, 3]
    name = panel.target.options[4][0]
    assert f"For <b>{name}</b>" in text_of(panel.box)
    panel.use(None, FakePair())
    assert [option for option, _ in panel.target.options] == ["their own answers", *DIGITS]
    assert panel.target.value == -1


def test_the_same_is_not_asked_twice_and_nothing_while_it_cannot_be_seen(panel: InsidePanel) -> None:
    pair, chosen = FakePair(), image()
    panel.use(None, pair)
    panel.look_at(chosen)
    for _ in range(100):
        panel.use(None, pair)
        panel.look_at(chosen)
        panel.tick()
    assert len(pair.asked) == 1
    panel.set_visible(False)
    panel.look_at(image(1))
    panel.tick()
    assert len(pair.asked) == 1
    panel.set_visible(True)
    assert len(pair.asked) == 2


@pytest.mark.parametrize(("channels", "times"), [(8, 8), (64, 2), (128, 1)])
def test_networks_that_learn_are_asked_again_and_wide_ones_more_rarely(
    panel: InsidePanel, monkeypatch: pytest.MonkeyPatch, channels: int, times: int
) -> None:
    now = [0.0]
    monkeypatch.setattr("nncompare.ui.asking.monotonic", lambda: now[0])
    pair = FakePair({"A": channels}, epoch=1.0)
    panel.use(None, pair)
    panel.look_at(image())
    for _ in range(94):  # 23.5 seconds
        pair.epoch += 0.001
        now[0] += 0.25
        panel.tick()
    assert len(pair.asked) == times


def test_what_has_ended_is_asked_without_a_rest(panel: InsidePanel) -> None:
    pair = FakePair({"A": 1}, epoch=2.9)
    panel.use(None, pair)
    panel.look_at(image())
    pair.epoch = 3.0
    panel.tick()
    assert len(pair.asked) == 1
    pair.state = State.FINISHED
    panel.tick()
    assert len(pair.asked) == 2


def test_one_that_comes_later_is_asked_at_once(panel: InsidePanel) -> None:
    pair = FakePair({"A": 2})
    panel.use(None, pair)
    panel.look_at(image())
    pair.channels = {"A": 2, "B": 4}
    panel.tick()
    assert "4 filters" in text_of(panel.box)


def test_an_answer_that_is_not_wanted_any_more_is_not_shown() -> None:
    refresher: Any = ByHand()
    panel = InsidePanel(refresher)
    panel.set_visible(True)
    panel.use(None, FakePair({"A": 2}))
    panel.look_at(image())
    panel.use(None, FakePair({"A": 3}))
    refresher.finish()
    assert "2 filters" not in text_of(panel.box)
    refresher.finish()
    assert "3 filters" in text_of(panel.box)


@pytest.mark.parametrize(
    ("pair", "chosen", "sentence"),
    [
        (None, None, "press Train"),
        (FakePair({"A": 1}), None, "Choose an image first"),
        (FakePair({}), image(), "no weights to look into"),
        (FakePair(error=EngineError("No worker is left. Start the server again.")), image(), "No worker is left."),
        (FakePair(error=RuntimeError("boom")), image(), "could not answer (RuntimeError: boom)"),
        (FakePair(broken=("A", "B")), image(), "not numbers any more"),
    ],
)
def test_where_there_is_nothing_to_see_a_sentence_says_why(
    panel: InsidePanel, pair: FakePair | None, chosen: ChosenImage | None, sentence: str
) -> None:
    panel.use(None, pair)
    panel.look_at(chosen)
    words = text_of(panel.box)
    assert sentence in words
    assert "Block 1" not in words
    assert "white is strong" not in words


def test_a_network_whose_weights_are_not_numbers_does_not_keep_the_other_one_away(panel: InsidePanel) -> None:
    panel.use(None, FakePair(broken=("B",)))
    panel.look_at(image())
    words = text_of(panel.box)
    assert "A, block 1: 8 maps" in words
    assert "B, block 1" not in words
    assert "not numbers any more" in words
    assert "for A and B alike" not in words


def test_a_alone_and_a_black_image(panel: InsidePanel) -> None:
    panel.use(None, FakePair({"A": 4}))
    panel.look_at(ChosenImage(np.zeros((28, 28), np.uint8), "your drawing"))
    words = text_of(panel.box)
    assert "Your drawing" in words
    assert "Hiding any part costs little" in words
    assert "nnc-badge nnc-b" not in words
    assert "alike" not in words


def test_what_is_shown_goes_with_its_image_and_comes_back_with_the_next(panel: InsidePanel) -> None:
    pair = FakePair()
    panel.use(None, pair)
    panel.look_at(image())
    panel.look_at(None)
    assert "Choose an image first" in text_of(panel.box)
    assert "Block 1" not in text_of(panel.box)
    panel.look_at(image())
    assert "Block 1" in text_of(panel.box)


def test_a_map_that_is_picked_is_enlarged_with_its_layer_channel_and_what_it_computes(
    panel: InsidePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = dialogs_of(panel, monkeypatch)
    pair = FakePair()
    panel.use(None, pair)
    panel.look_at(image())
    _, b = maps_in(panel)
    b._on_message(None, {"frame": 2, "channel": 16}, [])
    answer = pair.inspect(pair.asked[0]).of("B")
    assert answer is not None
    assert answer.inside is not None
    values = answer.inside.maps[1][16]
    for words in (
        "Block 2, channel 17 of 32",
        "all 16 maps of block 1",
        "Each value sees 10 × 10 pixels",
        f"{100 * (values == 0).mean():.0f}%</b> of it is zero",
        f"mean of the map is <b>{values.mean():.3f}",
        place_words(np.unravel_index(values.argmax(), values.shape), 7),
    ):
        assert words in told[0]
    b._on_message(None, {"frame": 0, "channel": 3}, [])
    assert "Block 1, channel 4 of 16" in told[1]
    assert "Its filter" in told[1], "a filter is shown with the map that it makes"


@pytest.mark.parametrize(("number", "words"), [(0, "gradient × input"), (1, "A black square of 7 × 7")])
def test_where_they_look_is_enlarged_for_both(
    panel: InsidePanel, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    told = dialogs_of(panel, monkeypatch)
    panel._enlarge_look(number)
    assert told == []
    pair = FakePair()
    panel.use(None, pair)
    panel.look_at(image())
    panel._networks["B"]._looks.pick(str(number))
    panel._networks["B"]._looks.pick("2")
    (dialog,) = told
    assert words in dialog
    assert panel._shown is not None
    answer, scales = panel._shown
    for network in answer.networks:
        assert network.inside is not None
        assert looks_of(network.inside, answer.images[0], scales)[number].picture in dialog
    assert (dialog.count("nnc-badge nnc-a"), dialog.count("nnc-badge nnc-b")) == (1, 1)


def test_what_is_not_there_cannot_be_picked(panel: InsidePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dialogs_of(panel, monkeypatch)
    a, _ = maps_in(panel)
    a._on_message(None, {"frame": 0, "channel": 0}, [])
    panel.use(None, FakePair())
    panel.look_at(image())
    for frame, channel in ((1, 8), (-1, 0), (4, 0), (0, -1), ("1", 0), (1, 0.5), (True, 0), (None, None)):
        a._on_message(None, {"frame": frame, "channel": channel}, [])
    assert told == []


def test_a_map_that_is_zero_everywhere_says_so(panel: InsidePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dialogs_of(panel, monkeypatch)
    pair = FakePair({"A": 2})
    panel.use(None, pair)
    panel.look_at(image())
    assert panel._shown is not None
    inside = panel._shown[0].networks[0].inside
    assert inside is not None
    inside.maps[2][0] = 0
    panel._enlarge("A", 2, 0)
    assert "zero everywhere: this filter does not find its pattern" in told[0]


def test_what_a_value_sees_is_what_changes_it() -> None:
    """A change of one pixel reaches the values whose patch it is in, and no other one."""
    sides = (14, 7, 3)
    for block, side in enumerate(sides):
        begin, size, step = field_of(block)
        for at in range(side):
            seen = [pixel for pixel in range(28) if at in _reached(pixel, block)]
            first, end = max(0, begin + step * at), min(28, begin + step * at + size)
            assert seen == [*range(first, end)]
    assert [field_of(block)[1] for block in range(3)] == [4, 10, 22]


def _reached(pixel: int, block: int) -> set[int]:
    """Return the places of a block that a pixel reaches along one side, by what convolution and pooling are."""
    reached, side = {pixel}, 28
    for _ in range(block + 1):
        convolved = {at + shift for at in reached for shift in (-1, 0, 1) if 0 <= at + shift < side}
        side //= 2
        reached = {at // 2 for at in convolved if at // 2 < side}
    return reached


def test_a_patch_ends_with_the_image() -> None:
    patch = patch_of(2, (0, 2), 28)
    assert (patch.left, patch.top) == (pytest.approx(100 * 9 / 28), 0)
    assert (patch.width, patch.height) == (pytest.approx(100 * 19 / 28), pytest.approx(100 * 15 / 28))


@pytest.mark.parametrize(
    ("place", "side", "words"),
    [
        ((0, 0), 3, "the upper left"),
        ((1, 1), 3, "the middle"),
        ((6, 3), 7, "the bottom"),
        ((7, 13), 14, "the right"),
        ((0, 14), 28, "the top"),
        ((20, 0), 28, "the lower left"),
    ],
)
def test_places_have_names(place: tuple[int, int], side: int, words: str) -> None:
    assert place_words(place, side) == words


def test_where_it_looks_is_drawn_over_the_image_and_told(panel: InsidePanel) -> None:
    values = np.zeros((28, 28), np.float32)
    values[3, 25] = 0.5
    inside = Inside((np.zeros((1, 14, 14), np.float32),) * 3, np.zeros((1, 3, 3), np.float32), values, values, 4)
    scales = _scales(0.5)
    gradient, occlusion = looks_of(inside, np.zeros((28, 28), np.uint8), scales)
    assert gradient.words == "Most at the upper right."
    assert occlusion.words == "Hiding the upper right costs 50 points."
    drawn = overlay(np.zeros((28, 28), np.uint8), values, 0.5)
    assert tuple(drawn[3, 25]) == FOR
    assert gradient.picture == occlusion.picture == png_data_uri(drawn)


def test_what_is_hidden_is_told_in_points() -> None:
    assert [points(share) for share in (0, 0.005, 0.0149, 0.02, 1)] == [
        "less than 1 point",
        "less than 1 point",
        "1 point",
        "2 points",
        "100 points",
    ]


def _scales(full: float) -> Any:
    from nncompare.figures.sprites import Scales

    return Scales(full, full, full, full)
