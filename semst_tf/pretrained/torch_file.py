"""Reads PyTorch state dicts without PyTorch."""

import contextlib
import dataclasses
import io
import math
import os
import zipfile

import numpy as np

from semst_tf.pretrained.data_pickle import DataPickle
from semst_tf.pretrained.data_pickle import PickledGlobal

_ZIP_START = b"PK\x03\x04"
_PICKLE_START = b"\x80"
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_MAX_DIMENSIONS = 32

# Element types on disk; bfloat16 is unknown to numpy and widened on reading.
_STORAGE_TYPES = {
    "torch.FloatStorage": "f4",
    "torch.DoubleStorage": "f8",
    "torch.HalfStorage": "f2",
    "torch.BFloat16Storage": "u2",
    "torch.LongStorage": "i8",
    "torch.IntStorage": "i4",
    "torch.ShortStorage": "i2",
    "torch.CharStorage": "i1",
    "torch.ByteStorage": "u1",
    "torch.BoolStorage": "u1",
    "torch.storage.UntypedStorage": "u1",
}


@dataclasses.dataclass(frozen=True)
class _Storage:
    type_name: str
    key: str
    count: int

    @property
    def item_size(self):
        return np.dtype(_STORAGE_TYPES[self.type_name]).itemsize

    @property
    def size(self):
        return self.count * self.item_size


@dataclasses.dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple


def read_torch_file(path):
    """Reads the tensors of a PyTorch state dict, without PyTorch.

    Nothing in the file is executed: see `DataPickle`. The zip format of
    PyTorch 1.6 and later and the format before it are read. A checkpoint that
    wraps one state dict, such as `{"state_dict": {...}, "epoch": 3}`, is
    opened, and the `module.` which `DataParallel` puts before every name is
    taken off.

    Args:
        path: string or path. The file that `torch.save` wrote.

    Returns:
        dict of string to `numpy.ndarray`, in the order of the file, with the
        shapes of PyTorch (convolution kernels are out, in, height, width). The
        arrays are read-only; tensors that share their storage share memory.
        bfloat16 becomes float32, which holds every bfloat16 exactly.

    Raises:
        ValueError: The file is missing, damaged, not a state dict, or refers
            to anything but tensors and plain values.

    Example:

    ```python
    tensors = read_torch_file("latest_net_G.pth")
    tensors["model.1.weight"].shape  # (64, 3, 7, 7)
    ```

    Reference:
        The two containers are those of `torch.save`; the reader is semst_tf's.
    """
    try:
        data = _read_bytes(path)
        is_zip = data.startswith(_ZIP_START)
        archive = _ZipFile(data) if is_zip else _LegacyFile(data)
        tensors = _without_common_prefix(_find_tensors(archive.content))
        return _Arrays(archive, len(data)).read(tensors)
    except (ValueError, OSError) as error:
        # The text may quote the file, which may hold anything.
        detail = str(error)[:300].rstrip(".")
        raise ValueError(
            "Cannot read a PyTorch state dict from this file: "
            f"{detail}. Received: path={os.fspath(path)!r}"
        ) from error


def _read_bytes(path):
    if not os.path.isfile(path):
        raise ValueError("there is no such file.")
    with open(path, "rb") as file:
        start = file.read(len(_ZIP_START))
        if start != _ZIP_START and not start.startswith(_PICKLE_START):
            raise ValueError("it does not start like a file of torch.save.")
        return start + file.read()


class _References:
    """The storages that a pickle mentions, each with one type and size."""

    def __init__(self):
        self.storages = {}

    def load(self, stream):
        constructors = {
            "collections.OrderedDict": _ordered_dict,
            "torch._utils._rebuild_tensor_v2": _tensor,
            "torch._utils._rebuild_parameter": _parameter,
            "torch.Size": _size,
        }
        return DataPickle(constructors, _STORAGE_TYPES, self._add).load(stream)

    def _add(self, identifier):
        if not isinstance(identifier, tuple) or len(identifier) not in (5, 6):
            raise ValueError("a storage is described in an unknown way.")
        kind, storage_type, key, _, count, *view = identifier
        if kind != "storage" or view not in ([], [None]):
            raise ValueError("a storage is described in an unknown way.")
        if not isinstance(storage_type, PickledGlobal) or (
            storage_type.name not in _STORAGE_TYPES
        ):
            raise ValueError("a storage has no element type.")
        if not isinstance(key, str) or not _is_size(count):
            raise ValueError("a storage has no key or no size.")
        storage = _Storage(storage_type.name, key, count)
        if self.storages.setdefault(key, storage) != storage:
            raise ValueError("a storage is described twice, differently.")
        return storage


