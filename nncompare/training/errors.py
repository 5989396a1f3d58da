"""Errors that a worker reports; importing them costs no torch."""


class DeviceError(Exception):
    """The wished device is not there; the message is a sentence for the user."""
