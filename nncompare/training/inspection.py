"""What trained networks are asked for on a worker, also beside what trains there: it leaves all of that as it is.

Random numbers are neither drawn nor set, and no thread beyond the given ones is used. N images, H/W pixels.
"""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from nncompare.catalog import DataError, dataset_info
from nncompare.data import fetched
from nncompare.inspection import MOST_SEEN, Answer, Forgotten, Inquiry, NetworkAnswer, Refusal
from nncompare.messages import VisibleImages
from nncompare.training.device import is_out_of_memory
from nncompare.training.disturbances import disturbed
from nncompare.training.inside import look_inside
from nncompare.training.principal_components import map_of_images
from nncompare.training.shards import Crew
from nncompare.training.tensors import to_array
from nncompare.training.trained_networks import ForgottenError, TrainedNetwork, trained_model

_NO_MEMORY = "There is not enough memory to look into the networks with so many images. Ask again with fewer."


def answer(inquiry: Inquiry, device: str, threads: int) -> Answer | Refusal:
    """Answer an inquiry on a device, or say why that cannot be done: nothing is raised, see `Refusal`."""
    try:
        return inspect(inquiry, torch.device(device), threads)
    except ForgottenError as error:
        return Forgotten(str(error))
    except (DataError, ValueError) as error:
        return Refusal(str(error))
    except Exception as error:  # an exception of torch's own would bring torch into the kernel
        if is_out_of_memory(error):
            return Refusal(_NO_MEMORY)
        return Refusal(f"The networks could not be looked into ({type(error).__name__}: {str(error)[:200]}).")


def inspect(inquiry: Inquiry, device: torch.device, threads: int = 1) -> Answer:
    """Answer an inquiry in float32, on at most so many threads of a processor."""
    inquiry.check()
    images = disturbed(_images(inquiry), inquiry.disturbance)
    pixels = torch.from_numpy(np.array(images)).unsqueeze(1).to(device)
    info = dataset_info(inquiry.dataset)
    found = []
    with Crew(threads) as crew:
        for state in inquiry.networks:
            network = TrainedNetwork(trained_model(state, device), info.mean, info.std, crew)
            features = network.features(pixels)
            found.append(
                NetworkAnswer(
                    name=state.name,
                    epoch=state.epoch,
                    probabilities=to_array(network.probabilities(features)),
                    inside=look_inside(network, pixels, inquiry.target) if inquiry.look == "inside" else None,
                    map=map_of_images(features) if inquiry.look == "map" else None,
                )
            )
    return Answer(images[:MOST_SEEN], tuple(found))  # thousands would take longer on their way than the answers


def _images(inquiry: Inquiry) -> NDArray[np.uint8]:
    """Return the images (N, H, W) that are asked about."""
    asked = inquiry.images
    if not isinstance(asked, VisibleImages):
        return asked
    return np.asarray(_data(inquiry.dataset).images(asked.split)[list(asked.indices)])


_data = lru_cache(maxsize=2)(fetched)
