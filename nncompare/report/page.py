"""A comparison as one self-contained HTML page."""

import platform
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare import __version__
from nncompare.analysis import Group, Order, Robustness, class_scores
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.config import RunConfig
from nncompare.data import CATALOG, load, png_data_uri
from nncompare.figures import best_epoch, figure_svg
from nncompare.figures.robustness import BESIDE
from nncompare.report.conclusion import concluded
from nncompare.report.fairness import aspects
from nncompare.report.fates import epochs_told, told
from nncompare.report.lesson import TakenLesson
from nncompare.report.pictures import CURVES, PICTURES
from nncompare.report.robustness import robustness_section
from nncompare.report.suspicion import suspicion
from nncompare.report.tables import exact_values, score_rows
from nncompare.templates import fill
from nncompare.words import clock, count, mebibytes, setting

_MOST_CARDS, _FIRST_CARDS = 100, 24
_MOST_LIKELY = 3


def report_page(result: ComparisonResult, taken: TakenLesson | None = None, tried: Sequence[Robustness] = ()) -> str:
    """Return the report as HTML: settings, curves, verdict, matrices, and the clearest disagreements.

    With several seeds, curves and verdict cover all of them, matrices and images only the first. If B was not trained,
    or a model has no weights, the parts that need both models are left out. A lesson that was taken comes first, and
    robustness that was tried last.
    """
    models = result.models
    info = CATALOG[result.comparison.dataset]
    verdict, conclusion = concluded(result)
    return fill(
        "nncompare.report",
        "report.html",
        taken=taken,
        info=info,
        comparison=result.comparison,
        images=info.used_images(result.comparison.train_images),
        seeds=list(result.by_seed),
        seed=result.seed,
        conclusion=conclusion,
        messages=_messages(result, said=conclusion.before),
        models=models,
        facts=_facts(result),
        aspects=aspects(*models, has_one_seed=not result.comparison.seed_gap) if len(models) > 1 else [],
        curves=[_svg(result, key) for key in CURVES],
        values=exact_values({model.name: model.history for model in models}),
        best={model.name: best_epoch(model.history, "accuracy") for model in models},
        judged=_judged(result) if verdict is not None else None,
        tried=[robustness_section(found, info, BESIDE) for found in tried if found.seed in result.by_seed],
        made=f"{datetime.now():%d %B %Y, %H:%M}",
        machine=f"nncompare {__version__}, Python {platform.python_version()}, {platform.system()}",
    )


def _messages(result: ComparisonResult, said: Sequence[str]) -> list[tuple[int, str]]:
    """List by seed what the runs say of themselves, but for what stands above the figures."""
    found = [(seed, told(model)) for seed, one in result.by_seed.items() for model in one.models if model.message]
    return list(dict.fromkeys((seed, sentence) for seed, sentence in found if sentence not in said))


def _facts(result: ComparisonResult) -> list[tuple[str, list[str]]]:
    models = result.models
    budget = result.comparison.memory_budget
    return [
        *(
            (str(field.title), [_setting(model, name) for model in models])
            for name, field in RunConfig.model_fields.items()
        ),
        ("Channels used", [count(model.plan.channels) if model.plan else "–" for model in models]),
        ("Batch used", [_batch(model) for model in models]),
        ("Parameters", [count(model.parameters) for model in models]),
        ("Memory for training", [mebibytes(model.plan.training_bytes) if model.plan else "–" for model in models]),
        ("Time", [clock(model.seconds) for model in models]),
        ("Device", [f"{model.device or '–'}, {model.precision or '–'}" for model in models]),
        ("Memory budget of the pair", [mebibytes(budget) if budget else "70% of what was available"] * len(models)),
        ("State", [str(model.state) for model in models]),
    ]


def _setting(model: ModelResult, name: str) -> str:
    config = model.config
    if name in ("optimizer", "epochs"):
        return config.optimizer_title if name == "optimizer" else epochs_told(model)
    return "–" if name == "momentum" and config.optimizer != "sgd" else setting(getattr(config, name))


def _batch(model: ModelResult) -> str:
    plan = model.plan
    if plan is None:
        return "–"
    steps = f"{plan.batch_size:,}{f' × {plan.accumulation_steps:,}' if plan.accumulation_steps > 1 else ''}"
    images = f"{plan.effective_batch_size:,}"
    if plan.takes_all_images:
        return f"{steps}, all {images} training images"
    return steps if plan.accumulation_steps == 1 else f"{steps} = {images}"


def _judged(result: ComparisonResult) -> dict[str, Any]:
    matrices = {name: result.confusion(name) for name in "AB"}
    a, b = map(class_scores, matrices.values())
    classes = CATALOG[result.comparison.dataset].classes
    cards = _cards(result, result.outcomes().select(Group.DISAGREE, Order.DIFFERENCE))
    suspects = suspicion(result)
    return {
        "pictures": [(PICTURES[key].title, _svg(result, key)) for key in PICTURES if key not in CURVES],
        "cards": cards[:_FIRST_CARDS],
        "more_cards": cards[_FIRST_CARDS:],
        "classes": classes,
        "matrices": {name: matrix.tolist() for name, matrix in matrices.items()},
        "scores": score_rows(a, b, classes),
        "disagreements": len(result.disagreements()),
        "suspicion": suspects,
        "suspects": _cards(result, suspects.images),
    }


def _svg(result: ComparisonResult, key: str) -> str:
    return figure_svg(*PICTURES[key].draw(result, "test"))


def _cards(result: ComparisonResult, chosen: NDArray[np.intp]) -> list[dict[str, Any]]:
    outcomes, images = result.outcomes(), load(result.comparison.dataset).images("test")
    classes = CATALOG[result.comparison.dataset].classes
    return [
        {
            "index": int(index),
            "label": classes[outcomes.labels[index]],
            "src": png_data_uri(images[index]),
            "likely": {
                name: [
                    (classes[k], float(scores[index, k]), k == outcomes.labels[index])
                    for k in scores[index].argsort()[::-1][:_MOST_LIKELY]
                ]
                for name, scores in (("A", outcomes.a), ("B", outcomes.b))
            },
        }
        for index in chosen[:_MOST_CARDS]
    ]
