"""Names, paths and sites as people paste them, as the server needs them; or a sentence that says what is wrong."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

from nncompare.errors import UserError

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_PREFIX = re.compile(r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9_.~@:+%-]+)+/?")


def host_name(given: str) -> str:
    """Return the bare name of a host, in the letters that browsers send; `given` may be a whole address with port.

    Raises
    ------
    UserError
        When there is no name in it, or a path, which is said with --base-url.
    """
    parts, name = _parts(given)
    if not name:
        raise UserError(f"--name must be a host name such as class.school.org; got {given or 'nothing'}.")
    if parts.path.strip("/"):
        raise UserError(f"--name takes no path. Write: --name {name} --base-url {parts.path}")
    return name


def path_prefix(given: str) -> str:
    """Return the path below which a proxy shows the server, with a slash at both ends; empty for none.

    Raises
    ------
    UserError
        When it is no plain path.
    """
    path = f"/{given.strip().strip('/')}/"
    if path == "//":
        return ""
    if not is_prefix(path):
        raise UserError(f"--base-url must be a path such as /some/prefix/; got {given}.")
    return path


def is_prefix(text: str) -> bool:
    """Whether a text is a plain path below the root of a server; no such path leads to another one."""
    return _PREFIX.fullmatch(text) is not None


def frame_origin(given: str) -> str:
    """Return the site of a page, as a browser names it: ``https://lms.school.org``.

    Raises
    ------
    UserError
        When it is not the address of a site.
    """
    parts, name = _parts(given)
    if not name or parts.scheme not in ("", "http", "https"):
        raise UserError(f"--allow-frame must be a site such as https://lms.school.org; got {given or 'nothing'}.")
    host = f"[{name}]" if ":" in name else name
    return f"{parts.scheme or 'https'}://{host}" + (f":{parts.port}" if parts.port else "")


def _parts(given: str) -> tuple[SplitResult, str]:
    """Return the parts of an address, and the name of its host as in requests; empty if there is none, or a user's."""
    text = given.strip()
    try:
        is_bare_number = ":" in str(ipaddress.ip_address(text))
    except ValueError:
        is_bare_number = False
    try:
        parts = urlsplit(f"//[{text}]" if is_bare_number else text if "//" in text else f"//{text}")
        is_right = parts.port != 0 and parts.username is None
    except ValueError:  # such as a port that is no number
        return urlsplit(""), ""
    return parts, _in_ascii(parts.hostname or "") if is_right else ""


def _in_ascii(name: str) -> str:
    """Return a name as it stands in requests: in lower case, with umlauts encoded (IDNA 2008); empty if it is none."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        encoded = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return ""
    encoded = encoded.removesuffix(".")
    return encoded if _NAME.fullmatch(encoded) else ""