class _ZipFile:
    """The zip format: a pickle, and a record for the bytes of each storage."""

    def __init__(self, data):
        with self._clear_errors():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            records = self._zip.infolist()
        self._names = {record.filename for record in records}
        self._folder = self._find_folder()
        _check_records(records, len(data))
        self.byte_order = self._read_byte_order()
        pickle = io.BytesIO(self._read("data.pkl"))
        self.content = _References().load(pickle)

    def storage_bytes(self, storage):
        stored = self._read(f"data/{storage.key}")
        if len(stored) != storage.size:
            raise ValueError(
                f"storage {storage.key[:100]!r} should have {storage.size} "
                f"bytes and has {len(stored)}."
            )
        return stored

    def _find_folder(self):
        ends = [n for n in self._names if n.split("/")[1:] == ["data.pkl"]]
        if len(ends) != 1:
            raise ValueError("it is a zip file, but not one of torch.save.")
        return ends[0].split("/")[0]

    def _read_byte_order(self):
        if f"{self._folder}/byteorder" not in self._names:
            return "<"
        name = self._read("byteorder")
        if name not in (b"little", b"big"):
            raise ValueError("its byte order is neither little nor big.")
        return "<" if name == b"little" else ">"

    def _read(self, name):
        full_name = f"{self._folder}/{name}"
        if full_name not in self._names:
            raise ValueError(f"its record {name[:100]!r} is missing.")
        with self._clear_errors():
            return self._zip.read(full_name)

    @contextlib.contextmanager
    def _clear_errors(self):
        # What the standard library raises for damaged archives.
        kinds = (zipfile.BadZipFile, EOFError, OverflowError, RuntimeError)
        try:
            yield
        except kinds as error:
            raise ValueError(f"its zip archive is damaged ({error}).") from None


def _check_records(records, file_size):
    if any(record.compress_type != zipfile.ZIP_STORED for record in records):
        raise ValueError("its records are compressed, torch.save never does.")
    # Records that overlap could otherwise multiply a small file.
    if sum(record.file_size for record in records) > file_size:
        raise ValueError("its records claim more bytes than the file has.")


class _LegacyFile:
    """The format before PyTorch 1.6: pickles, then the storages in a row."""

    byte_order = "<"

    def __init__(self, data):
        self._data = memoryview(data)
        stream = io.BytesIO(data)
        references = _References()
        self._check_header(references, stream)
        self.content = references.load(stream)
        keys = references.load(stream)
        if not isinstance(keys, list):
            raise ValueError("it has no list of storages.")
        self._positions = self._locate(keys, references, stream.tell())

    def storage_bytes(self, storage):
        if storage.key not in self._positions:
            raise ValueError(f"storage {storage.key[:100]!r} is missing.")
        start = self._positions[storage.key]
        return self._data[start : start + storage.size]

    def _check_header(self, references, stream):
        if references.load(stream) != _LEGACY_MAGIC:
            raise ValueError("it is a pickle, but not one of torch.save.")
        if references.load(stream) != _LEGACY_PROTOCOL:
            raise ValueError("its version of the format is unknown.")
        system = references.load(stream)
        if not isinstance(system, dict) or not system.get("little_endian"):
            raise ValueError("it was written on a big-endian machine.")

    def _locate(self, keys, references, position):
        positions = {}
        for key in keys:
            storage = references.storages.get(_hashable(key))
            if storage is None or key in positions:
                raise ValueError("its list of storages is wrong.")
            # Eight bytes before each storage repeat its number of elements.
            start = position + 8
            position = start + storage.size
            count = int.from_bytes(self._data[start - 8 : start], "little")
            if position > len(self._data) or count != storage.count:
                raise ValueError("a storage is cut off or of the wrong size.")
            positions[key] = start
        return positions


