"""What a user of the shell can put right."""


class UserError(Exception):
    """A wrong value or a missing file; the message is one sentence, the exit code 2."""
