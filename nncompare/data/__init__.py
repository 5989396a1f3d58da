"""Images as arrays: found, downloaded, checked and mapped; no torch here."""

from nncompare.data.catalog import CATALOG, DatasetInfo
from nncompare.data.errors import DataError
from nncompare.data.fetching import fetch
from nncompare.data.folders import search_folders
from nncompare.data.generation import preview
from nncompare.data.images import ImageData, load, sample_per_class
from nncompare.data.png import png_data_uri
from nncompare.data.state import Availability, DatasetState, dataset_state

__all__ = [
    "CATALOG",
    "Availability",
    "DataError",
    "DatasetInfo",
    "DatasetState",
    "ImageData",
    "dataset_state",
    "fetch",
    "load",
    "png_data_uri",
    "preview",
    "sample_per_class",
    "search_folders",
]
