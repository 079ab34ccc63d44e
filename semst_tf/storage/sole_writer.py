"""One process at a time that writes into a folder."""

import contextlib
import os
import pathlib

try:
    import fcntl
except ImportError:  # Windows.
    fcntl = None


@contextlib.contextmanager
def sole_writer(folder):
    """Keeps other processes from writing into a folder at the same time.

    Two trainings in one run directory would remove each other's unfinished
    files, and mix their loss curves. The system forgets a process that was
    killed, and nothing is left behind in the folder.

    It holds among those who ask for it, on one machine; on file systems
    without locks, and on Windows, it holds nobody back.

    Args:
        folder: Path. Created if it is missing, and removed afterwards if
            nothing was written into it.

    Raises:
        ValueError: If another process, or another part of this one, is
            writing there.
        OSError: If it cannot be created.
    """
    folder = pathlib.Path(folder)
    made = _make(folder)
    try:
        with _lock(folder):
            yield
    finally:
        with contextlib.suppress(OSError):  # Something was written.
            for path in made:
                path.rmdir()


def _make(folder):
    """Creates the folder; what had to be created, the innermost first."""
    made = []
    path = folder
    while not path.exists() and path != path.parent:
        made.append(path)
        path = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    return made


@contextlib.contextmanager
def _lock(folder):
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                "Another process is writing into this directory; wait for it, "
                f"stop it, or use another one. Received: {folder}"
            ) from None
        except OSError:
            pass  # A file system without locks.
        yield
    finally:
        os.close(descriptor)
