"""The History step on a store in a temporary folder, and what a user does there."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from processes import until

from nncompare.config import Comparison, RunConfig
from nncompare.history import PER_EPOCH, Curve, History
from nncompare.messages import Setup
from nncompare.store import RunFolder, RunRecord, Store
from nncompare.store.files import CHECKSUMS, _checksums
from nncompare.ui.refresher import Refresher
from nncompare.ui.steps.history import HistoryStep

A, B = RunConfig(channels=4, epochs=2), RunConfig(channels=8, epochs=2, optimizer="sgd")
_WHAT = "the list gets there"


def history_of(accuracy: float) -> History:
    """Make up two epochs of a model, of which the last one has this test accuracy."""
    counts: dict[str, Any] = {"epoch": [1.0, 2.0], "images": [500, 1000], "steps": [5, 10], "seconds": [0.5, 1.0]}
    points = Curve(**counts, loss=[0.4, 0.3], accuracy=[0.8, accuracy])
    per_epoch: dict[str, Any] = {name: [0.5, accuracy] for name in PER_EPOCH}
    return History(**per_epoch, train=points, test=points)


class HistoryPage:
    """What the step has asked for is in `opened`, `used` and `overlays`."""

    def __init__(self, home: Path) -> None:
        self.store, self.refresher = Store(home), Refresher(lambda: None)
        self.opened: list[str] = []
        self.used: list[tuple[RunConfig, str]] = []
        self.overlays: list[Any] = []
        self.step = HistoryStep(self.refresher, self.store, self.opened.append, self._on_use, self.overlays.append)
        self.refresher.start()

    def close(self) -> None:
        """End its thread."""
        self.refresher.close()
        self.refresher.thread.join(90)
        assert not self.refresher.thread.is_alive()

    def _on_use(self, config: RunConfig, name: str) -> None:
        self.used.append((config, name))

    # What was trained before

    def begin(self) -> RunFolder:
        """Save a comparison of which nothing is known, and hold it."""
        return self.store.create(Comparison(dataset="synthetic-digits", a=A, b=B))

    def save(self, state: str = "finished", repeat: int = 1) -> str:
        """Save a comparison as one that has ended, or was left in the middle."""
        comparison = Comparison(dataset="synthetic-digits", a=A, b=B, repeat=repeat)
        folder = self.store.create(comparison)
        for seed in comparison.seeds:
            for name, config, accuracy in (("A", A, 0.9 + 0.02 * seed), ("B", B, 0.95)):
                folder.save(seed, name, RunRecord(Setup(config), state, history=history_of(accuracy)))
        folder.release()
        return folder.id

    def make_older(self, id_: str, days: int) -> str:
        """Date a comparison back, as if the clock had been so many days behind; return which one."""
        for head in (self.store.home / "runs" / id_, self.store.home / "runs" / id_ / "copy"):
            values = json.loads((head / "comparison.json").read_text())
            values["created"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            content = {"comparison.json": json.dumps(values).encode()}
            for name, data in {**content, CHECKSUMS: _checksums(content)}.items():
                (head / name).write_bytes(data)
        return id_

    # What is seen

    @property
    def html(self) -> str:
        """The table."""
        return self.step.table.list.html

    @property
    def rows(self) -> list[str]:
        """The keys of the models in the table, in their order."""
        return re.findall(r'data-pick="row:(\S+?)"', self.html)

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so."""
        until(is_so, _WHAT)

    def read(self, *texts: str) -> None:
        """Read the store again, and wait until the table says all of this."""
        self.step.refresh()
        self.wait_for(*texts)

    def wait_for(self, *texts: str) -> None:
        """Wait until the table says all of this."""
        self.until(lambda: all(text in self.html for text in texts))

    def wait_without(self, text: str) -> None:
        """Wait until the table does not say this any more."""
        self.until(lambda: text not in self.html)

    def wait_for_rows(self, wanted: Sequence[str], part: Callable[[str], str] = str) -> None:
        """Wait until the keys of the models, or a part of each, are these in this order."""
        self.until(lambda: list(map(part, self.rows)) == list(wanted))

    # What is pressed

    def press(self, pick: str) -> None:
        """Press a button that is on the page."""
        assert f'data-pick="{pick}"' in self.html
        self.step.table.list.pick(pick)

    def unfold(self, id_: str, model: str = "a") -> None:
        """Show everything about a model."""
        self.press(f"row:{id_}:{model}")
        self.wait_for(f'data-pick="edit:{id_}:{model}"')

    def edit(self, id_: str, model: str) -> str:
        """Open the form with name and note of a model that is unfolded; return which form it is."""
        self.press(f"edit:{id_}:{model}")
        self.wait_for(f'data-form="label:{id_}:{model}"')
        return f"label:{id_}:{model}"

    def label(self, id_: str, model: str, **fields: str) -> None:
        """Fill in the form of a model as the page does."""
        self.unfold(id_, model)
        form = self.edit(id_, model)
        self.step.table.list.submit(form, fields)
        self.wait_without(f'data-form="{form}"')

    def preview(self, *texts: str, age: int = 0, size: int = 0) -> None:
        """Choose what is kept, look at what would go, and wait until that is said."""
        cleaning = self.step.clean_up
        cleaning.age.value, cleaning.size.value = age, size
        cleaning.box.children[0].children[-1].click()
        self.until(lambda: all(text in cleaning.preview.html for text in texts))
