"""Every set of settings there can be, for property tests."""

from hypothesis import strategies as st

from nncompare.config import Comparison, RunConfig

runs = st.builds(
    RunConfig,
    channels=st.integers(1, 256),
    dropout=st.floats(0, 1, exclude_max=True),
    batch_size=st.integers(1, 60_000),
    learning_rate=st.floats(0, 10, exclude_min=True),
    optimizer=st.sampled_from(["adam", "sgd"]),
    momentum=st.floats(0, 1, exclude_max=True),
    epochs=st.integers(1, 100),
    schedule=st.sampled_from(["constant", "one-cycle"]),
    weight_decay=st.floats(0, 1),
    label_smoothing=st.floats(0, 1, exclude_max=True),
)
comparisons = st.builds(
    Comparison,
    dataset=st.sampled_from(["mnist", "fashion-mnist", "synthetic-digits", "synthetic-fashion"]),
    a=runs,
    b=st.none() | runs,
    seed=st.integers(0, 2**32 - 1),
    seed_gap=st.integers(0, 2**32 - 1),
    precision=st.sampled_from(["auto", "float32", "bfloat16"]),
    device=st.sampled_from(["auto", "cpu", "cuda", "cuda:3"]),
    memory_budget=st.none() | st.integers(1, 2**50),
    train_images=st.none() | st.integers(1_000, 60_000),
    repeat=st.integers(1, 10),
)
