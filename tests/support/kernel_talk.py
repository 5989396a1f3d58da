"""Talks to a kernel past its page: with the keys that only its user can read."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient


@contextmanager
def connected(file: Path) -> Iterator[BlockingKernelClient]:
    """Be a second client of a kernel, beside its page."""
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()


def value_of(client: BlockingKernelClient, expression: str) -> Any:
    """Ask for a plain value; None also where the kernel is too busy to answer."""
    try:
        answer = client.execute("", user_expressions={"said": expression}, reply=True, timeout=60)
    except (Empty, TimeoutError):
        return None
    return ast.literal_eval(answer["content"]["user_expressions"]["said"]["data"]["text/plain"])
