"""Images as arrays: found, downloaded, checked and mapped; no torch here."""

from nncompare.catalog import CATALOG, DataError, DatasetInfo
from nncompare.data.fetching import fetch, fetched
from nncompare.data.images import ImageData, evenly_spaced, load, png_data_uri, sample_per_class
from nncompare.data.state import Availability, DatasetState, dataset_state
from nncompare.data.synthetic.generation import preview

__all__ = [
    "CATALOG",
    "Availability",
    "DataError",
    "DatasetInfo",
    "DatasetState",
    "ImageData",
    "dataset_state",
    "evenly_spaced",
    "fetch",
    "fetched",
    "load",
    "png_data_uri",
    "preview",
    "sample_per_class",
]
