"""What is said when images cannot be had."""


class DataError(Exception):
    """A data set is missing, damaged, or cannot be fetched.

    ``str(error)`` is meant for the user: what happened, what was kept, what to do.
    """
