"""The settings of a comparison: frozen, validated, and documented field by field.

Forms, command-line flags and error messages are generated from the fields below.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo

from nncompare.catalog import CATALOG
from nncompare.settings import AMBIGUOUS, Integer, Number, Settings, is_whole_number

if TYPE_CHECKING:
    DatasetName = str
else:
    DatasetName = Literal[*CATALOG]
OptimizerName = Literal["adam", "sgd"]
OPTIMIZERS: dict[OptimizerName, str] = {"adam": "Adam", "sgd": "SGD"}
ScheduleName = Literal["constant", "one-cycle"]
Precision = Literal["auto", "float32", "bfloat16"]
SplitName = Literal["train", "test"]

LARGEST_SEED = 2**32 - 1
_MOST_SENTENCES = 20


class RunConfig(Settings):
    """The settings of one network and of its training.

    Raises
    ------
    pydantic.ValidationError
        If a value is outside its bounds; `explain` turns the error into one sentence per field.
    """

    channels: Integer = Field(
        16,
        ge=1,
        le=256,
        title="Channels",
        description="Feature maps of the first convolution; the second has twice, the third four times as many.",
    )
    dropout: Number = Field(
        0.25,
        ge=0,
        lt=1,
        title="Dropout",
        description="Share of the features that is switched off at random while training.",
    )
    batch_size: Integer = Field(
        64,
        ge=1,
        le=60_000,
        title="Batch size",
        description="Images between two updates of the weights. The next power of two is used.",
        json_schema_extra={"unit": "images"},
    )
    learning_rate: Number = Field(
        0.001,
        gt=0,
        le=10,
        title="Learning rate",
        description="Length of each update. Adam likes 0.001; SGD likes 0.01 to 0.1.",
    )
    optimizer: OptimizerName = Field(
        "adam",
        title="Optimiser",
        description="Adam adapts the length of each update by itself; SGD follows the plain gradient.",
    )
    momentum: Number = Field(
        0.9,
        ge=0,
        lt=1,
        title="Momentum",
        description="How much of the last update SGD keeps. Adam does not use it.",
    )
    epochs: Integer = Field(
        3,
        ge=1,
        le=100,
        title="Epochs",
        description="How many times every training image is seen.",
    )
    schedule: ScheduleName = Field(
        "constant",
        title="Schedule",
        description="One cycle: the learning rate rises from a tenth over a fifth of the training, then falls to a "
        "hundredth.",
    )
    weight_decay: Number = Field(
        0.0,
        ge=0,
        le=1,
        title="Weight decay",
        description="Every update also shrinks the weights by this share of the learning rate, as AdamW does.",
    )
    label_smoothing: Number = Field(
        0.0,
        ge=0,
        lt=1,
        title="Label smoothing",
        description="Share of each label that is spread over all classes while training. The training loss counts it.",
    )

    @property
    def optimizer_title(self) -> str:
        """The optimiser as the user reads it."""
        return OPTIMIZERS[self.optimizer]


class Comparison(Settings):
    """Everything that determines a comparison: two networks, their images, and the seed.

    Reads and writes JSON (`model_validate_json`, `model_dump_json`).
    """

    dataset: DatasetName = Field("mnist", title="Data set", description="The images that both networks learn.")
    a: RunConfig = Field(default_factory=RunConfig, title="Model A", description="Settings of model A.")
    b: RunConfig | None = Field(
        default_factory=RunConfig, title="Model B", description="Settings of model B; none to train A alone."
    )
    seed: Integer = Field(
        0,
        ge=0,
        le=LARGEST_SEED,
        title="Seed",
        description="Start of every random choice. The same seed gives the same run.",
    )
    seed_gap: Integer = Field(
        0,
        ge=0,
        le=LARGEST_SEED,
        title="Seed gap",
        description="By how much the seed of model B is higher. With 1, equal settings show what luck alone does.",
    )
    precision: Precision = Field(
        "auto",
        title="Precision",
        description="Number format of the computation. Auto takes the faster one for both models, as measured on the "
        "device.",
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        title="Device",
        description="Where the training runs: auto, cpu, cuda or cuda:1. Auto takes CUDA where it is there.",
    )
    memory_budget: Integer | None = Field(
        None,
        ge=1,
        title="Memory budget",
        description="Memory for both models together, half each. Without one: 70% of what is available. The page asks "
        "for MiB; elsewhere it is in bytes, or has a unit: 512 MiB.",
        json_schema_extra={"unit": "bytes"},
    )
    train_images: Integer | None = Field(
        None,
        ge=1_000,
        le=60_000,
        title="Training images",
        description="How many of the 60,000 training images are used. None: all.",
        json_schema_extra={"unit": "images"},
    )
    repeat: Integer = Field(
        1,
        ge=1,
        le=10,
        title="Repeat",
        description="How many times both are trained, each time from the next seed. More seeds make the verdict more "
        "certain.",
        json_schema_extra={"unit": "seeds"},
    )

    @property
    def seeds(self) -> list[int]:
        """The seeds that the pair is trained from."""
        return [(self.seed + number) % (LARGEST_SEED + 1) for number in range(self.repeat)]

    def seed_of(self, model: str) -> int:
        """Return the seed that model "A" or "B" starts from, of the first pair."""
        return (self.seed + (self.seed_gap if model == "B" else 0)) % (LARGEST_SEED + 1)


def require_split(name: str) -> None:
    """Raise a ValueError, a sentence for the user, where no split has this name."""
    if name not in get_args(SplitName):
        raise ValueError(f"There is no split named {name!r}; there are test and train.")


def require_comparison(given: object) -> None:
    """Raise a TypeError, a sentence for the user, for what is no `Comparison`, such as the name of a data set."""
    if not isinstance(given, Comparison):
        raise TypeError(f'A Comparison is needed, such as Comparison(dataset="mnist"); got {given!r}.')


def bounds(field: FieldInfo) -> str:
    """Return in words which values a field accepts, such as ``a whole number from 1 to 256``."""
    choices = get_args(field.annotation)
    if choices and all(isinstance(choice, str) for choice in choices):
        return " or ".join([", ".join(choices[:-1]), choices[-1]])
    lowest, highest = "", ""
    for rule in field.metadata:
        lowest = f"from {rule.ge:,}" if hasattr(rule, "ge") else lowest
        lowest = f"above {rule.gt:,}" if hasattr(rule, "gt") else lowest
        highest = f"to {rule.le:,}" if hasattr(rule, "le") else highest
        highest = f"to below {rule.lt:,}" if hasattr(rule, "lt") else highest
        if hasattr(rule, "pattern"):
            return "auto, cpu, cuda or cuda:N"
    kind = "a whole number" if is_whole_number(field) else "a number"
    return " ".join(part for part in (kind, lowest, highest) if part)


def explain(error: ValidationError, model: type[BaseModel], below: str = "") -> dict[str, str]:
    """Turn a validation error into one sentence for each invalid field; of those `below` another field, where named.

    The sentences are by dotted field name (``batch_size``, ``a.channels``).
    """
    sentences: dict[str, str] = {}
    for problem in error.errors():
        path = [part for part in problem["loc"] if isinstance(part, str)]
        if below and (path[:1] != [below] or len(path) == 1):
            continue
        path = path[1:] if below else path
        ambiguity = problem["msg"] if problem["type"] == AMBIGUOUS else ""
        sentences.setdefault(".".join(path), _sentence(path, problem["input"], model, ambiguity))
    return sentences


def one_sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """Join the sentences of `explain` into one line: the first twenty of them at most."""
    return " ".join(list(explain(error, model).values())[:_MOST_SENTENCES])


def from_text(values: Mapping[str, Any]) -> tuple[RunConfig | None, dict[str, str]]:
    """Read the texts of a form; see `number_text` for how a number may be written.

    Return the settings, None if a field is invalid, and one sentence for each invalid field, by name.
    """
    try:
        return RunConfig.model_validate({name: _stripped(value) for name, value in values.items()}), {}
    except ValidationError as error:
        return None, explain(error, RunConfig)


def read_field(model: type[Settings], name: str, text: str) -> tuple[Any, str]:
    """Read the text of one field as `from_text` does; return its value, or None, and a sentence if it is invalid."""
    try:
        return getattr(model.model_validate({name: _stripped(text)}), name), ""
    except ValidationError as error:
        return None, one_sentence(error, model)


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _sentence(path: list[str], value: object, model: type[BaseModel], ambiguity: str) -> str:
    owner: type[BaseModel] = model
    prefix = ""
    if len(path) > 1 and path[0] in ("a", "b"):
        owner, prefix = RunConfig, f"Model {path[0].upper()}: "
    name = path[-1] if path else ""
    field = owner.model_fields.get(name)
    if field is None:
        return f"{prefix}There is no setting named {shown(name)!r}; there are {', '.join(owner.model_fields)}."
    if name in ("a", "b"):
        return f"{field.title} must be a set of settings; got {shown(value)}."
    if ambiguity:
        return f"{prefix}{field.title} {ambiguity}"
    return f"{prefix}{field.title} must be {bounds(field)}; got {shown(value)}."


def shown(value: object) -> str:
    """Write a wrong value into a sentence: not all of a long one."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return "nothing"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and value.bit_length() > 1_000:  # Python refuses to write out very long numbers
        return "a number of hundreds of digits"
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."
