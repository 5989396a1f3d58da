"""Keeps what was measured: one JSON file with every single value, one page to read, and the pictures."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rows import COLUMNS, Measured, Row, markdown
from surroundings import ROOT, Surroundings

FOLDER = ROOT / "benchmarks" / "results"


def keep(
    folder: Path, around: Surroundings, options: dict[str, object], measured: Measured, chosen: Sequence[str] = ()
) -> Path:
    """Write everything into `folder`, named after day, commit and what was chosen, and return the page.

    Files of an earlier run of the same name are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = "-".join([around.date[:10], around.commit, *chosen])
    for ending, content in measured.pictures.items():
        (folder / f"{name}-{ending}").write_text(content, encoding="utf-8")
    kept = {
        "surroundings": asdict(around),
        "options": options,
        "rows": [{**asdict(row), "ratio": row.ratio, "reached": row.reaches(row.wanted)} for row in measured.rows],
        "tables": [asdict(table) for table in measured.tables],
    }
    (folder / f"{name}.json").write_text(json.dumps(kept, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    page = folder / f"{name}.md"
    page.write_text(_page(name, around, options, measured), encoding="utf-8")
    return page


def _page(name: str, around: Surroundings, options: dict[str, object], measured: Measured) -> str:
    parts = [
        f"# {name}",
        "  \n".join(around.lines()),
        ", ".join(f"{key}: {value}" for key, value in options.items()),
        markdown(COLUMNS, [row.cells() for row in measured.rows]),
        "## Every round",
        markdown(["row", "ours", "theirs"], [_every_round(row) for row in measured.rows]),
    ]
    for table in measured.tables:
        parts += [f"## {table.title}", markdown(table.columns, table.lines)]
    parts += [f"![{ending}]({name}-{ending})" for ending in measured.pictures]
    return "\n\n".join(parts) + "\n"


def _every_round(row: Row) -> list[str]:
    ours, theirs = (", ".join(f"{value:.4g}" for value in values) for values in (row.ours, row.theirs))
    return [row.name, f"{ours} {row.unit}", theirs]
