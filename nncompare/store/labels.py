"""The names and notes that users give to the models of a saved comparison."""

import shutil
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nncompare.store.errors import StoreError
from nncompare.store.files import TEMPORARY, numbered, read_folder, write_folder

LABELS, _FILE = "labels", "labels.json"
LONGEST_NAME, LONGEST_NOTE = 60, 500


class Label(BaseModel):
    """What a user has written to one model."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class Labels(BaseModel):
    """The file ``labels.json``: a label by model ("A", "B"); a model without one is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    models: dict[str, Label] = Field(default_factory=dict)

    def of(self, name: str) -> Label:
        """Return the label of a model."""
        return self.models.get(name, Label())

    def with_label(self, name: str, label: Label) -> "Labels":
        """Return these with another label of one model."""
        return Labels(models={**self.models, name: label})


def read_labels(folder: Path) -> Labels:
    """Read the newest intact labels from the folder of a comparison; there may be none, as in older ones."""
    for version in reversed(numbered(folder / LABELS)):
        try:
            return Labels.model_validate_json(read_folder(version, (_FILE,))[_FILE])
        except (StoreError, ValidationError):
            continue
    return Labels()


def write_labels(folder: Path, labels: Labels) -> None:
    """Write labels into the folder of a comparison: they are there whole, or those before them still are."""
    versions = numbered(folder / LABELS)
    number = int(versions[-1].name) + 1 if versions else 1
    write_folder(folder / LABELS / f"{number:06d}", {_FILE: labels.model_dump_json(indent=1).encode()})
    for old in (*versions, *(folder / LABELS).glob(TEMPORARY + "*")):
        shutil.rmtree(old, ignore_errors=True)
