"""Numbers as people write them, with decimal commas and marks between thousands.

The one reader of numbers that come as text: `config.Settings` asks it for every field, wherever the text is from.
"""

import math
import re
from collections.abc import Sequence

# What is pasted between thousands: fixed, narrow, thin and figure spaces, and the apostrophe of word processors.
_ALIKE = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{FIGURE SPACE}": " ",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MINUS SIGN}": "-",
    }
)
_NUMBER = re.compile(r"([+-]?)([0-9 '_.,]*)((?:[eE][+-]?[0-9]{1,9})?)")
# Three digits behind every mark, and the same mark everywhere.
_GROUPS = re.compile(r"[1-9][0-9]{0,2}([ '_.,])[0-9]{3}(?:\1[0-9]{3})*")

_UNITS = "KMGT"
_SIZE = re.compile(rf"(.*[0-9])\s*([{_UNITS}])i?B?", re.IGNORECASE)


def meanings(text: str, *, is_whole: bool) -> list[int | float]:
    """Return the numbers that a text can mean: none, one, or the one with a fraction before the one in thousands.

    Where only whole numbers are asked for, a comma is never a decimal sign, and there are no exponents.

    Examples
    --------
    >>> meanings("60 000", is_whole=True), meanings("0,001", is_whole=False)
    ([60000], [0.001])
    >>> meanings("1.000", is_whole=True), meanings("1,00", is_whole=True)
    ([1.0, 1000], [])
    """
    found = _NUMBER.fullmatch(text.strip().translate(_ALIKE))
    if found is None or (is_whole and found[3]):
        return []
    sign, digits, exponent = found.groups()
    can_be_grouped = not exponent and _GROUPS.fullmatch(digits)
    plain = _grouped(digits, is_whole) if can_be_grouped else _ungrouped(digits, is_whole)
    return [_value(f"{sign}{one}{exponent}") for one in plain]


def size_bytes(text: str) -> int | None:
    """Return the bytes of a size with a unit, which counts in 1,024, as memory does; None for any other text.

    Marks between thousands that could be a decimal sign are none: of 1,000 MB either could be meant, so None, too.

    Examples
    --------
    >>> size_bytes("8 MiB"), size_bytes("1.5GB"), size_bytes("8")
    (8388608, 1610612736, None)
    """
    found = _SIZE.fullmatch(text.strip())
    numbers = meanings(found[1], is_whole=False) if found is not None else []
    if found is None or len(numbers) != 1:
        return None
    size = numbers[0] * 1024.0 ** (1 + _UNITS.index(found[2].upper()))
    return round(size) if math.isfinite(size) else None


def ambiguity(text: str, found: Sequence[int | float], *, is_whole: bool) -> str:
    """Say of a text with two meanings how to write each of them; the beginning of the sentence is the field's title."""
    fraction, thousands = found
    if is_whole and fraction % 1:
        return f"{text.strip()} is not a whole number. For {thousands:,} write {thousands}."
    plain = f"{fraction:g}"
    certain = plain + "0" if len(plain.partition(".")[2]) == 3 else plain
    return f"{text.strip()} can mean {plain} or {thousands:,}. Write {certain} or {thousands}."


def _grouped(digits: str, is_whole: bool) -> list[str]:
    thousands = _without_marks(digits)
    has_one_mark = len(digits) == len(thousands) + 1
    is_decimal = has_one_mark and ("." in digits or ("," in digits and not is_whole))
    return [digits.replace(",", "."), thousands] if is_decimal else [thousands]


def _ungrouped(digits: str, is_whole: bool) -> list[str]:
    if digits.isdigit():
        return [digits]
    mark = next((sign for sign in reversed(digits) if not sign.isdigit()), " ")
    whole, _, fraction = digits.rpartition(mark)
    if mark not in ".," or mark in whole or not whole + fraction:
        return []
    if fraction and _GROUPS.fullmatch(whole):  # 1.000,5 and 1,000.5 and 1 000,5
        return [f"{_without_marks(whole)}.{fraction}"]
    is_plain = (whole.isdigit() or not whole) and not (is_whole and mark == ",")
    return [f"{whole}.{fraction}"] if is_plain else []


def _without_marks(digits: str) -> str:
    return re.sub("[^0-9]", "", digits)


def _value(plain: str) -> int | float:
    try:
        return int(plain)
    except ValueError:  # a fraction, an exponent, or more digits than Python reads
        return float(plain)
