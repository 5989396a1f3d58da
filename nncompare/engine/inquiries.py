"""The way of an inquiry to a worker: through the line, or beside the trainings that its networks belong to."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nncompare.engine import loop
from nncompare.engine.client import Engine, EngineError, Slot
from nncompare.engine.shared import EngineHolder, on_free_worker
from nncompare.engine.tasks import inspect, inspect_beside
from nncompare.errors import DeviceError
from nncompare.inspection import Answer, Forgotten, Inquiry, NetworkState, Refusal

LINE_SECONDS = 20.0
"""How long an inquiry waits for a free worker: somebody sits before the screen."""
BESIDE_SECONDS = 60.0
_NO_ANSWER = "The worker that trains this model did not answer. Try again."


@dataclass(frozen=True)
class Place:
    """Where a model trains."""

    engine: Engine
    address: str
    device: str


def inspect_on_worker(engines: EngineHolder, device: str, inquiry: Inquiry) -> Answer:
    """Ask the first worker that is free; the calling thread waits. Without that device, any other one will do.

    Raise an EngineError when there is no answer, and a ValueError when this cannot be asked: sentences for the user.
    """
    inquiry.check()
    engine = engines.get()
    try:
        return loop.wait(_through_the_line(engine, device, inquiry))
    except DeviceError:  # it was trained on a card that is not here
        return loop.wait(_through_the_line(engine, "auto", inquiry))


def inspect_beside_training(places: Mapping[str, Place], inquiry: Inquiry) -> Answer:
    """Ask the workers that train the models, each for its own network by name; raises as `inspect_on_worker`."""
    inquiry.check()
    return loop.wait(_beside(places, inquiry))


async def _through_the_line(engine: Engine, device: str, inquiry: Inquiry) -> Answer:
    deadline = time.monotonic() + LINE_SECONDS

    async def on(slot: Slot) -> Answer | Refusal:
        return await engine.run(inspect, inquiry, slot.report.device, slot.report.threads, address=slot.address)

    return _told(await on_free_worker(engine, device, on, lambda: time.monotonic() > deadline))


async def _beside(places: Mapping[str, Place], inquiry: Inquiry) -> Answer:
    shares: dict[Place, list[NetworkState]] = {}
    for network in inquiry.networks:
        shares.setdefault(places[network.name], []).append(network)
    asked = [_ask(place, replace(inquiry, networks=tuple(share))) for place, share in shares.items()]
    answers = await asyncio.gather(*asked)
    return Answer(answers[0].images, tuple(network for answer in answers for network in answer.networks))


async def _ask(place: Place, inquiry: Inquiry) -> Answer:
    """Ask by the keys of networks first: to send weights back from where they came takes as long as the rest."""
    named = replace(inquiry, networks=tuple(network.named for network in inquiry.networks))
    found = await _said(place, named)
    return _told(await _said(place, inquiry) if isinstance(found, Forgotten) else found)


async def _said(place: Place, inquiry: Inquiry) -> Answer | Refusal:
    try:
        address = place.address
        return await place.engine.ask(inspect_beside, inquiry, place.device, address=address, seconds=BESIDE_SECONDS)
    except EngineError:
        raise
    except Exception as error:  # of many kinds: the worker is silent, was restarted, or cannot read what was asked
        raise EngineError(_NO_ANSWER) from error


def _told(found: Answer | Refusal) -> Answer:
    if isinstance(found, Refusal):
        raise EngineError(found.message)
    return found
