"""Which saved comparisons may go: by their age, and by the room that all of them take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nncompare.store.records import Summary


@dataclass(frozen=True)
class Stored:
    """A saved comparison, and the bytes that it takes."""

    summary: Summary
    size_bytes: int


def to_remove(
    stored: Sequence[Stored], *, older_than: timedelta | None = None, most_bytes: int | None = None
) -> list[Stored]:
    """Return which of some comparisons, listed newest first, are to go; None stands for no bound.

    These are those that are older, and of the others as many of the oldest as it takes until the rest fits into
    `most_bytes`. What is being trained stays, and counts.
    """
    now, left = datetime.now(UTC), sum(one.size_bytes for one in stored)
    gone = []
    for one in reversed(stored):
        is_too_old = older_than is not None and now - one.summary.created > older_than
        is_too_much = most_bytes is not None and left > most_bytes
        if (is_too_old or is_too_much) and not one.summary.is_open:
            gone.append(one)
            left -= one.size_bytes
    return gone
