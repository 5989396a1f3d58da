"""Settings that are opened from a file, saved in one, and shared as a link."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import ValidationError

from nncompare.config import Comparison, one_sentence
from nncompare.environment import environment
from nncompare.settings_file import LARGEST_BYTES, read_settings
from nncompare.ui.clickable import OpenFile
from nncompare.ui.elements import Place, row
from nncompare.ui.refresher import Refresher


class SettingsFile:
    """Opens a file and calls `on_open` with its settings; a foreign file is told in the `note`."""

    def __init__(self, refresher: Refresher, on_open: Callable[[Comparison], None]) -> None:
        self._on_open = on_open
        self.file = OpenFile("Open settings", ".json", LARGEST_BYTES, refresher.posting(self._open))
        self.note, self.kept = Place("nnc-file-note"), Place("nnc-keep")
        self.box = row("nnc-files", [self.file, self.kept])

    def keep(self, comparison: Comparison | None, link: str) -> None:
        """Offer settings as a file and as a link."""
        json = comparison.model_dump_json(indent=2) if comparison else ""
        self.kept.show("keep.html", json=json, link=link, needs=needs_of(link))

    def _open(self, name: str, content: bytes | None) -> None:
        try:
            if content is None:
                raise ValueError("is too large to be a file of settings.")
            comparison = Comparison.model_validate(read_settings(content))
        except ValidationError as error:
            self.note.tell(f"{name} was not taken. {one_sentence(error, Comparison)}")
        except ValueError as error:
            self.note.tell(f"{name} was not taken: it {error}")
        else:
            self._on_open(comparison)
            self.note.show("opened.html", name=name)


def needs_of(link: str) -> str:
    """Say what others need to open a link to this server; nothing where the link is enough."""
    here = urlsplit(link)
    instead = f"the server’s own address instead of {here.netloc}" if _is_local(here.hostname or "") else ""
    token = "the server’s token if it asks for one" if environment().class_id and not environment().is_hub else ""
    needed = ", and ".join(filter(None, [instead, token]))
    return f"Others need {needed}." if link and needed else ""


def _is_local(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
