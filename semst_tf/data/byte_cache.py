"""Arrays that are remembered while there is room."""

import threading


class ByteCache:
    """Remembers arrays until they fill a number of bytes.

    What came first stays: what is read again and again in a random order is
    not helped by forgetting. Safe from several threads.

    Args:
        size: int. Bytes.

    Example:

    >>> masks = ByteCache(2**28)
    >>> mask = masks.get("a.png", lambda: read_mask("a.png"))
    """

    def __init__(self, size):
        self._free = size
        self._arrays = {}
        self._lock = threading.Lock()

    def get(self, key, read):
        """Returns the array of a key, which is read where it is not known.

        Args:
            key: Hashable.
            read: Function without arguments that returns the array.

        Returns:
            The array; read-only.
        """
        array = self._arrays.get(key)
        if array is not None:
            return array
        array = read()
        array.setflags(write=False)
        with self._lock:
            if key not in self._arrays and array.nbytes <= self._free:
                self._arrays[key] = array
                self._free -= array.nbytes
        return array
