"""What the store says when something cannot be saved or read."""


class StoreError(Exception):
    """Something could not be saved, opened or deleted; the message is a sentence for the user."""


class DamagedError(StoreError):
    """A file is not what was written: cut off, changed, or somebody else's."""


class NewerFormatError(StoreError):
    """It was saved by a newer version of this program."""
