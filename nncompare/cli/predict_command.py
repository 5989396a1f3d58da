"""``nncompare predict``: what both models of a saved comparison say to a picture."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.catalog import DatasetInfo, dataset_info
from nncompare.cli.output import aligned, tell
from nncompare.cli.saved_runs import open_to_look_at
from nncompare.comparison.looked_at import saved_result
from nncompare.comparison.result import ComparisonResult
from nncompare.engine.shared import shared_engine
from nncompare.errors import UserError
from nncompare.pictures import LARGEST_BYTES, PictureError, prepare, read
from nncompare.words import percent

_LIKELIEST = 3
Answers = Mapping[str, NDArray[np.float32]]
"""Class probabilities (K,) by model."""


def predict(arguments: argparse.Namespace) -> str:
    """Return what the models say, as text or as JSON.

    Raises
    ------
    UserError
        When the picture or the comparison cannot be used.
    StoreError, EngineError
        When the comparison cannot be read, or there is no worker.
    """
    folder = open_to_look_at(arguments.id)
    info = dataset_info(folder.comparison.dataset)
    image = _prepared(arguments.picture, info, as_drawn=arguments.as_drawn)
    shared_engine.join()
    whole, note = saved_result(folder, shared_engine)
    if note:
        tell(note)
    result = _of_seed(whole, arguments.seed)
    try:
        found = result.predict_images(image)
    except ValueError as error:
        raise UserError(f"{folder.id} cannot be asked. {error}") from None
    answers = {name: table[0] for name, table in found.items()}
    write = _json if arguments.json else _text
    return write(folder.id, arguments.picture, result, info, answers)


def _prepared(file: str, info: DatasetInfo, *, as_drawn: bool) -> NDArray[np.uint8]:
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
        return prepare(read(content), as_drawn, are_strokes=info.are_strokes)
    except OSError as error:
        raise UserError(f"{file} cannot be opened: {error.strerror}.") from None
    except PictureError as error:
        raise UserError(f"{file}: {error}") from None


def _of_seed(whole: ComparisonResult, seed: int | None) -> ComparisonResult:
    if seed is None:
        return whole
    if seed not in whole.by_seed:
        raise UserError(f"Nothing was trained with seed {seed}; there are {', '.join(map(str, whole.by_seed))}.")
    return whole.by_seed[seed]


def _json(id_: str, picture: str, result: ComparisonResult, info: DatasetInfo, answers: Answers) -> str:
    models = {
        model.name.lower(): {
            "answer": info.classes[int(answers[model.name].argmax())],
            "epochs": model.epoch,
            "probabilities": dict(zip(info.classes, answers[model.name].astype(float).tolist(), strict=True)),
        }
        for model in result.models
        if model.name in answers
    }
    about = {"id": id_, "picture": picture, "dataset": info.name, "seed": result.seed}
    return json.dumps({**about, "models": models}, indent=2)


def _text(id_: str, picture: str, result: ComparisonResult, info: DatasetInfo, answers: Answers) -> str:
    title = f"{picture}, shown to the models of {id_}: {info.title}, seed {result.seed}"
    epochs = [f"{model.epoch:g}" for model in result.models if model.name in answers]
    columns = [_likeliest(shares, info) for shares in answers.values()]
    ranks = [["answer" if not rank else "then", *cells] for rank, cells in enumerate(zip(*columns, strict=True))]
    rows = [["", *(f"model {name}" for name in answers)], ["epochs", *epochs], *ranks]
    return "\n".join([title, "", *aligned(rows, are_figures=True), "", _sentence(info, answers)])


def _likeliest(shares: NDArray[np.float32], info: DatasetInfo) -> list[str]:
    return [f"{info.classes[k]} {percent(float(shares[k]))}" for k in shares.argsort()[::-1][:_LIKELIEST]]


def _sentence(info: DatasetInfo, answers: Answers) -> str:
    said = {name: info.classes[int(shares.argmax())] for name, shares in answers.items()}
    if len(said) > 1 and len(set(said.values())) == 1:
        return f"Both say {next(iter(said.values()))}."
    return f"{', '.join(f'{name} says {words}' for name, words in said.items())}."
