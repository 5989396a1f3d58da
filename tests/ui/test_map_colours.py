"""The ten colours of the map can be told apart, also by colour-blind readers, on light and on dark paper."""

import re

import numpy as np
import pytest
from numpy.typing import ArrayLike

from nncompare.ui.clickable import STATIC

CLASSES = 10
LEAST_DIFFERENCE, LEAST_CONTRAST = 0.08, 2.6
PAPERS = {"light": "#ffffff", "dark": "#1a2029"}
# What is left of linear RGB for those who lack the cones for long, middle, or short waves: Machado, Oliveira and
# Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1.
EYES: dict[str, ArrayLike] = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# Oklab, whose distances are those that are seen: Björn Ottosson, "A perceptual color space for image processing", 2020.
CONES = [[0.41222147, 0.53633254, 0.05144599], [0.2119035, 0.68069955, 0.10739696], [0.08830246, 0.28171884, 0.6299787]]
OKLAB = [
    [0.21045426, 0.79361779, -0.00407205],
    [1.9779985, -2.42859221, 0.45059371],
    [0.02590404, 0.78277177, -0.80867577],
]


def colours_by_paper() -> dict[str, list[str]]:
    """Read the style sheet: the first block is the light one, each other one the dark one."""
    text = (STATIC / "image_map.css").read_text(encoding="utf-8")
    found = re.findall(r"--nnc-imagemap-(\d): (#[0-9a-f]{6})", text)
    blocks = [[colour for _, colour in found[start : start + CLASSES]] for start in range(0, len(found), CLASSES)]
    assert len(blocks) == 3
    assert blocks[1] == blocks[2]
    assert [int(number) for number, _ in found] == [*range(CLASSES)] * 3
    return {"light": blocks[0], "dark": blocks[1]}


def linear(colour: str) -> np.ndarray:
    share = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("paper", PAPERS)
def test_each_two_can_be_told_apart(paper: str, eyes: str) -> None:
    seen = np.clip(np.array([linear(colour) for colour in colours_by_paper()[paper]]) @ np.transpose(EYES[eyes]), 0, 1)
    places = np.cbrt(seen @ np.transpose(CONES)) @ np.transpose(OKLAB)
    apart = np.linalg.norm(places[:, None] - places, axis=2)[np.triu_indices(CLASSES, 1)]
    assert apart.min() >= LEAST_DIFFERENCE


@pytest.mark.parametrize("paper", PAPERS)
def test_each_stands_out_from_the_paper(paper: str) -> None:
    for colour in colours_by_paper()[paper]:
        darker, lighter = sorted((luminance(colour), luminance(PAPERS[paper])))
        assert (lighter + 0.05) / (darker + 0.05) >= LEAST_CONTRAST
