"""What every script shares: flags in, one clear line out when they are wrong.

Exit codes: 0 success, 1 a defect (with its traceback), 2 wrong input, 130
stopped with Ctrl-C, 141 nobody reads what is printed.
"""

import codecs
import contextlib
import os
import re
import signal
import sys
import tempfile
from pathlib import Path

from absl import app
from absl import flags
from cut_options import cut_options_in

WRONG_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell says of a process that SIGPIPE ended."""

PROGRAMS = ("semst-tf", "python -m semst_tf")
"""Ways to call main.py, which puts the command's name behind them."""

_ASCII = {"\u2501": "=", "\u2192": "->", "\u00b1": "+-", "\u00d7": "x"}
"""Characters of progress bars and tables, for terminals without them."""


def run(main):
    """Parses the flags, runs `main`, and exits.

    A `ValueError` or `OSError` out of `main` is wrong input (a missing
    folder, an unknown preset): it becomes one line on stderr and exit code
    2. Other exceptions keep their traceback.

    Args:
        main: Function of one argument, absl's list with the script's name.
            What it returns is the exit code; `None` is 0.

    Example:

    ```python
    def main(_):
        print(FLAGS.source)

    if __name__ == "__main__":
        run(main)
    ```
    """
    _print_anything()
    documentation = sys.modules["__main__"].__doc__
    if documentation:
        sys.modules["__main__"].__doc__ = _as_called(documentation)
    try:
        app.run(
            lambda arguments: exit_code_of(main, arguments),
            flags_parser=parse_flags,
        )
    except BrokenPipeError:
        code = BROKEN_PIPE
    except SystemExit as exit:
        code = exit.code
    sys.exit(flushed(code))


def show(text):
    """Prints help, of which a reader may take as much as it wants."""
    try:
        print(text)
    except BrokenPipeError:
        pass
    return flushed(0)


def flushed(code):
    """Writes out what was printed, and returns the exit code.

    Python would end with a complaint if the reader is gone, as in
    `--help | head`.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    return code


def command(script):
    """How a person calls another script, in the way that called this one.

    Args:
        script: str. Name of the script, as `"translate"`.

    Returns:
        `"semst-tf translate"`, or `"python experiments/translate.py"`.
    """
    for program in PROGRAMS:
        if sys.argv[0].startswith(f"{program} "):
            return f"{program} {'check' if script == 'check_data' else script}"
    return f"python experiments/{script}.py"


@contextlib.contextmanager
def quiet_imports():
    """Keeps what native libraries print while they load off the terminal.

    While they load a SavedModel, too: where a processor has no arithmetic in
    half precision, TensorFlow prints a line about weights that are stored so.

    TensorFlow's start-up notes ignore its own log level, and would bury the
    one line that matters. If the import fails, they are shown after all.

    Example:

    ```python
    def main(_):
        with quiet_imports():
            import semst_tf
    ```
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except BaseException:
            notes.seek(0)
            os.write(stderr, notes.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)


def assignments(texts):
    """Reads what was typed as `--set=field=value`, as often as it was.

    Args:
        texts: List of str.

    Returns:
        Dict from fields to values, both str.

    Raises:
        ValueError: If there is no `=`.
    """
    fields = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--set takes field=value. Received: {text}")
        fields[name] = at_home(value)
    return fields


def show_label_shares(flag, shares):
    """Prints which classes labels show, and a doubt about their space.

    Args:
        flag: str. Name of the flag that names the labels.
        shares: `semst_tf.data.label_shares.LabelShares`.

    Raises:
        ValueError: If no pixel has a class.
    """
    doubt = shares.doubt()
    if not shares.classes:
        raise ValueError(
            f"--{flag} has no labelled pixel: nothing could be scored or "
            f"learnt. Received: {doubt or 'no labels'}"
        )
    print(f"--{flag}: {shares}")
    if doubt:
        print(f"warning: --{flag}: {doubt}", file=sys.stderr)


def exit_code_of(main, arguments):
    """Runs `main`; wrong input becomes one line on stderr and code 2."""
    with _noted_interrupts() as interrupts:
        try:
            return main(arguments)
        except KeyboardInterrupt:
            return INTERRUPTED
        except BrokenPipeError:
            raise
        except Exception as error:
            if interrupts:
                return INTERRUPTED
            if isinstance(error, (ValueError, OSError)):
                return _complain(_message(error))
            raise


@contextlib.contextmanager
def _noted_interrupts():
    """Within it, every Ctrl-C goes into the list that it yields.

    TensorFlow looks some attributes up from C++, which drops a
    `KeyboardInterrupt` and fails over something else.
    """
    interrupts = []

    def note(number, frame):
        interrupts.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupts
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def parse_flags(arguments):
    """Parses flags for absl; wrong ones become one line and exit code 2."""
    asks_help = any(
        argument.lstrip("-").split("=")[0] in ("help", "helpfull", "helpshort")
        for argument in arguments[1:]
    )
    from_cut = cut_options_in(arguments[1:], known=flags.FLAGS)
    if from_cut and not asks_help:
        sys.exit(_complain(from_cut))
    try:
        positional = flags.FLAGS(arguments)[1:]
    except BrokenPipeError:
        sys.exit(flushed(0))
    except flags.Error as error:
        sys.exit(_complain(f"{_message(error)} (try --help)"))
    except SystemExit:
        # absl calls it a failure that somebody asked for help.
        sys.exit(0 if asks_help else 1)
    for name in flags.FLAGS:
        flag = flags.FLAGS[name]
        if isinstance(flag.value, str):
            flag.value = at_home(flag.value)
    if positional:
        sys.exit(
            _complain(
                f"unexpected argument {positional[0]!r}; options start with "
                "-- (try --help)"
            )
        )
    return arguments[:1]


def at_home(text):
    """Reads `~` as a shell does, which leaves it alone behind `--flag=`."""
    return os.path.expanduser(text) if re.match(r"~(/|$)", text) else text


def _print_anything():
    """Lets a terminal that knows few characters show all of them somehow."""
    codecs.register_error("semst_tf", _in_few_characters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="semst_tf")


def _in_few_characters(error):
    if not isinstance(error, UnicodeEncodeError):
        raise error
    refused = error.object[error.start : error.end]
    text = "".join(
        _ASCII.get(c) or c.encode("ascii", "backslashreplace").decode()
        for c in refused
    )
    return text, error.end


def _as_called(documentation):
    """Writes examples in the way that called this script."""
    return re.sub(
        r"python experiments/(\w+)\.py",
        lambda found: command(found[1]),
        documentation,
    )


def _message(error):
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.strerror}: {error.filename}"
    return str(error) or type(error).__name__


def _complain(message):
    script = Path(sys.argv[0]).stem
    line = " ".join(f"{script}: {message}".split())
    # A file name need not be valid text; the line must come out all the same.
    print(
        line.encode("utf-8", "backslashreplace").decode(),
        file=sys.stderr,
    )
    return WRONG_INPUT
