"""The sheet and the opened picture: what the kernel makes of what the page sends."""

import io
import json
from typing import Any

import numpy as np
import pytest
from at_once import AtOnce
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from nncompare.catalog import CATALOG
from nncompare.data import ImageData
from nncompare.pictures import LARGEST_BYTES
from nncompare.ui.panels.drawing import DrawingPanel
from nncompare.ui.panels.drawing_messages import SHEET_SIDE, DrawnSheet, EmptySheet, FileInPieces, PieceOfFile, said_by

SIZE = [SHEET_SIDE, SHEET_SIDE]


class Talk:
    """A panel, what it has answered to its page, and what it has handed on."""

    def __init__(self) -> None:
        self.images: list[tuple[Any, str]] = []
        self.opened: list[int] = []
        self.answers: list[tuple[dict[str, Any], list[bytes]]] = []
        self.panel = DrawingPanel(AtOnce(), self._take, lambda: self.opened.append(len(self.images)))  # type: ignore[arg-type]
        self.panel.box.send = lambda content, buffers=(): self.answers.append((content, list(buffers)))
        self._number = 0

    def _take(self, seen: Any, words: str) -> None:
        self.images.append((seen, words))

    def send(self, *buffers: bytes, **content: Any) -> None:
        self._number += 1
        message = {"number": self._number, "as_drawn": False, **content}
        self.panel._on_drawing_message(message, [memoryview(buffer) for buffer in buffers])

    def draw(self, ink: int = 0, **content: Any) -> None:
        self.send(stroke(ink), drawing=SIZE, **content)

    def open(self, file: bytes, piece: int = 300) -> None:
        for start in range(0, len(file), piece):
            self.send(file[start : start + piece], piece=start, size=len(file))

    @property
    def last(self) -> tuple[Any, str]:
        return self.images[-1]


def stroke(ink: int = 0) -> bytes:
    image = Image.new("L", (SHEET_SIDE, SHEET_SIDE), 255)
    ImageDraw.Draw(image).line([(60, 60), (200, 60), (110, 230)], fill=ink, width=20)
    return image.tobytes()


def photo() -> bytes:
    """Draw a tall stroke at the left, and a flat one at the right."""
    image, file = Image.new("RGB", (600, 300), "white"), io.BytesIO()
    ImageDraw.Draw(image).line([(100, 50), (100, 250)], fill="navy", width=20)
    ImageDraw.Draw(image).line([(400, 150), (550, 150)], fill="navy", width=20)
    image.save(file, "PNG")
    return file.getvalue()


def images_of(name: str) -> ImageData:
    nothing = np.zeros((0, 28, 28), dtype=np.uint8)
    return ImageData(CATALOG[name], nothing, nothing[:, 0, 0], nothing, nothing[:, 0, 0])


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_drawing_is_prepared_handed_on_and_shown(talk: Talk) -> None:
    talk.draw()
    seen, words = talk.last
    assert (seen.shape, seen.max(), words) == ((28, 28), 255, "your drawing")
    assert talk.answers == [({"answered": 1, "words": ""}, [])]


def test_as_drawn_is_as_bright_as_it_was(talk: Talk) -> None:
    talk.draw(as_drawn=True)
    assert talk.last[0][0, 0] == 255
    talk.draw(as_drawn=False)
    assert talk.last[0][0, 0] == 0


def test_an_empty_sheet_gets_a_sentence_for_others_and_none_for_the_page(talk: Talk) -> None:
    talk.draw()
    talk.send(is_empty=True)
    assert talk.last == (None, "Draw something, or open a picture.")
    assert talk.answers[-1] == ({"answered": 2, "words": ""}, [])
    talk.panel.use(images_of("fashion-mnist"))
    assert len(talk.images) == 2


def test_one_dot_gets_a_sentence(talk: Talk) -> None:
    image = Image.new("L", (SHEET_SIDE, SHEET_SIDE), 255)
    ImageDraw.Draw(image).ellipse((100, 80, 120, 100), fill=0)
    talk.send(image.tobytes(), drawing=SIZE)
    assert talk.last == (None, "There is only a dot in the picture.")
    assert talk.answers[-1][0]["words"] == talk.last[1]


def test_a_picture_comes_in_pieces_and_is_shown(talk: Talk) -> None:
    talk.open(photo())
    assert all(answer == {"answered": n, "is_partial": True} for n, (answer, _) in enumerate(talk.answers[:-1], 1))
    answer, (shown,) = talk.answers[-1]
    assert (answer["words"], answer["photo"], len(shown)) == ("", (480, 240), 480 * 240)
    assert talk.last[1] == "your picture"
    talk.send(frame=[0, 0, 0.5, 1])
    assert (talk.opened, len(talk.images)) == ([0], 2), "before the picture that was opened, and before no other one"


def test_a_frame_chooses_a_part(talk: Talk) -> None:
    talk.open(photo())
    talk.send(frame=[0, 0, 0.5, 1])
    tall = talk.last[0]
    talk.send(frame=[0.5, 0, 1, 1])
    flat = talk.last[0]
    for seen, sides in ((tall, (20, 2)), (flat, (3, 20))):
        assert [np.ptp(places) + 1 for places in np.nonzero(seen)] == pytest.approx(sides, abs=1)


def test_a_frame_without_a_picture_is_passed_over(talk: Talk) -> None:
    talk.send(frame=[0, 0, 1, 1])
    assert (talk.images, talk.answers) == ([], [])


