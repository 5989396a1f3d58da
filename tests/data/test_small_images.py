import base64
import io
import subprocess
import sys

import numpy as np
from PIL import Image

from nncompare.data import png_data_uri


def test_a_png_holds_the_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    kind, text = png_data_uri(pixels).split(",")
    assert kind == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))), pixels)


def test_importing_the_room_brings_nothing_heavy() -> None:
    heavy = {"torch", "requests", "pooch", "matplotlib", "PIL"}
    program = f"import sys, nncompare.data; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
