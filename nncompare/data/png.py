"""Small images as text that a page can show."""

import base64
import io

import numpy as np
from numpy.typing import NDArray


def png_data_uri(image: NDArray[np.uint8]) -> str:
    """Encode one grey image, (H, W) uint8, as ``data:image/png;base64,...``."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