@pytest.mark.parametrize("file", [b"This is a text.", b""])
def test_a_file_that_cannot_be_read_leaves_the_drawing(talk: Talk, file: bytes) -> None:
    talk.draw()
    talk.send(file, piece=0, size=len(file))
    assert len(talk.images) == 1
    (answer, buffers) = talk.answers[-1]
    assert answer == {
        "answered": 2,
        "words": "This is not a picture in PNG, JPEG, WebP, BMP or GIF.",
    }
    assert buffers == []
    talk.send(piece=0, size=LARGEST_BYTES + 1)
    assert talk.answers[-1][0]["words"] == "Pictures may have at most 10 MB."


def test_the_sheet_is_set_aside_with_its_sentence_once_something_else_is_looked_at(talk: Talk) -> None:
    talk.open(b"This is a text.")
    talk.panel.set_aside()
    assert talk.answers[1:] == [({"answered": 1, "words": "", "aside": True}, [])]
    talk.draw()
    assert len(talk.images) == 1


def test_what_is_still_being_made_of_the_sheet_is_dropped_and_answered_once_it_is_set_aside(talk: Talk) -> None:
    background: list[Any] = []
    talk.panel._newest._refresher.in_background = lambda *work: background.append(work)  # type: ignore[method-assign]
    talk.draw()
    talk.panel.set_aside()
    ((work, then, _),) = background
    then(work())
    assert talk.images == []
    assert [answer["answered"] for answer, _ in talk.answers] == [1]


def test_a_surprise_is_a_sentence_and_no_word_of_the_picture(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(content: bytes) -> None:
        raise RuntimeError(content)

    monkeypatch.setattr("nncompare.ui.panels.drawing.read", fail)
    talk.open(photo())
    assert "reading it failed" in talk.answers[-1][0]["words"]
    assert "RuntimeError" in caplog.text
    assert "PNG" not in caplog.text


def test_garments_are_prepared_as_garments(talk: Talk) -> None:
    talk.draw()
    assert np.ptp(np.nonzero(talk.last[0])[0]) + 1 == 20
    talk.panel.use(images_of("fashion-mnist"))
    assert np.ptp(np.nonzero(talk.last[0])[0]) + 1 == 28
    assert "photo" in talk.panel.box.hint
    before = len(talk.images)
    talk.panel.use(images_of("synthetic-fashion"))
    assert len(talk.images) == before
    talk.panel.use(None)
    assert np.ptp(np.nonzero(talk.last[0])[0]) + 1 == 20


def test_nothing_of_a_picture_is_in_the_state_of_the_widget(talk: Talk) -> None:
    before = json.dumps(talk.panel.box.get_state(), default=str)
    talk.open(photo())
    talk.draw()
    assert json.dumps(talk.panel.box.get_state(), default=str) == before


@pytest.mark.parametrize(
    ("content", "buffers"),
    [
        ({}, []),
        ("drawing", []),
        (None, []),
        ({"is_empty": 1.5}, []),
        ({"drawing": SIZE}, []),
        ({"drawing": SIZE}, [b"short"]),
        ({"drawing": [10**9, 10**9]}, [b""]),
        ({"drawing": [-280, -280]}, [bytes(280 * 280)]),
        ({"drawing": ["280", 280]}, [bytes(280 * 280)]),
        ({"drawing": SIZE}, [bytes(280 * 280)] * 2),
        ({"frame": [0, 0, 1]}, []),
        ({"frame": [0, 0, 2, 1]}, []),
        ({"frame": [0, 0, 0, 0]}, []),
        ({"frame": [0, "0", 1, 1]}, []),
        ({"frame": [10**400, 0, 1, 1]}, []),
        ({"frame": [0, 0, float("nan"), 1]}, []),
        ({"piece": 0, "size": 10}, []),
        ({"piece": -1, "size": 10}, [b"x"]),
        ({"piece": 10, "size": 10}, [b"x"]),
        ({"piece": 0, "size": 10}, [bytes(11)]),
        ({"piece": 0, "size": 5_000_000}, [bytes(1_000_001)]),
        ({"piece": "0", "size": 10}, [b"x"]),
    ],
)
def test_what_no_page_sends_is_passed_over(talk: Talk, content: Any, buffers: list[bytes]) -> None:
    talk.panel._on_drawing_message(content, buffers)
    assert said_by(content, buffers) is None
    assert (talk.images, talk.answers) == ([], [])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=6,
)
NAMES = st.sampled_from(["drawing", "frame", "piece", "size", "is_empty", "as_drawn", "number"])


@given(st.dictionaries(NAMES, ANYTHING | st.integers(0, 300)), st.lists(st.binary(max_size=20), max_size=2))
def test_any_message_is_taken_or_passed_over(content: dict[str, Any], buffers: list[bytes]) -> None:
    Talk().panel._on_drawing_message(content, buffers)


def test_messages_are_read() -> None:
    assert isinstance(said_by({"is_empty": True}, []), EmptySheet)
    drawn = said_by({"drawing": SIZE}, [memoryview(stroke())])
    assert isinstance(drawn, DrawnSheet)
    assert drawn.grey.tobytes() == stroke()


@given(st.binary(min_size=1, max_size=50), st.integers(1, 20))
def test_pieces_become_the_file_again(content: bytes, length: int) -> None:
    file = FileInPieces()
    found = [
        file.add(PieceOfFile(start, len(content), content[start : start + length]))
        for start in range(0, len(content), length)
    ]
    assert found == [None] * (len(found) - 1) + [content]


def test_another_file_begins_at_its_first_byte_and_nothing_is_taken_out_of_order() -> None:
    file = FileInPieces()
    assert file.add(PieceOfFile(0, 4, b"ab")) is None
    assert file.add(PieceOfFile(3, 4, b"d")) is None
    assert file.add(PieceOfFile(0, 2, b"x")) is None
    assert file.add(PieceOfFile(1, 2, b"y")) == b"xy"
