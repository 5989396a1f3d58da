"""The picture of a network, against its layer table."""

import re

import pytest

from nncompare import architectures
from nncompare.ui.panels.network_picture import NetworkPicture, Scale, blocks

NO_COSTS = {"parameters": None, "training_bytes": 0, "seconds": ""}
PAIRS = [(8, 16), (1, 256), (256, 256), (3, 2)]


@pytest.mark.parametrize("channels", PAIRS)
def test_blocks_are_as_wide_as_their_maps_are_many_and_as_high_as_one_in_both_pictures(channels):
    networks = [architectures.layers(each) for each in channels]
    scale = Scale.of(networks)
    for network in networks:
        drawn = blocks(network, scale)
        layers = [layer for layer in network[1:] if len(layer.shape) == 3]
        assert [block.maps for block in drawn] == [layer.shape[0] for layer in layers]
        for block, layer in zip(drawn, layers, strict=True):
            assert block.width == pytest.approx(100 * scale.map_width * layer.shape[0], abs=0.01)
            assert block.height == pytest.approx(100 * layer.shape[1] / 28, abs=0.01)


@pytest.mark.parametrize("channels", PAIRS)
def test_the_stages_stand_at_the_same_places_and_the_widest_network_fits(channels):
    networks = [architectures.layers(each) for each in channels]
    scale = Scale.of(networks)
    assert sum(scale.stages) == pytest.approx(1)
    middles = [[block.left + block.width / 2 for block in blocks(network, scale)] for network in networks]
    assert middles[0] == pytest.approx(middles[1], abs=0.02)
    for network in networks:
        drawn = blocks(network, scale)
        edges = [0, *(edge for block in drawn for edge in (block.left, block.right)), 100]
        assert edges == sorted(edges), "none lies on another"
    widest = max(blocks(networks[channels.index(max(channels))], scale), key=lambda block: block.width)
    assert widest.width > 30, "the room is used"


def test_the_picture_is_told_in_words():
    network = architectures.layers(1)
    picture = NetworkPicture("A")
    picture.show(network, Scale.of([network]), "data:image/png;base64,AAAA", NO_COSTS)
    (words,) = re.findall(r'role="img" aria-label="([^"]+)"', picture.box.value)
    assert words == (
        "Network A: an image of 28 × 28, then 1 map of 14 × 14, 2 maps of 7 × 7, 4 maps of 3 × 3, then 10 classes."
    )
    assert picture.box.value.count("<rect") == 3
    assert picture.box.value.count("<i>") == 10


def test_without_a_network_there_is_a_sentence():
    picture = NetworkPicture("A")
    picture.show([], Scale.of([[], []]), "", NO_COSTS)
    assert "when the settings are right" in picture.box.value
