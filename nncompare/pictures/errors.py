"""What can be wrong with a picture, each a sentence for the user."""


class PictureError(ValueError):
    """A picture cannot be used; ``str(error)`` says why."""


class EmptyPictureError(PictureError):
    """There is nothing to see in a picture."""