class _Arrays:
    """Makes numpy arrays, each storage copied once and viewed by its tensors.

    Views keep the memory within the size of the file, however many tensors
    share a storage and however often a stride of zero repeats an element.
    """

    def __init__(self, archive, file_size):
        self._archive = archive
        self._file_size = file_size
        self._elements = {}

    def read(self, tensors):
        return {name: self._view(tensors[name], name) for name in tensors}

    def _view(self, tensor, name):
        _check_bounds(tensor, name, self._file_size)
        elements = self._read_elements(tensor.storage)[tensor.offset :]
        strides = [stride * elements.itemsize for stride in tensor.strides]
        if 0 in tensor.shape:
            elements, strides = np.empty(0, elements.dtype), None
        return np.lib.stride_tricks.as_strided(
            elements, tensor.shape, strides, writeable=False
        )

    def _read_elements(self, storage):
        if storage.key not in self._elements:
            stored = self._archive.storage_bytes(storage)
            kind = np.dtype(_STORAGE_TYPES[storage.type_name])
            order = self._archive.byte_order
            elements = np.frombuffer(stored, kind.newbyteorder(order))
            self._elements[storage.key] = _native(elements, storage.type_name)
        return self._elements[storage.key]


def _native(elements, type_name):
    if type_name == "torch.BoolStorage":
        return elements != 0
    if type_name == "torch.BFloat16Storage":
        # A bfloat16 is the upper half of a float32.
        return (elements.astype("u4") << 16).view("f4")
    return elements.astype(elements.dtype.newbyteorder("="))


def _check_bounds(tensor, name, file_size):
    # Sizes of zero count as one, or the others could be absurd beside them.
    count = math.prod(max(size, 1) for size in tensor.shape)
    if count * tensor.storage.item_size > file_size:
        raise ValueError(f"tensor {name[:100]!r} is larger than the file.")
    steps = zip(tensor.shape, tensor.strides)
    last = tensor.offset + sum((size - 1) * stride for size, stride in steps)
    is_empty = 0 in tensor.shape
    if not is_empty and last >= tensor.storage.count:
        raise ValueError(f"tensor {name[:100]!r} is outside its storage.")


def _ordered_dict(arguments):
    # Python 2 wrote the items as an argument, later versions set them.
    items = arguments[0] if arguments else []
    if len(arguments) > 1 or not isinstance(items, list):
        raise ValueError("an OrderedDict is described in an unknown way.")
    if any(not isinstance(item, list) or len(item) != 2 for item in items):
        raise ValueError("an OrderedDict is described in an unknown way.")
    return {_hashable(key): value for key, value in items}


def _tensor(arguments):
    # The rest of the arguments is about gradients.
    if len(arguments) < 4 or not isinstance(arguments[0], _Storage):
        raise ValueError("a tensor is described in an unknown way.")
    storage, offset, shape, strides = arguments[:4]
    if not _is_size(offset) or not _are_sizes(shape, strides):
        raise ValueError("a tensor has a negative or absurd size.")
    return _Tensor(storage, offset, shape, strides)


def _parameter(arguments):
    if not arguments or not isinstance(arguments[0], _Tensor):
        raise ValueError("a parameter is described in an unknown way.")
    return arguments[0]


def _size(arguments):
    if len(arguments) != 1 or not _are_sizes(arguments[0]):
        raise ValueError("a shape is described in an unknown way.")
    return arguments[0]


def _is_size(value):
    return type(value) is int and 0 <= value < 2**63


def _are_sizes(*values):
    lengths = {len(value) if type(value) is tuple else -1 for value in values}
    if len(lengths) != 1 or not 0 <= min(lengths) <= _MAX_DIMENSIONS:
        return False
    return all(_is_size(size) for value in values for size in value)


def _hashable(key):
    if type(key) not in (str, int):
        raise ValueError("a name is not a string.")
    return key


def _find_tensors(content):
    if _is_state_dict(content):
        return content
    if not isinstance(content, dict):
        raise ValueError("it does not hold a state dict.")
    found = {k: v for k, v in content.items() if _is_state_dict(v)}
    if "state_dict" in found:
        return found["state_dict"]
    if not found:
        raise ValueError("it does not hold a state dict.")
    if len(found) > 1:
        names = ", ".join(repr(name)[:50] for name in list(found)[:10])
        raise ValueError(f"it holds several state dicts: {names}.")
    return next(iter(found.values()))


def _is_state_dict(value):
    return (
        isinstance(value, dict)
        and len(value) > 0
        and all(isinstance(name, str) for name in value)
        and all(isinstance(tensor, _Tensor) for tensor in value.values())
    )


def _without_common_prefix(tensors, prefix="module."):
    if not all(name.startswith(prefix) for name in tensors):
        return tensors
    return {name.removeprefix(prefix): tensors[name] for name in tensors}
