"""How many generated examples a test tries: few in the suite, all that it deserves with ``make deep``."""

from hypothesis import settings

QUICK_PROFILE = "quick"
_QUICK, _DEEP = 25, 100

settings.register_profile(QUICK_PROFILE, max_examples=_QUICK, derandomize=True, deadline=None)
settings.register_profile("deep", max_examples=_DEEP, deadline=None)


def examples(deserved: int) -> int:
    """Return the number of examples for ``settings(max_examples=...)``: fewer in the quick profile."""
    profile = settings.default
    assert profile is not None
    return min(deserved, _QUICK) if profile.max_examples == _QUICK else deserved
