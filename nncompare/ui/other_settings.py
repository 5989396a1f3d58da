"""In what a comparison differs from the settings that stand on the page."""

from collections.abc import Iterator
from typing import Any

from nncompare.catalog import CATALOG
from nncompare.config import OPTIMIZERS, Comparison
from nncompare.settings import Settings
from nncompare.words import mebibytes, setting

_MOST = 3


def other_settings(shown: Comparison, page: Comparison) -> list[str]:
    """List the settings of what is shown that are others on the page, such as "channels 8, now 16"; the first few."""
    found = [*_different("", shown, page), *_different(" (A)", shown.a, page.a)]
    if shown.b is not None and page.b is not None:
        found += _different(" (B)", shown.b, page.b)
    elif shown.b is not page.b:
        found.append("A alone" if shown.b is None else "two models")
    return found if len(found) <= _MOST else [*found[:_MOST], f"and {len(found) - _MOST} more"]


def _different(whose: str, shown: Settings, page: Settings) -> Iterator[str]:
    for name, field in type(shown).model_fields.items():
        value = getattr(shown, name)
        if name not in ("a", "b") and value != getattr(page, name):
            now = _words(name, getattr(page, name))
            yield f"{str(field.title).lower()} {_words(name, value)}{whose}, now {now}"


def _words(name: str, value: Any) -> str:
    if name == "dataset":
        return CATALOG[value].title
    if name == "optimizer":
        return OPTIMIZERS[value]
    if value is None:
        return "all" if name == "train_images" else "none"
    return mebibytes(value) if name == "memory_budget" else setting(value)
