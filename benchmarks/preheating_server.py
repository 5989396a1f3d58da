"""`nncompare` with one kernel that Voila keeps ready, for `preheated.py`; it takes the same words."""

from nncompare.cli import main
from nncompare.ui.closed_voila import ClosedVoila

_launch = ClosedVoila.launch_instance


def _launch_preheating(argv: list[str], **settings: object) -> None:
    _launch(argv=[*argv, "--preheat_kernel=True", "--pool_size=1"], **settings)


ClosedVoila.launch_instance = _launch_preheating  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
