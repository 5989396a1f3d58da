"""The settings that are rarely changed, below a line that opens them and tells what is in them."""

from collections.abc import Iterable, Mapping

from nncompare.config import Comparison, RunConfig
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Part, column, hide, row
from nncompare.ui.panels.model_form import RARE, ModelForm
from nncompare.ui.panels.shared_settings import SHARED, SharedSettings
from nncompare.ui.refresher import Refresher


class MoreSettings:
    """A line to press, and what it opens: the rest of both forms, and what both models share."""

    def __init__(
        self, refresher: Refresher, forms: Mapping[str, ModelForm], shared: SharedSettings, beside: Part
    ) -> None:
        self._forms, self._shared = forms, shared
        self.is_open, self._problems = False, frozenset[str]()
        self.line = Clickable(refresher.posting(lambda _: self._turn()), "nnc-rare-line")
        self.content = row("nnc-forms nnc-rare", [form.more for form in forms.values()])
        self.box = column("nnc-rare-place", [row("nnc-folds", [self.line, beside]), self.content, shared])

    def show(self, problems: Iterable[str]) -> None:
        """Tell what is inside, and what of it is not as usual, or among the `problems`: such as ``B.schedule``."""
        self._problems, titles = frozenset(problems), self._titles()
        wrong = [title for name, title in titles.items() if name in self._problems]
        shared, _ = self._shared.read()
        changed = [title for name, title in titles.items() if title not in wrong and self._is_changed(name, shared)]
        contents = f"{_listed(RunConfig, RARE)} · for both: {_listed(Comparison, SHARED)}"
        self.line.show("more.html", is_open=self.is_open, contents=contents, changed=changed, wrong=wrong)
        for part in (self.content, self._shared.box):
            hide(part, not self.is_open)

    def _turn(self) -> None:
        self.is_open = not self.is_open
        self.show(self._problems)

    def _titles(self) -> dict[str, str]:
        """Return the settings that are inside: the names of problems, and the words for them."""
        used = [name for name, form in self._forms.items() if form.is_used]
        rare = {f"{name}.{field}": f"{_title(RunConfig, field)} of {name}" for name in used for field in RARE}
        return rare | {field: _title(Comparison, field) for field in SHARED}

    def _is_changed(self, name: str, shared: Mapping[str, object]) -> bool:
        model, _, field = name.rpartition(".")
        if model:
            return self._forms[model].value(field) != RunConfig.model_fields[field].default
        return shared.get(field) != Comparison.model_fields[field].default


def _listed(model: type[RunConfig | Comparison], names: Iterable[str]) -> str:
    return ", ".join(_title(model, name) for name in names)


def _title(model: type[RunConfig | Comparison], name: str) -> str:
    return str(model.model_fields[name].title).lower()
