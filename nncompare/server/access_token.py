"""The tokens of the class and of its teacher, where they are given: in a way that other users cannot see."""

import os
import re
import stat
from pathlib import Path

from nncompare.environment import TOKEN, TOKEN_FILE, take
from nncompare.errors import UserError

_SHORTEST = 16
_LONGEST = 512
_SECRET = re.compile(f"[ -~]{{{_SHORTEST},{_LONGEST}}}")  # printable ASCII


def given_token(variable: str = TOKEN, file_variable: str = TOKEN_FILE) -> str | None:
    """Return the token in the environment, or in the file that it names; None where neither is there.

    Kernels inherit the environment and have no need of it, so it is removed there.

    Raises
    ------
    UserError
        When it is too short to be a secret, or when others can read the file.
    """
    token, file = take(variable, file_variable)
    if token is None and file is not None:
        token = _read(Path(file))
    if token is not None and not _SECRET.fullmatch(token := token.strip()):
        raise UserError(
            f"The token must be {_SHORTEST} to {_LONGEST} letters, digits and signs, as {variable} or in the file that "
            f"{file_variable} names. Without either, one is made."
        )
    return token


def _read(file: Path) -> str:
    try:
        if os.name != "nt" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UserError(f"Others can read {file}. Run: chmod 600 {file}")
        with file.open(encoding="utf-8") as stream:
            return stream.read(_LONGEST + 2)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UserError(f"The token in {file} cannot be read: {reason}.") from None
