"""Several tabs on one engine: at no moment may more threads compute than there are cores."""

import threading

import pytest
from fake_engine import SLOTS, FakeEngine, FakeWorker
from processes import until
from tiny_pairs import pair

from nncompare.comparison import run as run_module
from nncompare.comparison.comparison import RunningComparison
from nncompare.comparison.engine_holder import EngineHolder
from nncompare.comparison.state import State
from nncompare.machine import usable_cores
