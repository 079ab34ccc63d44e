"""Reads the data in a pickle and runs nothing that the pickle asks for."""

import dataclasses
import io
import pickletools
from collections.abc import Callable
from collections.abc import Mapping

_LITERALS = frozenset(
    "BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE SHORT_BINUNICODE "
    "BINUNICODE8 BINSTRING SHORT_BINSTRING".split()
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY = {"EMPTY_TUPLE": tuple, "EMPTY_LIST": list, "EMPTY_DICT": dict}
_TUPLE_LENGTHS = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
# A tuple as a key would be hashed, and hashing tuples of tuples of tuples can
# take forever or overflow the stack.
_KEY_TYPES = (str, int, float, bool, type(None))


@dataclasses.dataclass(frozen=True)
class PickledGlobal:
    """The name of a class or function that a pickle refers to.

    Args:
        name: string. Module and attribute, joined by a dot.
    """

    name: str


class DataPickle:
    """Interpreter of the part of the pickle language that describes data.

    Python's own unpickler imports and calls what a file tells it to. This one
    has no import and one kind of call: a name in `constructors`, which the
    caller wrote. Every other name, and every opcode that plain data does not
    need, is refused. The memory it takes is proportional to the bytes it read,
    whatever sizes the pickle claims.

    Args:
        constructors: mapping of string to callable. What `module.name` builds
            when the pickle calls it, from the tuple of its arguments.
        names: collection of strings. Further names the pickle may mention but
            not call.
        persistent_load: callable. Takes the persistent identifier of an object
            kept outside the pickle and returns what stands for it.

    Example:

    ```python
    reader = DataPickle({}, (), lambda identifier: None)
    reader.load(io.BytesIO(pickle.dumps({"a": [1, 2]}, protocol=2)))
    # {"a": [1, 2]}
    ```

    Reference:
        The opcodes are those of Python's `pickletools` module.
    """

    def __init__(
        self,
        constructors: Mapping[str, Callable],
        names,
        persistent_load: Callable,
    ):
        self.constructors = constructors
        self.names = frozenset(names)
        self.persistent_load = persistent_load

    def load(self, stream: io.BytesIO):
        """Reads one pickle and leaves the stream behind its last byte.

        Args:
            stream: `io.BytesIO`. Bytes in memory, so that a read can never
                return more than there is.

        Returns:
            The object described: dicts, lists, tuples, strings, numbers and
            what the constructors returned.

        Raises:
            ValueError: The pickle is damaged, or asks for more than data.
        """
        self._stack, self._marks, self._memo = [], [], {}
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name == "STOP":
                return self._pop()
            self._execute(opcode.name, argument)
        raise ValueError("the pickle has no end.")

    def _execute(self, name, argument):
        if name in _LITERALS:
            self._stack.append(argument)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self._stack.append(_EMPTY[name]())
        elif name in _TUPLE_LENGTHS:
            items = [self._pop() for _ in range(_TUPLE_LENGTHS[name])]
            self._stack.append(tuple(reversed(items)))
        elif name in ("BINPUT", "LONG_BINPUT"):
            self._memo[argument] = self._top(object)
        elif name in ("BINGET", "LONG_BINGET"):
            self._stack.append(self._remembered(argument))
        elif name not in ("PROTO", "FRAME"):
            # `name` is one of the fixed names of `pickletools`, never text
            # from the file.
            handler = getattr(self, f"_do_{name.lower()}", None)
            if handler is None:
                raise ValueError(f"the pickle uses {name}, not plain data.")
            handler(argument)

    def _pop(self):
        if not self._stack:
            raise ValueError("the pickle takes more than it holds.")
        return self._stack.pop()

    def _top(self, kind):
        if not self._stack or not isinstance(self._stack[-1], kind):
            raise ValueError(f"the pickle does not hold a {kind.__name__}.")
        return self._stack[-1]

    def _remembered(self, index):
        if index not in self._memo:
            raise ValueError("the pickle recalls what it never stored.")
        return self._memo[index]

    def _pop_to_mark(self):
        if not self._marks:
            raise ValueError("the pickle has no mark to go back to.")
        items, self._stack = self._stack, self._marks.pop()
        return items

    def _set_items(self, items):
        target = self._top(dict)
        if len(items) % 2:
            raise ValueError("the pickle has a key without a value.")
        for key, value in zip(items[::2], items[1::2]):
            if type(key) not in _KEY_TYPES:
                raise ValueError("the pickle has a key that is no plain value.")
            target[key] = value

    def _push_global(self, name):
        if name not in self.names and name not in self.constructors:
            raise ValueError(
                f"it asks for {name[:100]!r}, which a state dict does not "
                "need; nothing in the file was run."
            )
        self._stack.append(PickledGlobal(name))

    def _do_mark(self, _):
        self._marks.append(self._stack)
        self._stack = []

    def _do_tuple(self, _):
        items = self._pop_to_mark()
        self._stack.append(tuple(items))

    def _do_append(self, _):
        item = self._pop()
        self._top(list).append(item)

    def _do_appends(self, _):
        items = self._pop_to_mark()
        self._top(list).extend(items)

    def _do_setitem(self, _):
        value = self._pop()
        key = self._pop()
        self._set_items([key, value])

    def _do_setitems(self, _):
        self._set_items(self._pop_to_mark())

    def _do_memoize(self, _):
        self._memo[len(self._memo)] = self._top(object)

    def _do_global(self, argument):
        self._push_global(argument.replace(" ", ".", 1))

    def _do_stack_global(self, _):
        parts = [self._pop(), self._pop()]
        if not all(isinstance(part, str) for part in parts):
            raise ValueError("the pickle names a global without a string.")
        self._push_global(f"{parts[1]}.{parts[0]}")

    def _do_reduce(self, _):
        arguments = self._pop()
        function = self._pop()
        if not isinstance(arguments, tuple):
            raise ValueError("the pickle makes a call without arguments.")
        if not isinstance(function, PickledGlobal):
            raise ValueError("the pickle calls what is no function.")
        if function.name not in self.constructors:
            raise ValueError(f"the pickle calls {function.name!r}.")
        self._stack.append(self.constructors[function.name](arguments))

    def _do_build(self, _):
        # The state of an OrderedDict is the `_metadata` of a state dict, the
        # version of each layer. It is dropped: nothing here depends on it.
        state = self._pop()
        if not isinstance(state, dict):
            raise ValueError("the pickle gives a state that is no dict.")
        self._top(dict)

    def _do_binpersid(self, _):
        self._stack.append(self.persistent_load(self._pop()))
