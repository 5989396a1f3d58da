"""What lets people in, kept in a private file: so a restart leaves code, links, QR code and sign-ins valid."""

import contextlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from nncompare.places import make_private
from nncompare.whole_file import replace_private

CODE_LENGTH = 8
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look like another one
_FILE = "server.json"


@dataclass(frozen=True)
class KeptSecrets:
    """The code of the class, the token of its teacher, and what cookies are made of.

    The code is short, so that it can be typed; what keeps it from being guessed is `WrongTries`.
    """

    code: str
    teacher: str
    cookie: str

    @classmethod
    def new(cls) -> Self:
        """Make new ones."""
        code = "".join(secrets.choice(_SIGNS) for _ in range(CODE_LENGTH))
        return cls(code, secrets.token_urlsafe(32), secrets.token_urlsafe(32))

    @classmethod
    def of(cls, home: Path, *, are_new: bool = False) -> Self:
        """Return those in a folder; new ones, which are kept there if that is possible, where there are none.

        Parameters
        ----------
        are_new : bool
            Whether to make new ones in any case: then nobody is let in who has only the old ones.
        """
        file = home / _FILE
        if not are_new and (kept := cls._read(file)) is not None:
            return kept
        made = cls.new()
        with contextlib.suppress(OSError):  # then they last until the end of this server
            make_private(home)
            replace_private(file, TypeAdapter(cls).dump_json(made))
        return made

    def signing_key(self, *tokens: str) -> bytes:
        """Return what signs cookies: another one where another token is asked for, since that is to be shown first."""
        return hmac.digest(self.cookie.encode(), "\n".join(tokens).encode(), "sha256")

    @classmethod
    def _read(cls, file: Path) -> Self | None:
        """Read a file; None where it is damaged, or others could have read it."""
        try:
            if os.name != "nt" and stat.S_IMODE(file.stat().st_mode) & 0o077:
                return None
            return TypeAdapter(cls).validate_json(file.read_bytes())
        except (OSError, ValidationError):
            return None
