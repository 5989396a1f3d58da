"""Sheets of paper on which an image of a data set stands: large, somewhere, a bit turned, in black ink."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import nn

from nncompare import architectures
from nncompare.catalog import DatasetInfo
from nncompare.comparison.result import ModelResult
from nncompare.training.backends import build_model

SHEET_SIDE, ENLARGED, SMALLEST, DEGREES = 400, 10, 0.5, 5.0


def sheet_of(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Enlarge an image (28, 28) tenfold, turn and shrink it, and put it anywhere on a white sheet, (400, 400)."""
    side = ENLARGED * len(image)
    turned = (
        Image.fromarray(image)
        .resize((side, side), Image.Resampling.BICUBIC)
        .rotate(rng.uniform(-DEGREES, DEGREES), Image.Resampling.BICUBIC, expand=True)
    )
    shrunk = turned.resize((round(turned.width * rng.uniform(SMALLEST, 1)),) * 2, Image.Resampling.BOX)
    sheet = Image.new("L", (SHEET_SIDE, SHEET_SIDE), 255)
    left, top = rng.integers(0, SHEET_SIDE - shrunk.width, 2, endpoint=True)
    sheet.paste(ImageOps.invert(shrunk), (int(left), int(top)))
    return np.array(sheet)


def network_of(model: ModelResult) -> nn.Module:
    """Build the network of a model that was trained."""
    assert model.plan is not None
    assert model.weights is not None
    network = build_model(architectures.of(model.config), model.plan.channels, model.config.dropout, seed=0)
    network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in model.weights.items()})
    return network


def accuracy(model: nn.Module, images: NDArray[np.uint8], labels: NDArray[np.uint8], info: DatasetInfo) -> float:
    """Return the share of images (N, 28, 28) of which a model says the label."""
    pixels = torch.from_numpy(np.array(images)).unsqueeze(1) / 255
    with torch.no_grad():
        answers = model.eval()((pixels - info.mean) / info.std).argmax(dim=1)
    return float(np.mean(answers.numpy() == labels))


def photo_of(image: NDArray[np.uint8], rng: np.random.Generator, *, lines: float, shadow: float = 0.3) -> Image.Image:
    """Photograph an image (28, 28) on squared paper: in uneven light and the shadow of a hand, turned, and with noise.

    `lines` and `shadow` are the shares of the light that they take away.
    """
    side, ink = 600, 0.65
    y, x = np.mgrid[0:side, 0:side] / side
    light = (205 - 60 * x - 35 * y) * (1 - shadow / (1 + np.exp((rng.uniform(0.5, 0.9) - x - 0.4 * y) / 0.05)))
    angle = np.deg2rad(rng.uniform(-4, 4))
    along, down = ((x * np.cos(angle) + y * np.sin(angle)) * side, (y * np.cos(angle) - x * np.sin(angle)) * side)
    is_line = (along % 50 < 3) | (down % 50 < 3)
    digit = Image.new("L", (side, side))
    large = Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC)
    digit.paste(large, tuple(rng.integers(20, side - 300, 2).tolist()))
    drawn = np.asarray(digit) / 255
    grey = light * (1 - np.maximum(lines * is_line, ink * drawn)) + rng.normal(0, 3, light.shape)
    return Image.fromarray(np.clip(np.stack([grey, grey, grey + 12], axis=-1), 0, 255).astype(np.uint8))
