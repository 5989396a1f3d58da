"""Why a run ended before its time, in sentences for the user."""

CONNECTION_LOST = "The connection to the workers was lost."
_KEPT = "The curves up to here are kept"


def interrupted(saved_epoch: float | None) -> str:
    """Tell that a run waits for Resume, after what was saved of it; None where that is nothing."""
    if saved_epoch is None:
        return "This run was interrupted before anything of it was saved. Resume starts from the beginning."
    return f"This run was interrupted after epoch {saved_epoch:g}. Resume goes on from there."


def hung(name: str, seconds: float, saved_epoch: float | None, *, is_restarted: bool) -> str:
    """Tell that a run did not obey its Stop, and is where it was saved last."""
    became = "its worker was restarted" if is_restarted else "its worker could not be restarted, and may still be busy"
    rest = f"It is back at epoch {saved_epoch:g}, where it was saved last" if saved_epoch is not None else _KEPT
    return f"Model {name} did not stop within {seconds:.0f} s; {became}. {rest}."


def worker_ended(name: str) -> str:
    """Tell that a worker process ended."""
    return f"The worker process of model {name} ended unexpectedly."


def lost(what: str, saved_epoch: float | None, *, was_memory_short: bool = False) -> str:
    """Tell what happened to the worker of a run, what may be the cause, and how it can go on."""
    kept = f"{_KEPT}." if saved_epoch is None else f"{_KEPT}, and it can be resumed from epoch {saved_epoch:g}."
    if was_memory_short:
        advice = "Set a smaller memory budget, choose fewer channels, or end other programs; then train again."
        return f"{what.rstrip('.')}; it may have run out of memory. {kept} {advice}"
    return f"{what} {kept}" if saved_epoch is not None else f"{what} {kept} Train again."


def unheard(seconds: str) -> str:
    """Tell that a run that is under way was not heard for so long."""
    return f"This training has been silent for {seconds}. Still waiting for it."
