"""Errors of the store; each message is a sentence for the user."""


class StoreError(Exception):
    """A comparison cannot be saved, opened or deleted."""


class DamagedError(StoreError):
    """A file is not what the store wrote: truncated, changed, or foreign."""
