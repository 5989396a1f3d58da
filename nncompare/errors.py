"""Errors whose message is a sentence for the user; importing them costs nothing."""


class DeviceError(Exception):
    """The requested device is not there."""


class UserError(Exception):
    """A wrong value or a missing file, which the user of the shell can put right; the exit code is 2."""
