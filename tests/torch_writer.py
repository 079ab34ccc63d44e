"""Writes files as `torch.save` does, good and bad ones, byte by byte."""

import zipfile

MAGIC = 0x1950A86A20F9469CFC6C


class Opcodes(bytes):
    """Part of a pickle that is already encoded."""


def encode(value):
    if isinstance(value, Opcodes):
        return value
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        number = value.to_bytes(
            value.bit_length() // 8 + 1, "little", signed=True
        )
        return b"\x8a" + bytes([len(number)]) + number
    if isinstance(value, str):
        text = value.encode()
        return b"X" + len(text).to_bytes(4, "little") + text
    if isinstance(value, tuple):
        return b"(" + b"".join(map(encode, value)) + b"t"
    if isinstance(value, list):
        return b"](" + b"".join(map(encode, value)) + b"e"
    items = [encode(part) for item in value.items() for part in item]
    return b"}(" + b"".join(items) + b"u"


def pickled(value):
    return b"\x80\x02" + encode(value) + b"."


def named(module, name):
    return Opcodes(f"c{module}\n{name}\n".encode())


def called(module, name, *arguments):
    return Opcodes(named(module, name) + encode(arguments) + b"R")


def storage(key="0", count=1, kind="FloatStorage", module="torch", view=()):
    described = ("storage", named(module, kind), key, "cpu", count, *view)
    return Opcodes(encode(described) + b"Q")


def tensor(shape, strides, offset=0, **storage_arguments):
    return called(
        "torch._utils",
        "_rebuild_tensor_v2",
        storage(**storage_arguments),
        offset,
        shape,
        strides,
        False,
        called("collections", "OrderedDict"),
    )


def state_dict(arrays):
    """Returns the content and the storages of a state dict of float32."""
    content, storages = {}, {}
    for key, (name, array) in enumerate(arrays.items()):
        strides = tuple(step // array.itemsize for step in array.strides)
        content[name] = tensor(
            array.shape, strides, key=str(key), count=array.size
        )
        storages[str(key)] = array.astype("<f4").tobytes()
    return content, storages


def write_zip(path, content, storages=(), records=(), **zip_arguments):
    """Writes the format of PyTorch 1.6 and later."""
    with zipfile.ZipFile(path, "w", **zip_arguments) as archive:
        archive.writestr("archive/data.pkl", pickled(content))
        for name, data in dict(records).items():
            archive.writestr(f"archive/{name}", data)
        for key, data in dict(storages).items():
            archive.writestr(f"archive/data/{key}", data)
    return path


def write_legacy(path, content, storages=(), item_size=4, little_endian=True):
    """Writes the format before PyTorch 1.6."""
    storages = dict(storages)
    system = {"protocol_version": 1001, "little_endian": little_endian}
    parts = [pickled(part) for part in (MAGIC, 1001, system, content)]
    parts.append(pickled(list(storages)))
    for data in storages.values():
        parts += [(len(data) // item_size).to_bytes(8, "little"), data]
    path.write_bytes(b"".join(parts))
    return path
