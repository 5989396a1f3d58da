import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncompare.architectures import parameter_count
from nncompare.config import OptimizerName, RunConfig
from nncompare.memory import Plan, Room, fit
from nncompare.memory.footprint import Footprint, shard_images, training_footprint
from nncompare.memory.plan import widest_that_fits

PLENTY = 10**11
MEBIBYTE = 2**20
PIXELS = 28 * 28 * (4 + 1)  # as floats, and as the bytes that they are made of

optimizers = st.sampled_from(["adam", "sgd"])


@pytest.mark.parametrize(("wish", "batch"), [(300, 512), (64, 64), (1, 4), (9_000, 8_192)])
def test_with_plenty_of_memory_the_power_of_two_decides_alone(wish: int, batch: int) -> None:
    plan = fit(RunConfig(batch_size=wish), Room(PLENTY), 10_000).plan
    assert plan.batch_size == batch
    assert plan.accumulation_steps == -(-wish // batch)


def test_nine_thousand_images_become_two_steps() -> None:
    plan = fit(RunConfig(batch_size=9_000), Room(PLENTY), 10_000).plan
    assert (plan.batch_size, plan.accumulation_steps, plan.effective_batch_size) == (8_192, 2, 16_384)
    assert plan.why["batch_size"] == (
        "Used: 8,192 × 2 steps = 16,384 images an update, not 9,000. "
        "Batch sizes are powers of two, and the test set has 10,000 images."
    )


@pytest.mark.parametrize(
    ("wish", "images", "batch", "steps", "words"),
    [
        (60_000, 1_000, 1_024, 1, "Used: 1,000 images an update: all training images that there are."),
        (1_024, 1_000, 1_024, 1, "Used: 1,000 images an update: all training images that there are."),
        (1_000, 1_000, 1_024, 1, ""),
        (512, 1_000, 512, 1, ""),
        (
            60_000,
            60_000,
            8_192,
            8,
            "Used: 8,192 × 8 steps for all 60,000 training images. "
            "Batch sizes are powers of two, and the test set has 10,000 images.",
        ),
    ],
)
def test_no_update_is_made_from_more_images_than_there_are(
    wish: int, images: int, batch: int, steps: int, words: str
) -> None:
    plan = fit(RunConfig(batch_size=wish), Room(PLENTY), 10_000, images).plan
    assert (plan.batch_size, plan.accumulation_steps) == (batch, steps)
    assert plan.effective_batch_size == min(images, batch * steps)
    assert plan.why.get("batch_size", "") == words


@given(st.integers(1, 60_000), st.integers(1_000, 60_000), st.integers(2**20, 10**11))
def test_what_is_said_of_an_update_is_what_an_epoch_makes(wish: int, images: int, limit: int) -> None:
    plan = fit(RunConfig(batch_size=wish, channels=2), Room(limit), 10_000, images).plan
    assert plan.effective_batch_size == min(images, plan.batch_size * plan.accumulation_steps)
    assert plan.takes_all_images == (images < plan.batch_size * plan.accumulation_steps)
    assert plan.batch_size * (plan.accumulation_steps - 1) < images, "every step has images"
    for number in re.findall(r"([0-9,]+) (?:images an update|training images)", plan.why.get("batch_size", "")):
        assert int(number.replace(",", "")) == plan.effective_batch_size
    halved = plan.halved() if plan.batch_size > 1 else plan
    assert f"still {plan.effective_batch_size:,} images an update" in halved.why["batch_size"]


def test_less_memory_makes_accumulation_and_keeps_a_power_of_two() -> None:
    whole = fit(RunConfig(batch_size=1_024, channels=8), Room(PLENTY), 10_000).plan
    tight = fit(RunConfig(batch_size=1_024, channels=8), Room(5 * MEBIBYTE), 10_000).plan
    assert whole.accumulation_steps == 1
    assert tight.accumulation_steps > 1
    assert tight.effective_batch_size == whole.effective_batch_size == 1_024
    assert "not 1,024" not in tight.why["batch_size"]


@given(st.integers(1, 60_000), st.integers(1, 256), optimizers, st.integers(200_000, 10**12), st.integers(4, 60_000))
def test_every_plan_fits_and_is_at_least_what_was_wished(
    wish: int, channels: int, optimizer: OptimizerName, limit: int, test_images: int
) -> None:
    plan = fit(RunConfig(batch_size=wish, channels=channels, optimizer=optimizer), Room(limit), test_images).plan
    assert 1 <= plan.channels <= channels
    assert 4 <= plan.batch_size <= test_images
    assert plan.batch_size & (plan.batch_size - 1) == 0
    footprint = training_footprint(plan.channels, optimizer)
    accumulated = footprint.gradient_bytes if plan.accumulation_steps == 1 else 0
    assert footprint.total(plan.batch_size) - accumulated <= plan.training_bytes <= limit
    assert plan.batch_size <= plan.prepared_images <= max(256, plan.batch_size)
    assert plan.effective_batch_size == plan.batch_size * plan.accumulation_steps
    assert plan.accumulation_steps == 1 or plan.effective_batch_size >= wish
    assert plan.effective_batch_size - wish < plan.batch_size


@given(st.integers(1, 60_000), st.integers(1, 256), st.integers(200_000, 10**10), st.integers(200_000, 10**10))
def test_more_memory_never_gives_a_narrower_network(wish: int, channels: int, one: int, other: int) -> None:
    small, large = (
        fit(RunConfig(batch_size=wish, channels=channels), Room(limit), 10_000).plan for limit in sorted((one, other))
    )
    assert small.channels <= large.channels


@given(st.integers(200_000, 10**9), optimizers)
def test_the_widest_network_fits_and_the_next_does_not(limit: int, optimizer: OptimizerName) -> None:
    widest = widest_that_fits(limit, optimizer)
    assert training_footprint(widest, optimizer).total(4) <= limit
    assert widest == 256 or training_footprint(widest + 1, optimizer).total(4) > limit


def test_every_change_is_told_and_nothing_else() -> None:
    assert fit(RunConfig(batch_size=64), Room(PLENTY), 10_000).plan.why == {}
    assert fit(RunConfig(batch_size=300), Room(PLENTY), 10_000).plan.why == {
        "batch_size": "Used: 512, the next power of two."
    }
    assert fit(RunConfig(batch_size=1), Room(PLENTY), 10_000).plan.why == {
        "batch_size": "Used: 4, the smallest batch size."
    }


def test_a_width_that_does_not_fit_is_lowered_and_told() -> None:
    plan = fit(RunConfig(channels=256), Room(20 * MEBIBYTE), 10_000).plan
    assert plan.channels < 256
    assert plan.batch_size >= 4
    assert plan.why["channels"] == f"Used: {plan.channels}, the widest that fits into memory."


def test_too_little_for_one_channel_is_told() -> None:
    with pytest.raises(
        ValueError,
        match=r"^0\.03 MiB are too little memory for a model: one channel with a batch of 4 needs 0\.08 MiB\.$",
    ):
        fit(RunConfig(), Room(40_000), 10_000)


def test_the_fixed_part_counts_weights_gradients_and_optimiser_and_threads_and_shards_their_own() -> None:
    floats = 4 * parameter_count(16)
    assert training_footprint(16, "adam").fixed_bytes == (2 + 2 + 2) * floats
    assert training_footprint(16, "sgd").fixed_bytes == (2 + 2 + 1) * floats
    assert training_footprint(16, "sgd").thread_bytes == 2 * floats
    assert training_footprint(16, "sgd").gradient_bytes == floats


@pytest.mark.parametrize(
    ("batch_size", "threads", "waiting"),
    [(4, 1, 0), (32, 2, 0), (33, 1, 1), (64, 2, 1), (96, 2, 2), (8_192, 1, 1), (8_192, 3, 4), (8_192, 0, 0)],
)
def test_gradients_wait_for_the_first_shard_as_many_as_threads_make(batch_size, threads, waiting) -> None:
    gradient = Footprint(0, gradient_bytes=1, shard_images=32)
    assert gradient.total(batch_size, threads) == waiting


def test_a_batch_grows_by_its_pixels_alone_once_no_more_of_it_is_computed_at_once() -> None:
    of_16 = training_footprint(16, "adam")
    for threads in (1, 3):
        at_once = threads * 32
        assert of_16.total(8_192, threads) - of_16.total(at_once + 64, threads) == (8_128 - at_once) * PIXELS
        of_threads = (threads - 1) * (of_16.thread_bytes + of_16.gradient_bytes)
        of_images = at_once * (of_16.image_bytes + PIXELS)
        assert of_16.total(at_once, threads) - of_16.total(0, threads) == of_threads + of_images
    assert of_16.total(32, 3) == of_16.total(32, 1), "the others have nothing to do"
    assert of_16.total(8_192, 0) - of_16.total(0, 0) == 8_192 * (of_16.image_bytes + PIXELS), "on a card"


@pytest.mark.parametrize(("channels", "images"), [(1, 128), (4, 128), (8, 64), (12, 32), (16, 32), (256, 32)])
def test_the_wider_a_network_the_smaller_its_shards(channels: int, images: int) -> None:
    assert shard_images(channels) == training_footprint(channels, "adam").shard_images == images


@given(st.integers(1, 256), st.integers(200_000, 10**11), st.integers(0, 1))
def test_the_largest_batch_is_the_largest_that_fits(channels: int, limit: int, threads: int) -> None:
    found = training_footprint(channels, "adam")
    largest = found.largest_batch(limit, is_on_card=threads == 0)
    assert largest == 0 or found.total(largest, threads) <= limit
    assert found.total(largest + 1, threads) > limit


@given(st.integers(1, 60_000), st.integers(1, 256), st.integers(200_000, 10**11), st.integers(1, 200))
def test_there_are_as_many_threads_as_fit_and_have_work_and_batch_and_width_do_not_depend_on_them(
    wish: int, channels: int, limit: int, cores: int
) -> None:
    config = RunConfig(batch_size=wish, channels=channels)
    alone, plan = (fit(config, Room(limit, cores=number), 10_000).plan for number in (1, cores))
    assert (plan.batch_size, plan.channels, plan.why) == (alone.batch_size, alone.channels, alone.why)
    assert 1 <= plan.threads <= min(cores, max(2, -(-plan.batch_size // shard_images(plan.channels))))
    assert plan.training_bytes <= limit
    assert plan.on(1, limit) == alone
    assert alone.on(cores, 2 * limit) == plan, "it takes no more than it was planned with"
    assert plan.on(cores, 0).threads == 1, "the machine that goes on has less memory"


def test_a_plan_that_knows_no_footprint_has_one_thread_for_each_core_that_has_work() -> None:
    large, small = (Plan(size, 1, size, 1, memory_limit=10, footprint=Footprint(10)) for size in (256, 16))
    assert large.on(6, 10).threads == 6
    assert large.on(60, 10).threads == 8
    assert small.on(6, 10).threads == 2, "the second one helps to predict"
    assert small.on(0, 10).threads == 0, "on a card"


@pytest.mark.parametrize(
    ("batch_size", "limit", "prepared"),
    [(16, PLENTY, 256), (4, PLENTY, 64), (256, PLENTY, 256), (512, PLENTY, 512), (256, 3_000_000, 16)],
)
def test_tiny_batches_are_prepared_several_at_once_where_there_is_memory(batch_size, limit, prepared) -> None:
    plan = fit(RunConfig(channels=8, batch_size=batch_size), Room(limit), 10_000).plan
    assert plan.prepared_images == prepared
    assert plan.training_bytes <= limit


def test_no_more_is_prepared_than_fits() -> None:
    config = RunConfig(channels=8, batch_size=16)
    plenty = fit(config, Room(PLENTY), 10_000).plan
    least = plenty.training_bytes - (256 - 16) * PIXELS
    tight = fit(config, Room(least + 10 * PIXELS), 10_000).plan
    assert (tight.batch_size, tight.accumulation_steps) == (16, 1)
    assert 16 <= tight.prepared_images <= 26
    assert tight.training_bytes <= tight.memory_limit


def test_half_the_bytes_a_value_are_not_half_of_everything() -> None:
    full, half = training_footprint(16, "adam", "float32"), training_footprint(16, "adam", "bfloat16")
    assert half.fixed_bytes == full.fixed_bytes, "weights, gradients and optimiser stay in float32"
    assert full.image_bytes / 2 < half.image_bytes < full.image_bytes, "so do the positions of the pooled values"


def test_the_images_of_a_batch_cost_at_least_their_convolutions() -> None:
    convolutions = 28 * 28 * 16 + 14 * 14 * 32 + 7 * 7 * 64
    assert training_footprint(16, "adam").image_bytes >= 4 * convolutions
    assert training_footprint(32, "adam").image_bytes > training_footprint(16, "adam").image_bytes


def test_every_number_of_the_plan_is_in_its_sentence() -> None:
    plan: Plan = fit(RunConfig(batch_size=1_000, channels=16), Room(10 * MEBIBYTE), 10_000).plan
    assert plan.accumulation_steps > 1
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", plan.why["batch_size"])]
    assert numbers == [plan.batch_size, plan.accumulation_steps, plan.effective_batch_size, 1_000, 387]


@given(st.integers(1, 60_000), st.integers(1, 60_000), st.integers(1, 256), st.integers(200_000, 10**11))
def test_a_larger_wish_never_gives_a_smaller_batch(one: int, other: int, channels: int, limit: int) -> None:
    small, large = (
        fit(RunConfig(batch_size=wish, channels=channels), Room(limit), 10_000).plan for wish in sorted((one, other))
    )
    assert small.batch_size <= large.batch_size
    assert small.effective_batch_size <= large.effective_batch_size


@given(st.integers(1, 60_000), st.integers(1, 256), st.integers(200_000, 10**11), st.integers(200_000, 10**11))
def test_more_memory_never_gives_a_smaller_batch_to_the_same_network(
    wish: int, channels: int, one: int, other: int
) -> None:
    small, large = (
        fit(RunConfig(batch_size=wish, channels=channels), Room(limit), 10_000).plan for limit in sorted((one, other))
    )
    assert small.batch_size <= large.batch_size or small.channels < large.channels


@given(st.integers(0, 15), st.integers(1, 256), st.integers(200_000, 10**11), st.integers(8_192, 60_000))
def test_a_power_of_two_keeps_its_update_whatever_the_memory(
    power: int, channels: int, limit: int, test_images: int
) -> None:
    wish = max(2**power, 4)
    plan = fit(RunConfig(batch_size=wish, channels=channels), Room(limit), test_images).plan
    assert plan.effective_batch_size == wish


@given(st.integers(1, 60_000), st.integers(200_000, 10**10))
def test_running_out_of_memory_halves_the_batch_and_keeps_the_update(wish: int, limit: int) -> None:
    plan = fit(RunConfig(batch_size=wish), Room(limit), 10_000).plan
    halved = plan.halved()
    assert (halved.batch_size, halved.accumulation_steps) == (plan.batch_size // 2, 2 * plan.accumulation_steps)
    assert halved.effective_batch_size == plan.effective_batch_size == halved.batch_size * halved.accumulation_steps
    assert f"From then on {halved.batch_size:,} × {halved.accumulation_steps:,}, still" in halved.why["batch_size"]
    assert halved.why["batch_size"].startswith(plan.why.get("batch_size", "Memory ran out"))
    assert halved.training_bytes == training_footprint(plan.channels, "adam").total(halved.batch_size)
    assert halved.halved().why["batch_size"].count("Memory ran out") == 1
    assert (halved.channels, halved.memory_limit) == (plan.channels, plan.memory_limit)


def test_the_pixels_alone_would_allow_far_more_images() -> None:
    found = fit(RunConfig(channels=16), Room(10 * MEBIBYTE), 10_000)
    assert found.images_by_pixels == 10 * MEBIBYTE // (28 * 28 * 4)
    assert found.images == found.plan.footprint.largest_batch(10 * MEBIBYTE) < found.images_by_pixels / 2


def test_what_others_were_promised_is_told_where_memory_decides() -> None:
    told = "Other notebooks on this machine were promised 3,000 MiB."
    wide, many = RunConfig(channels=256), RunConfig(batch_size=1_024, channels=8)
    for config, limit, name in ((wide, 20 * MEBIBYTE, "channels"), (many, 5 * MEBIBYTE, "batch_size")):
        plan = fit(config, Room(limit, promised_bytes=3_000 * MEBIBYTE), 10_000).plan
        assert plan.why[name].endswith(told)
        assert told not in str(fit(config, Room(limit), 10_000).plan.why)
    assert fit(RunConfig(batch_size=300), Room(PLENTY, promised_bytes=MEBIBYTE), 10_000).plan.why == {
        "batch_size": "Used: 512, the next power of two."
    }
