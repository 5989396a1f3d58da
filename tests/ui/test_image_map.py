"""The map of the test set: what it asks, what it shows, and what it takes from a browser."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from at_once import AtOnce
from fake_maps import FakeMaps

from nncompare.comparison.state import State
from nncompare.data import ImageData, evenly_spaced, load
from nncompare.engine.client import EngineError
from nncompare.messages import VisibleImages
from nncompare.ui.panels.image_map import ImageMapPanel
from nncompare.ui.panels.map_canvas import MapCanvas
from nncompare.ui.panels.map_picks import MapPicks

IMAGES = 500


class Opened:
    """A panel on the screen, with a clock that stands still."""

    def __init__(self, images: ImageData) -> None:
        self.images, self.now = images, 100.0
        self.picks: list[tuple[int, ...]] = []
        refresher: Any = AtOnce()
        self.panel = ImageMapPanel(refresher, self.picks.append)
        self.main, self.side = self.panel.box.children
        (self.canvas,) = self.main.children
        self.summary, self.state, self.cards = self.side.children
        self.refresh, self.note = self.state.children

    def show(self, pair: Any) -> None:
        self.panel.use(self.images, pair)
        self.panel.set_visible(True)
        self.panel.tick()

    def send(self, **content: Any) -> None:
        self.canvas._handle_custom_msg(content, [])

    @property
    def is_shown(self) -> bool:
        return "nnc-hidden" not in self.main._dom_classes


@pytest.fixture
def images(synthetic_digits: Path) -> ImageData:
    return load("synthetic-digits")


@pytest.fixture
def opened(images: ImageData, monkeypatch: pytest.MonkeyPatch) -> Opened:
    made = Opened(images)
    monkeypatch.setattr("nncompare.ui.asking.monotonic", lambda: made.now)
    return made


def sent(canvas: MapCanvas, name: str, kind: str) -> np.ndarray:
    return np.frombuffer(canvas.picture[name], kind)


def test_both_networks_are_asked_once_for_a_map(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    opened.show(pair)
    for _ in range(3):
        opened.panel.tick()
    (inquiry,) = pair.asked
    assert inquiry.images == VisibleImages("test", tuple(range(IMAGES)))
    assert (inquiry.look, inquiry.dataset, inquiry.networks) == ("map", "synthetic-digits", pair.networks)
    assert opened.is_shown


def test_the_browser_gets_numbers_as_bytes(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    opened.show(pair)
    places = np.arange(IMAGES)
    points = sent(opened.canvas, "points", "<f4").reshape(2, IMAGES, 2)
    np.testing.assert_allclose((points**2).sum(axis=(1, 2)), 1, rtol=1e-5)
    np.testing.assert_array_equal(sent(opened.canvas, "places", "<u4"), places)
    np.testing.assert_array_equal(sent(opened.canvas, "labels", "u1"), images.labels("test"))
    said = np.concatenate([pair.said(name, places) for name in "AB"])
    np.testing.assert_array_equal(sent(opened.canvas, "said", "u1"), said)
    assert len(opened.canvas.picture["points"]) == 2 * 2 * 4 * IMAGES


def test_it_says_how_much_the_picture_keeps_and_how_well_both_agree(opened: Opened, images: ImageData) -> None:
    opened.show(FakeMaps(images))
    words = " ".join(re.sub("<[^>]+>", " ", str(opened.summary.value)).split())
    assert "it keeps 34% of them for A, 41% for B, so dots that meet may still differ." in words
    assert "they see the same images as alike." in words
    assert "right of 500 images 80.0% 85.6% trained for 1 epoch 1 epoch" in words


def test_networks_that_have_nothing_in_common_are_said_to(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    random = np.random.default_rng(1)
    pair.points = lambda name, places: random.normal(size=(len(places), 2)).astype(np.float32)
    opened.show(pair)
    assert "they see different images as alike." in opened.summary.value


def test_one_network_alone_has_one_picture(opened: Opened, images: ImageData) -> None:
    opened.show(FakeMaps(images, "A"))
    assert opened.canvas.picture["names"] == ["A"]
    assert len(sent(opened.canvas, "points", "<f4")) == 2 * IMAGES
    assert "agree" not in opened.summary.value
    assert "for A, so" in opened.summary.value


def test_while_it_trains_it_is_asked_again_after_ten_seconds_at_most(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images, state=State.RUNNING)
    opened.show(pair)
    pair.learn(("A", 2.0), ("B", 1.5))
    opened.now += 9
    opened.panel.tick()
    assert len(pair.asked) == 1
    opened.panel.set_visible(False)
    opened.now += 2
    opened.panel.tick()
    assert len(pair.asked) == 1
    opened.panel.set_visible(True)
    opened.panel.tick()
    assert len(pair.asked) == 2
    assert "2 epochs" in opened.summary.value
    assert "1.5 epochs" in opened.summary.value
    opened.now += 100
    opened.panel.tick()
    assert len(pair.asked) == 2, "it has learned nothing since"
    opened.refresh.click()
    assert len(pair.asked) == 3
    assert "nnc-hidden" not in opened.refresh._dom_classes
    pair.learn(("A", 3.0), ("B", 2.0))
    pair.state = State.FINISHED
    opened.panel.tick()
    assert len(pair.asked) == 4, "what has ended is shown at once"
    opened.panel.tick()
    assert "nnc-hidden" in opened.refresh._dom_classes, "there is nothing newer"


def test_the_second_network_is_shown_as_soon_as_it_is_there(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images, "B", State.RUNNING)
    opened.show(pair)
    pair.learn(("A", 0.1), ("B", 1.0))
    opened.panel.tick()
    assert opened.canvas.picture["names"] == ["A", "B"]


def test_from_one_picture_to_the_next_nothing_turns_over(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    opened.show(pair)
    before = sent(opened.canvas, "points", "<f4")
    usual = pair.points
    pair.points = lambda name, places: -usual(name, places)[:, ::-1]
    opened.refresh.click()
    np.testing.assert_allclose(sent(opened.canvas, "points", "<f4"), before, atol=1e-5)


def test_without_weights_it_says_so(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images, "")
    opened.show(pair)
    assert "The weights of these networks were not kept" in opened.note.value
    pair.state = State.PREPARING
    opened.panel.tick()
    assert "as soon as a network has begun to learn" in opened.note.value
    assert "nnc-hidden" in opened.refresh._dom_classes
    opened.refresh.click()
    assert (pair.asked, opened.is_shown) == ([], False)
    opened.show(None)
    assert "Nothing has been trained yet" in opened.note.value
    opened.panel.use(None, None)
    opened.panel.tick()


def test_what_fails_is_said_and_can_be_tried_again(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    pair.error = EngineError("No worker is there.")
    opened.show(pair)
    opened.panel.tick()
    assert len(pair.asked) == 1
    assert "No worker is there." in opened.note.value
    assert "nnc-hidden" not in opened.refresh._dom_classes
    pair.error = None
    opened.refresh.click()
    assert opened.is_shown
    assert "No worker" not in opened.note.value
    pair.error = RuntimeError("<b>odd</b>")
    opened.refresh.click()
    assert "The networks could not answer (RuntimeError: &lt;b&gt;odd" in opened.note.value
    assert opened.is_shown, "the picture before stays"


def test_features_that_are_no_numbers_have_no_picture(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    usual = pair.points
    pair.points = lambda name, places: usual(name, places) * (np.nan if name == "B" else 1)
    opened.show(pair)
    assert opened.canvas.picture["names"] == ["A"]
    pair.points = lambda name, places: np.full((len(places), 2), np.inf, np.float32)
    opened.refresh.click()
    assert "no finite numbers" in opened.note.value


def test_points_that_are_picked_become_cards(opened: Opened, images: ImageData) -> None:
    opened.show(FakeMaps(images))
    opened.send(points=[35, 2])
    assert opened.picks == [(35, 2)]
    assert "2 images picked" in opened.cards.html
    assert "<details>" in opened.summary.value, "there is room for the cards"
    assert opened.cards.html.count('nnc-imagemap-pick"') == 2
    label, wrong = (int(images.labels("test")[35]) + shift for shift in (0, 1))
    said = f'<b>{wrong % 10}</b> <span class="nnc-no"'
    (card,) = [card for card in str(opened.cards.html).split("<button") if 'alt="Image 35,"' in card]
    assert (f"label <b>{label}</b>" in card, card.count(said)) == (True, 2)
    opened.send(points=[])
    assert "Click or tap a dot" in opened.cards.html
    assert "<details open>" in opened.summary.value
    assert opened.picks == [(35, 2)]


def test_of_many_24_are_shown_and_told_mistakes_first(opened: Opened, images: ImageData) -> None:
    opened.show(FakeMaps(images))
    opened.send(points=list(range(100)))
    (picked,) = opened.picks
    assert len(picked) == 24
    assert picked[:3] == (0, 35, 70), "on which both are wrong"
    assert all(place % 5 == 0 or place % 7 == 0 for place in picked)
    assert "100 images picked" in opened.cards.html
    assert "24 shown, mistakes first" in opened.cards.html


def test_picked_images_are_told_by_their_place_in_the_test_set(images: ImageData) -> None:
    count = 5_000
    repeated = replace(
        images,
        test_images=np.tile(images.images("test"), (10, 1, 1)),
        test_labels=np.tile(images.labels("test"), 10),
    )
    opened = Opened(repeated)
    opened.show(FakeMaps(repeated))
    opened.send(points=[1_999, 1])
    assert opened.picks == [(count - 1, evenly_spaced(count, 2_000)[1])]


def test_a_card_shows_where_its_image_lies(opened: Opened, images: ImageData, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(opened.canvas, "send", told.append)
    opened.show(FakeMaps(images))
    opened.send(points=[3, 4])
    assert 'data-index="3" aria-pressed="true"' in opened.cards.html, "it was told first"
    opened.cards.pick("4")
    assert opened.cards.html.count('aria-pressed="true"') == opened.cards.html.count('"4" aria-pressed="true"') == 1
    assert (opened.picks[-1], told) == ((4,), [{"mark": 4}])
    opened.cards.pick("5")
    opened.cards.pick("none")
    assert told[1:] == [{"picked": []}]
    assert "Click or tap a dot" in opened.cards.html


def test_a_newer_picture_keeps_what_was_picked(opened: Opened, images: ImageData) -> None:
    pair = FakeMaps(images)
    opened.show(pair)
    opened.send(points=[3])
    opened.refresh.click()
    assert "1 image picked" in opened.cards.html
    another: Any = FakeMaps(images)
    opened.panel.set_visible(False)
    opened.panel.use(images, another)
    assert (opened.cards.html, opened.is_shown) == ("", False)


@pytest.mark.parametrize(
    "points",
    [[IMAGES], [-1], [True], ["1"], [1.0], [None], "0", {"0": 1}, [[1]], [0] * (IMAGES + 1), [10**400], None, 3],
)
def test_what_is_no_point_is_passed_over(opened: Opened, images: ImageData, points: Any) -> None:
    opened.show(FakeMaps(images))
    opened.send(points=points)
    assert opened.picks == []


def test_a_point_is_picked_once_and_none_where_there_is_no_picture(opened: Opened, images: ImageData) -> None:
    opened.send(points=[0])
    opened.show(FakeMaps(images))
    opened.send(points=[7, 7, 7])
    assert opened.picks == [(7,)]


def test_the_image_of_a_point_is_sent_when_it_is_looked_at(
    opened: Opened, images: ImageData, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(opened.canvas, "send", lambda content, buffers: told.append((content, buffers)))
    opened.send(look=3)
    opened.show(FakeMaps(images))
    for point in (-1, IMAGES, True, "3", None, [3]):
        opened.send(look=point)
    assert told == []
    opened.send(look=3)
    assert told == [({"face": 3}, [images.images("test")[3].tobytes()])]


def test_cards_offer_nothing_else(images: ImageData) -> None:
    refresher: Any = AtOnce()
    told: list[Any] = []
    picks = MapPicks(refresher, told.append, told.append, lambda: told.append("none"))
    picks._on_card("12")
    picks._on_card("١٢")
    assert told == []
