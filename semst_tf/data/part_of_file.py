"""What is one image of several in a file: a slice, or a tile."""


class PartOfFile:
    """An image that is part of a larger file, and read alone.

    Derived classes have the attributes `path` (of the file), `label` (what it
    is called beside that path, for messages) and `key` (its name below the
    path, by which it is paired).
    """

    def header(self):
        """Returns its `ImageHeader`, without reading pixels."""
        raise NotImplementedError

    def image(self):
        """Reads it; returns a `DecodedImage`."""
        raise NotImplementedError

    def may_be_truncated(self):
        """Tells cheaply whether it may be damaged; only a suspicion."""
        return False
