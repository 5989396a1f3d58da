"""A QR code made of characters, for a terminal, or as a picture: a phone need not type the address."""

import io
import os

import segno
from markupsafe import Markup

_QUIET_ZONE = 2  # in modules; the standard wants 4, which a low terminal has no room for, and phones read 2
_ON_BLACK, _WHITE, _BLACK, _RESET = "\x1b[40;97m", "\x1b[107m", "\x1b[40m", "\x1b[0m"
_BLOCKS = "█▀▄"


def qr_code(text: str, encoding: str, columns: int) -> str:
    """Return the QR code of a text as lines for a terminal of this encoding and width; empty where it cannot be shown.

    Where the encoding has no block characters, spaces are coloured instead. The colours are always set, so that it is
    right on light and on dark terminals alike.
    """
    code = segno.make_qr(text, error="l")
    has_blocks, has_colours = _can_say(_BLOCKS, encoding), os.name != "nt"
    width, _ = code.symbol_size(border=_QUIET_ZONE)
    if not (has_blocks or has_colours) or width * (1 if has_blocks else 2) > columns:
        return ""
    lines = _in_blocks(code, has_colours) if has_blocks else _in_spaces(code)
    return "".join(f"{line}\n" for line in lines)


def qr_picture(text: str, words: str) -> Markup:
    """Return the QR code of a text as SVG, black on white in every theme; `words` is its name for screen readers."""
    code = segno.make_qr(text, error="m")
    return Markup(code.svg_inline(border=4, light="#fff", omitsize=True, title=words, svgclass=None, lineclass=None))


def _can_say(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _in_blocks(code: segno.QRCode, has_colours: bool) -> list[str]:
    drawn = io.StringIO()
    code.terminal(drawn, border=_QUIET_ZONE, compact=True)
    return [f"{_ON_BLACK}{line}{_RESET}" if has_colours else line for line in drawn.getvalue().splitlines()]


def _in_spaces(code: segno.QRCode) -> list[str]:
    rows = code.matrix_iter(border=_QUIET_ZONE)
    return ["".join(f"{_BLACK if module else _WHITE}  " for module in row) + _RESET for row in rows]
