"""How to reach an engine: a file with its address and credentials that only its user can read."""

import json
import os
from pathlib import Path
from typing import Any

_CREDENTIALS = ("tls_ca_file", "tls_client_cert", "tls_client_key")


def write_credentials(file: Path, address: str, security: Any, slots: int) -> None:
    """Write what a client needs, readable by this user alone."""
    content = {"address": address, "slots": slots, **{name: getattr(security, name) for name in _CREDENTIALS}}
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        json.dump(content, stream)


def read_credentials(file: Path) -> tuple[str, dict[str, Any], int]:
    """Read the address, the keyword arguments of `distributed.security.Security`, and the number of slots."""
    content = json.loads(file.read_text(encoding="utf-8"))
    address, slots = content.pop("address"), content.pop("slots")
    return address, {**content, "require_encryption": True}, slots


def publish_credentials(file: Path, shared_file: Path) -> None:
    """Copy the credentials at one stroke to where those of an engine before may be; its folder is private."""
    fresh = shared_file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(file.read_bytes())
    fresh.replace(shared_file)
