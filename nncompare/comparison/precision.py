"""Which number format a network is computed in."""

from nncompare.config import Precision

# Below this width the conversions cost as much as the faster multiplications bring: `benchmarks/precision.py`.
NARROWEST_FOR_BFLOAT16 = 16


def chosen_precision(wanted: Precision, channels: int, *, has_native_bfloat16: bool) -> Precision:
    """Resolve "auto": bfloat16 where the device computes in it and the network is wide enough to gain, else float32."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if has_native_bfloat16 and channels >= NARROWEST_FOR_BFLOAT16 else "float32"
