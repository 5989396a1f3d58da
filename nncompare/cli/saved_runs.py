"""``nncompare runs``: what is saved, and what of it can go on."""

import json
from typing import Any

from nncompare.cli.output import aligned, tell
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.data import CATALOG
from nncompare.errors import UserError
from nncompare.messages import Setup
from nncompare.report.fairness import Difference, different_settings
from nncompare.store import RunFolder, Store, StoreError, Summary
from nncompare.words import accuracies, number_of

_TITLES = ["ID", "begun", "data set", "state", "test accuracy", "what differs"]
_COMMAND = "nncompare compare --resume"


def list_runs(*, as_json: bool) -> str:
    """List the saved comparisons, the newest first; what cannot be read is told on stderr."""
    store = Store.default()
    summaries = store.summaries()
    for sentence in store.unreadable().values():
        tell(sentence)
    if of_classes := store.of_classes():
        found = number_of(of_classes, "more comparison" if summaries else "comparison")
        tell(f"{found} from pages of a class: each browser has a history of its own.")
    if as_json:
        return json.dumps([_facts(summary) for summary in summaries], indent=2)
    if not summaries:
        own = " of your own" if of_classes else ""
        return f"No comparison{own} is saved in {store.home}."
    can_go_on = [f"Go on: {_COMMAND} {summary.id}" for summary in summaries if summary.is_interrupted]
    table = aligned([_TITLES, *map(_row, summaries)], are_figures=False)
    return "\n".join([*table, *([""] if can_go_on else []), *can_go_on[:1]])


def open_interrupted(id_: str) -> RunFolder:
    """Open a comparison that can go on, by its ID or its beginning; without one, the newest there is.

    Raises
    ------
    UserError
        When there is none.
    StoreError
        When it cannot be read.
    """
    store = Store.default()
    summaries = store.summaries()
    if not id_:
        found = [summary for summary in summaries if summary.is_interrupted]
        if not found:
            raise UserError(_nothing_to_resume(summaries))
        return store.open(found[0].id)
    if id_ in store.unreadable():
        return store.open(id_)  # which says why
    named = _named_by(id_, summaries)
    if named.is_open:
        raise UserError(f"{named.id} is being trained in another dashboard or shell. End it there first.")
    if not named.is_interrupted:
        raise UserError(f"{named.id} was not interrupted: it has {_ENDED[named.state_word]}.")
    return store.open(named.id)


def open_to_look_at(id_: str | None) -> RunFolder:
    """Open a saved comparison by its ID or its beginning, without one the newest that has finished, and say which.

    Raises as `open_interrupted` does.
    """
    store = Store.default()
    if id_ is not None:
        return store.open(id_ if id_ in store.unreadable() else _named_by(id_, store.summaries()).id)
    found = next((summary.id for summary in store.summaries() if summary.state_word == "finished"), None)
    if found is None:
        raise UserError("No saved comparison has finished. Train one first, or name another one with --run.")
    tell(f"asking the models of {found}, the newest comparison that has finished.")
    return store.open(found)


def way_on(id_: str | None) -> str:
    """Say where an interrupted comparison is kept, and how to go on; nothing where it has ended."""
    store = Store.default()
    if id_ is None:
        return "It was not saved."
    try:
        models = store.open(id_).summary().models
    except StoreError as error:
        return f"It was not saved. {error}"
    is_interrupted = any(model.is_interrupted for model in models)
    return f"It is kept as {id_} in {store.home}. To go on: {_COMMAND} {id_}" if is_interrupted else ""


def _named_by(id_: str, summaries: list[Summary]) -> Summary:
    named = [summary for summary in summaries if summary.id.startswith(id_)]
    if len(named) != 1 or not id_:
        raise UserError(f"There is no saved comparison {id_[:40]}. nncompare runs lists those that there are.")
    return named[0]


_ENDED = {"failed": "failed", "stopped": "been stopped", "finished": "finished"}


def _nothing_to_resume(summaries: list[Summary]) -> str:
    training = [summary.id for summary in summaries if summary.is_open]
    more = f" {training[0]} is being trained in another dashboard or shell." if training else ""
    return f"There is no interrupted comparison to resume.{more}"


def _row(summary: Summary) -> list[str]:
    seeds = summary.comparison.repeat
    found = summary.test_accuracies
    told = accuracies(list(found.values()))
    return [
        summary.id,
        summary.created.astimezone().strftime("%Y-%m-%d %H:%M"),
        CATALOG[summary.comparison.dataset].title + (f", {seeds} seeds" if seeds > 1 else ""),
        summary.state_word,
        ", ".join(
            f"{_named(summary, name)} {words}{_then(summary, name)}" for name, words in zip(found, told, strict=True)
        ),
        "; ".join(f"{one.name} {one.a} and {one.b}" for one in _differences(summary))
        or ("nothing" if len(found) > 1 else "A alone"),
    ]


def _named(summary: Summary, name: str) -> str:
    own = summary.labels.of(name).name
    return f"{name} “{own}”" if own else name


def _then(summary: Summary, name: str) -> str:
    """Say after how many epochs a model had its accuracy, where it has not finished; from several seeds they differ."""
    runs = [model for model in summary.models if model.name == name]
    if len(runs) > 1 or runs[0].state == "finished" or runs[0].test_accuracy is None:
        return ""
    return f" ({runs[0].epochs} of {runs[0].config.epochs} epochs)"


def _facts(summary: Summary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "created": summary.created.isoformat(),
        "state": summary.state_word,
        "can_be_resumed": summary.is_interrupted,
        "comparison": summary.comparison.model_dump(mode="json"),
        "differs": {one.name: [one.a, one.b] for one in _differences(summary)},
        "models": [
            {
                "seed": model.seed,
                "name": model.name,
                "state": model.state,
                "epochs": model.epochs,
                "test_accuracy": model.test_accuracy,
                "label": summary.labels.of(model.name).model_dump(),
            }
            for model in summary.models
        ],
    }


def _differences(summary: Summary) -> list[Difference]:
    """List the settings in which both models differ, with the epochs that were added to the first seed."""
    configs = {model.name: model.config for model in reversed(summary.models)}
    views = [RunView(Setup(configs[name]), state=State.IDLE) for name in sorted(configs)]
    return different_settings(*views) if len(views) > 1 else []
