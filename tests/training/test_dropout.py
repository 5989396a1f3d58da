"""Dropout by sixteen bits: how much is dropped, and that nothing else is changed."""

import pytest
import torch

from nncompare.training.backends.dropout import Dropout

CPU = torch.device("cpu")


def factors_of(share: float, images: int = 1_000, features: int = 103, number_format: torch.dtype = torch.float32):
    dropout = Dropout(share)
    return dropout.factors(dropout.draw(images, features, CPU), number_format)


def test_nothing_is_drawn_where_nothing_is_dropped() -> None:
    before = torch.get_rng_state()
    assert factors_of(0.0) is None
    assert factors_of(1e-6) is None, "less than one of 65,536 values"
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_so_many_are_dropped_and_the_mean_stays(share: float) -> None:
    torch.manual_seed(0)
    factors = factors_of(share)
    assert factors is not None
    assert factors.shape == (1_000, 103)
    assert float((factors == 0).float().mean()) == pytest.approx(share, abs=0.006)  # four standard deviations
    assert factors.unique().tolist() == pytest.approx([0.0, 1 / (1 - share)], rel=1e-4)
    assert float(factors.mean()) == pytest.approx(1.0, abs=0.04)
    columns = (factors == 0).float().mean(0)
    assert float((columns - share).abs().max()) < 0.08, "each of the four features of one number"


def test_neighbours_are_dropped_independently() -> None:
    torch.manual_seed(1)
    factors = factors_of(0.5, features=8)
    assert factors is not None
    correlations = torch.corrcoef((factors == 0).float().T) - torch.eye(8)
    assert float(correlations.abs().max()) < 0.14


@pytest.mark.parametrize(
    ("share", "dropped"), [(1 / 65536, (-32768,)), (0.5, range(-32768, 0)), (1 - 1e-9, range(-32768, 32767))]
)
def test_the_limits_are_exact(share: float, dropped: range) -> None:
    values = torch.arange(-32768, 32768).to(torch.int16)
    factors = Dropout(share).factors(values, torch.float64)
    assert factors is not None
    assert values[factors == 0].tolist() == list(dropped)
    assert float(factors.mean()) == pytest.approx(1.0)


def test_the_same_seed_drops_the_same_in_every_format() -> None:
    found = []
    for number_format in (torch.float32, torch.bfloat16):
        torch.manual_seed(5)
        found.append(factors_of(0.3, 50, 7, number_format))
    assert found[1].dtype == torch.bfloat16
    assert torch.equal(found[0] == 0, found[1] == 0)
