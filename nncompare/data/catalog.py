"""The data sets there are: what they show, where they come from, how to tell that they are whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nncompare.data.errors import DataError

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
RAW_FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

_DIGITS = tuple("0123456789")
_GARMENTS = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set before any of its images is read.

    ``mean`` and ``std`` are those of pixel / 255 over the training set. ``folder`` is the one that torchvision uses.
    ``md5`` maps the name of each raw (decompressed) file to its digest; it is empty for the synthetic sets, which
    keep a manifest instead. ``download_bytes`` is the size of the four compressed files. ``stand_in`` names the
    synthetic set to offer where this one cannot be had.
    """

    name: str
    title: str
    description: str
    classes: tuple[str, ...]
    folder: str
    synthetic: bool
    mean: float
    std: float
    side: int = 28
    train_count: int = 60_000
    test_count: int = 10_000
    md5: Mapping[str, str] = field(default_factory=dict)
    download_bytes: int = 0
    mirrors: tuple[str, ...] = ()
    stand_in: str | None = None

    @property
    def subject(self) -> str:
        """The title, with a word on those that stand in for real images."""
        return f"{self.title}, made by this program" if self.synthetic else self.title


_MNIST = DatasetInfo(
    name="mnist",
    title="MNIST",
    description="Handwritten digits 0 to 9.",
    classes=_DIGITS,
    folder="MNIST",
    synthetic=False,
    mean=0.1307,
    std=0.3081,
    md5={
        TRAIN_IMAGES: "6bbc9ace898e44ae57da46a324031adb",
        TRAIN_LABELS: "a25bea736e30d166cdddb491f175f624",
        TEST_IMAGES: "2646ac647ad5339dbf082846283269ea",
        TEST_LABELS: "27ae3e4e09519cfbb04c329615203637",
    },
    download_bytes=11_594_722,
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
    stand_in="synthetic-digits",
)

_FASHION_MNIST = DatasetInfo(
    name="fashion-mnist",
    title="Fashion-MNIST",
    description="Photographs of ten kinds of clothing, shoes and bags.",
    classes=_GARMENTS,
    folder="FashionMNIST",
    synthetic=False,
    mean=0.2860,
    std=0.3530,
    md5={
        TRAIN_IMAGES: "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        TRAIN_LABELS: "9018921c3c673c538a1fc5bad174d6f9",
        TEST_IMAGES: "8181f5470baa50b63fa0f6fddb340f0a",
        TEST_LABELS: "15d484375f8d13e6eb1aabb0c3f46965",
    },
    download_bytes=30_878_645,
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    stand_in="synthetic-fashion",
)

_SYNTHETIC_DIGITS = DatasetInfo(
    name="synthetic-digits",
    title="Synthetic digits",
    description="Printed digits 0 to 9, bent and blurred by this program; a stand-in for MNIST.",
    classes=_DIGITS,
    folder="SyntheticDigits",
    synthetic=True,
    mean=0.0957,
    std=0.2555,
)

_SYNTHETIC_FASHION = DatasetInfo(
    name="synthetic-fashion",
    title="Synthetic fashion",
    description="Ten kinds of clothing, shoes and bags, drawn by this program; a stand-in for Fashion-MNIST.",
    classes=_GARMENTS,
    folder="SyntheticFashion",
    synthetic=True,
    mean=0.1455,
    std=0.2690,
)

CATALOG: dict[str, DatasetInfo] = {
    info.name: info for info in (_MNIST, _FASHION_MNIST, _SYNTHETIC_DIGITS, _SYNTHETIC_FASHION)
}


def dataset_info(name: str) -> DatasetInfo:
    """Look up a data set by its name.

    Raises
    ------
    DataError
        When there is none of that name; the sentence lists those that there are.
    """
    try:
        return CATALOG[name]
    except KeyError:
        raise DataError(f"There is no data set named {name!r}; there are {', '.join(CATALOG)}.") from None
