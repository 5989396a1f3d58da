"""The data sets there are: what they show, their shape, where they come from, how to tell that they are whole.

A further data set in the files of MNIST is one more entry here. Settings, shell and dashboard take their names, counts
and titles from `CATALOG`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
RAW_FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


class DataError(Exception):
    """A data set is missing, damaged, or cannot be fetched.

    ``str(error)`` is meant for the user: what happened, what was kept, what to do.
    """


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set before any of its images is read.

    ``mean`` and ``std`` are those of pixel / 255 over the training set. ``folder`` is the one that torchvision uses.
    Images are ``side`` x ``side`` pixels of ``channels`` values. ``packed_md5`` maps the name of each raw file to the
    published digest of that file compressed, which is what a mirror has; ``md5`` maps it to the digest of the raw file.
    Both are empty for the synthetic sets, which keep a manifest instead. ``download_bytes`` is the size of the four
    compressed files. ``stand_in`` names the synthetic set to offer where this one cannot be had. ``are_strokes`` is
    whether images show what a pen writes, and not things: it decides how a drawing or a photo is prepared for them.
    """

    name: str
    title: str
    description: str
    classes: tuple[str, ...]
    folder: str
    mean: float
    std: float
    side: int = 28
    channels: int = 1
    train_count: int = 60_000
    test_count: int = 10_000
    synthetic: bool = False
    packed_md5: Mapping[str, str] = field(default_factory=dict)
    md5: Mapping[str, str] = field(default_factory=dict)
    download_bytes: int = 0
    mirrors: tuple[str, ...] = ()
    stand_in: str | None = None
    are_strokes: bool = True

    @property
    def subject(self) -> str:
        """The title, with a word on those that stand in for real images."""
        return f"{self.title}, made by this program" if self.synthetic else self.title

    @property
    def image_bytes(self) -> int:
        """Size of one image."""
        return self.side * self.side * self.channels

    def used_images(self, wanted: int | None) -> int:
        """Return how many training images are used, of which so many are wanted; None means all."""
        return min(wanted or self.train_count, self.train_count)

    def item_shape(self, file_name: str) -> tuple[int, ...]:
        """Return the shape of one item of a raw file: ``(side, side)`` of images, ``()`` of labels."""
        return (self.side, self.side) if file_name in (TRAIN_IMAGES, TEST_IMAGES) else ()


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


def _of_files(*digests: str) -> dict[str, str]:
    return dict(zip(RAW_FILES, digests, strict=True))


_DIGITS = tuple("0123456789")
_GARMENTS = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")

# The digests of the compressed files are those that torchvision publishes, in torchvision/datasets/mnist.py.
_SETS = (
    DatasetInfo(
        name="mnist",
        title="MNIST",
        description="Handwritten digits 0 to 9.",
        classes=_DIGITS,
        folder="MNIST",
        mean=0.1307,
        std=0.3081,
        packed_md5=_of_files(
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        md5=_of_files(
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
        download_bytes=11_594_722,
        mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        stand_in="synthetic-digits",
    ),
    DatasetInfo(
        name="fashion-mnist",
        title="Fashion-MNIST",
        description="Photographs of ten kinds of clothing, shoes and bags.",
        classes=_GARMENTS,
        folder="FashionMNIST",
        mean=0.2860,
        std=0.3530,
        packed_md5=_of_files(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        md5=_of_files(
            "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a",
            "15d484375f8d13e6eb1aabb0c3f46965",
        ),
        download_bytes=30_878_645,
        mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        stand_in="synthetic-fashion",
        are_strokes=False,
    ),
    DatasetInfo(
        name="synthetic-digits",
        title="Synthetic digits",
        description="Printed digits 0 to 9, bent and blurred by this program; a stand-in for MNIST.",
        classes=_DIGITS,
        folder="SyntheticDigits",
        mean=0.0957,
        std=0.2555,
        synthetic=True,
    ),
    DatasetInfo(
        name="synthetic-fashion",
        title="Synthetic fashion",
        description="Ten kinds of clothing, shoes and bags, drawn by this program; a stand-in for Fashion-MNIST.",
        classes=_GARMENTS,
        folder="SyntheticFashion",
        mean=0.1455,
        std=0.2690,
        synthetic=True,
        are_strokes=False,
    ),
)
CATALOG: dict[str, DatasetInfo] = {info.name: info for info in _SETS}
