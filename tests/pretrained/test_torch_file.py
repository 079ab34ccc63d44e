import os
import pickle
import random
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from torch_writer import Opcodes
from torch_writer import called
from torch_writer import encode
from torch_writer import named
from torch_writer import pickled
from torch_writer import state_dict
from torch_writer import storage
from torch_writer import tensor
from torch_writer import write_legacy
from torch_writer import write_zip

from semst_tf.pretrained.torch_file import read_torch_file

REFERENCE = Path(__file__).parents[1] / "reference"
WRITERS = [write_zip, write_legacy]
VALUES = np.arange(6, dtype="<f4")
ARRAYS = {
    "kernel": np.arange(12, dtype="f4").reshape(3, 4),
    "bias": np.array([0.5, -1.0], "f4"),
}


def refused(path):
    with pytest.raises(ValueError) as error:
        read_torch_file(path)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 1000
    # The path holds the name of the test, which would satisfy its search.
    detail, _, received = message.partition("Received: ")
    assert received == f"path={os.fspath(path)!r}"
    return detail


def test_zip_and_legacy_formats_hold_the_same_tensors():
    tensors = read_torch_file(REFERENCE / "cut_net_G.pth")
    legacy = read_torch_file(REFERENCE / "cut_net_G_legacy.pth")
    assert len(tensors) == 52
    assert list(tensors) == list(legacy)
    assert tensors["model.1.weight"].shape == (8, 3, 7, 7)
    for name in tensors:
        assert tensors[name].dtype == np.float32
        np.testing.assert_array_equal(tensors[name], legacy[name])


def test_reading_does_not_import_torch(monkeypatch):
    # None makes every `import torch` fail.
    monkeypatch.setitem(sys.modules, "torch", None)
    assert read_torch_file(REFERENCE / "cut_net_D.pth")


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "kind, dtype",
    [
        ("FloatStorage", "f4"),
        ("DoubleStorage", "f8"),
        ("HalfStorage", "f2"),
        ("LongStorage", "i8"),
        ("IntStorage", "i4"),
        ("ShortStorage", "i2"),
        ("CharStorage", "i1"),
        ("ByteStorage", "u1"),
        ("BoolStorage", "?"),
    ],
)
def test_element_types_keep_their_values(tmp_path, write, kind, dtype):
    values = np.array([0, 1, 100], dtype)
    options = {"item_size": values.itemsize} if write == write_legacy else {}
    content = {"x": tensor((3,), (1,), count=3, kind=kind)}
    path = write(
        tmp_path / "x.pth", content, {"0": values.tobytes()}, **options
    )
    read = read_torch_file(path)["x"]
    assert read.dtype == values.dtype
    np.testing.assert_array_equal(read, values)


def test_bfloat16_becomes_the_equal_float32(tmp_path):
    values = np.array([1.0, -2.5, 2.0**100, 0.0], "<f4")
    upper_halves = (values.view("<u4") >> 16).astype("<u2")
    content = {"x": tensor((4,), (1,), count=4, kind="BFloat16Storage")}
    path = write_zip(tmp_path / "x.pth", content, {"0": upper_halves.tobytes()})
    read = read_torch_file(path)["x"]
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, values)


def test_untyped_storage_is_read_as_bytes(tmp_path):
    x = tensor(
        (2,), (1,), count=2, kind="UntypedStorage", module="torch.storage"
    )
    path = write_zip(tmp_path / "x.pth", {"x": x}, {"0": b"\x07\xff"})
    np.testing.assert_array_equal(read_torch_file(path)["x"], [7, 255])


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "shape, strides, offset, expected",
    [
        ((2, 3), (3, 1), 0, [[0, 1, 2], [3, 4, 5]]),
        ((3, 2), (1, 3), 0, [[0, 3], [1, 4], [2, 5]]),
        ((2, 2), (3, 2), 1, [[1, 3], [4, 6]]),
        ((3,), (0,), 5, [5, 5, 5]),
        ((), (), 4, 4),
        ((0, 3), (3, 1), 6, np.zeros((0, 3))),
        ((1, 1), (10**9, 10**9), 2, [[2]]),
    ],
)
def test_strides_and_offset_choose_the_elements(
    tmp_path, write, shape, strides, offset, expected
):
    values = np.arange(7, dtype="<f4")
    content = {"x": tensor(shape, strides, offset, count=7)}
    path = write(tmp_path / "x.pth", content, {"0": values.tobytes()})
    read = read_torch_file(path)["x"]
    assert read.shape == shape
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("write", WRITERS)
def test_tensors_may_share_a_storage(tmp_path, write):
    content = {
        "first": tensor((3,), (1,), 0, count=6),
        "second": tensor((3,), (1,), 3, count=6),
    }
    path = write(tmp_path / "x.pth", content, {"0": VALUES.tobytes()})
    tensors = read_torch_file(path)
    np.testing.assert_array_equal(tensors["first"], [0, 1, 2])
    np.testing.assert_array_equal(tensors["second"], [3, 4, 5])


def test_big_endian_zip_is_read(tmp_path):
    path = write_zip(
        tmp_path / "x.pth",
        {"x": tensor((6,), (1,), count=6)},
        {"0": VALUES.astype(">f4").tobytes()},
        {"byteorder": "big"},
    )
    np.testing.assert_array_equal(read_torch_file(path)["x"], VALUES)


def test_unknown_byte_order_is_refused(tmp_path):
    records = {"byteorder": "middle"}
    path = write_zip(tmp_path / "x.pth", *state_dict(ARRAYS), records)
    assert "byte order" in refused(path)


def test_big_endian_legacy_file_is_refused(tmp_path):
    content, storages = state_dict(ARRAYS)
    path = write_legacy(
        tmp_path / "x.pth", content, storages, little_endian=False
    )
    assert "big-endian" in refused(path)


@pytest.mark.parametrize("write", WRITERS)
def test_parameters_sizes_and_metadata_are_understood(tmp_path, write):
    shape = called("torch", "Size", (6,))
    parameter = called(
        "torch._utils",
        "_rebuild_parameter",
        tensor(shape, (1,), count=6),
        True,
        called("collections", "OrderedDict"),
    )
    items = Opcodes(
        called("collections", "OrderedDict")
        + b"("
        + encode("x")
        + parameter
        + b"u"
        + encode({"_metadata": {"": {"version": 1}}})
        + b"b"
    )
    path = write(tmp_path / "x.pth", items, {"0": VALUES.tobytes()})
    np.testing.assert_array_equal(read_torch_file(path)["x"], VALUES)


def test_ordered_dict_of_python_2_is_understood(tmp_path):
    items = [["x", tensor((6,), (1,), count=6)]]
    content = called("collections", "OrderedDict", items)
    path = write_legacy(tmp_path / "x.pth", content, {"0": VALUES.tobytes()})
    np.testing.assert_array_equal(read_torch_file(path)["x"], VALUES)


def test_names_by_stack_global_and_memo_are_understood(tmp_path):
    content = Opcodes(
        b"\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94("
        + encode("x")
        + tensor((6,), (1,), count=6)
        + b"u"
    )
    path = write_zip(tmp_path / "x.pth", content, {"0": VALUES.tobytes()})
    np.testing.assert_array_equal(read_torch_file(path)["x"], VALUES)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("name", ["state_dict", "generator"])
def test_wrapped_state_dict_of_data_parallel_is_found(tmp_path, write, name):
    arrays = {f"module.{key}": array for key, array in ARRAYS.items()}
    tensors, storages = state_dict(arrays)
    content = {"epoch": 3, name: tensors, "optimizer": {"state": {0: {}}}}
    read = read_torch_file(write(tmp_path / "x.pth", content, storages))
    assert list(read) == list(ARRAYS)
    for key, array in ARRAYS.items():
        np.testing.assert_array_equal(read[key], array)


def test_several_state_dicts_are_refused_by_name(tmp_path):
    tensors, storages = state_dict(ARRAYS)
    content = {"net_G": tensors, "net_D": tensors}
    message = refused(write_zip(tmp_path / "x.pth", content, storages))
    assert "net_G" in message and "net_D" in message


@pytest.mark.parametrize("content", [{}, {"epoch": 3}, [1, 2], None, "text"])
@pytest.mark.parametrize("write", WRITERS)
def test_files_without_tensors_are_refused(tmp_path, write, content):
    message = refused(write(tmp_path / "x.pth", content))
    assert "does not hold a state dict" in message


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "shape, strides, offset",
    [
        ((7,), (1,), 0),
        ((6,), (1,), 1),
        ((2, 3), (4, 1), 0),
        ((1,), (1,), 6),
        ((), (), 6),
        ((-1,), (1,), 0),
        ((3,), (-1,), 5),
        ((3,), (1,), -1),
        ((2**40,), (0,), 0),
        ((0, 2**62), (1, 1), 0),
        ((2**63,), (1,), 0),
        ((True,), (1,), 0),
        ((2,), (1, 1), 0),
        ((1,) * 33, (1,) * 33, 0),
        (2, 1, 0),
        ("6", "1", 0),
    ],
)
def test_tensors_outside_their_storage_are_refused(
    tmp_path, write, shape, strides, offset
):
    content = {"x": tensor(shape, strides, offset, count=6)}
    refused(write(tmp_path / "x.pth", content, {"0": VALUES.tobytes()}))


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "description",
    [
        {"count": 7},
        {"count": 5},
        {"count": -6},
        {"count": 2**62},
        {"count": 6, "key": "1"},
        {"count": 6, "key": "../0"},
        {"count": 6, "key": 0},
        {"count": 6, "kind": "DoubleStorage"},
        {"count": 6, "kind": "Size"},
        {"count": 6, "view": (("1", 0, 6),)},
    ],
)
def test_storages_that_do_not_match_are_refused(tmp_path, write, description):
    content = {"x": tensor((1,), (1,), **description)}
    refused(write(tmp_path / "x.pth", content, {"0": VALUES.tobytes()}))


def test_one_storage_with_two_types_is_refused(tmp_path):
    content = {
        "x": tensor((1,), (1,), count=1),
        "y": tensor((1,), (1,), count=1, kind="IntStorage"),
    }
    path = write_zip(tmp_path / "x.pth", content, {"0": b"1234"})
    assert "differently" in refused(path)


def test_compressed_records_are_refused(tmp_path):
    content = {"x": tensor((10**6,), (1,), count=10**6)}
    path = write_zip(
        tmp_path / "x.pth",
        content,
        {"0": bytes(4 * 10**6)},
        compression=zipfile.ZIP_DEFLATED,
    )
    assert path.stat().st_size < 10**5
    assert "compressed" in refused(path)


def test_records_that_overlap_are_refused(tmp_path):
    path = tmp_path / "x.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled({}))
        archive.writestr("archive/data/0", bytes(1000))
        original = archive.getinfo("archive/data/0")
        for key in range(1, 50):
            copy = zipfile.ZipInfo(f"archive/data/{key}")
            copy.file_size = copy.compress_size = original.file_size
            copy.header_offset, copy.CRC = original.header_offset, original.CRC
            archive.filelist.append(copy)
    assert "more bytes than the file" in refused(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello, world\n" * 50,
        b"PK\x03\x04",
        b"\x80",
        b"\x89PNG\r\n",
    ],
)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "x.pth"
    path.write_bytes(content)
    refused(path)


def test_plain_pickles_archives_and_missing_files_are_refused(tmp_path):
    plain = tmp_path / "plain.pkl"
    plain.write_bytes(pickle.dumps({"a": 1}, protocol=2))
    refused(plain)
    np.savez(tmp_path / "arrays.npz", a=VALUES)
    assert "not one of torch.save" in refused(tmp_path / "arrays.npz")
    assert "no such file" in refused(tmp_path / "missing.pth")
    assert "no such file" in refused(tmp_path)


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_cut_anywhere_gives_one_clear_error(tmp_path, write):
    path = write(tmp_path / "x.pth", *state_dict(ARRAYS))
    assert list(read_torch_file(path)) == list(ARRAYS)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        refused(path)


@pytest.mark.parametrize("name", ["cut_net_D.pth", "cut_net_G_legacy.pth"])
def test_a_real_file_cut_off_gives_one_clear_error(tmp_path, name):
    whole = (REFERENCE / name).read_bytes()
    path = tmp_path / "x.pth"
    for length in [*range(0, len(whole), len(whole) // 20), len(whole) - 1]:
        path.write_bytes(whole[:length])
        refused(path)


@pytest.mark.parametrize("write", WRITERS)
def test_damaged_bytes_never_give_another_error(tmp_path, write):
    path = write(tmp_path / "x.pth", *state_dict(ARRAYS))
    whole = path.read_bytes()
    generator = random.Random(0)
    refusals = 0
    for _ in range(1000):
        damaged = bytearray(whole)
        for _ in range(generator.choice([1, 1, 3])):
            damaged[generator.randrange(len(whole))] = generator.randrange(256)
        path.write_bytes(damaged)
        try:
            read_torch_file(path)
        except ValueError:
            refusals += 1
    assert refusals > 100


def attacks(command):
    """Contents that run the command when Python's own unpickler reads them."""
    code = f"__import__('os').system({command!r})"
    get_system = called(
        "builtins", "getattr", called("builtins", "__import__", "os"), "system"
    )
    return {
        "os.system": called("os", "system", command),
        "posix.system": called("posix", "system", command),
        "eval": called("builtins", "eval", code),
        "python_2_eval": called("__builtin__", "eval", code),
        "getattr": Opcodes(get_system + encode((command,)) + b"R"),
        "nested": called(
            "collections",
            "OrderedDict",
            [["x", called("os", "system", command)]],
        ),
        "inst": Opcodes(b"(" + encode(command) + b"ios\nsystem\n"),
        "obj": Opcodes(b"(" + named("os", "system") + encode(command) + b"o"),
        "stack_global": Opcodes(
            encode("os")
            + encode("system")
            + b"\x93"
            + encode((command,))
            + b"R"
        ),
        "text_opcodes": Opcodes(
            b"cos\nsystem\n(S" + repr(command).encode() + b"\ntR"
        ),
        "subprocess": called("subprocess", "call", ["sh", "-c", command]),
        "dict_value": {"x": called("os", "system", command)},
    }


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("name", attacks(""))
def test_attacks_are_refused_and_do_not_run(tmp_path, write, name):
    witness = tmp_path / "witness"
    content = attacks(f"touch {witness}")[name]
    path = write(tmp_path / "x.pth", content)
    refused(path)
    assert not witness.exists()
    # The attack is a real one.
    pickle.loads(pickled(content))
    assert witness.exists()


def test_refusal_names_the_global(tmp_path):
    path = write_zip(tmp_path / "x.pth", called("os", "system", "true"))
    assert "'os.system'" in refused(path)


@pytest.mark.parametrize("write", WRITERS)
def test_a_global_that_is_only_mentioned_is_refused(tmp_path, write):
    content, storages = state_dict(ARRAYS)
    content = {"state_dict": content, "loader": named("os", "system")}
    message = refused(write(tmp_path / "x.pth", content, storages))
    assert "asks for 'os.system'" in message


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda attack: tensor(attack, (1,), count=6),
        lambda attack: called("torch._utils", "_rebuild_parameter", attack),
        lambda attack: called("torch", "Size", attack),
        lambda attack: Opcodes(attack + b"Q"),
        lambda attack: Opcodes(b"}" + attack + b"b"),
        lambda attack: Opcodes(storage() + attack + b"R"),
    ],
)
def test_attacks_within_allowed_calls_do_not_run(tmp_path, write, wrap):
    witness = tmp_path / "witness"
    attack = called("os", "system", f"touch {witness}")
    path = write(tmp_path / "x.pth", {"x": wrap(attack)})
    assert "'os.system'" in refused(path)
    assert not witness.exists()


@pytest.mark.parametrize("position", range(5))
def test_attacks_in_each_legacy_pickle_do_not_run(tmp_path, position):
    witness = tmp_path / "witness"
    good = write_legacy(tmp_path / "x.pth", {}).read_bytes()
    ends = [index + 1 for index in range(len(good)) if good[index] == ord(".")]
    start = [0, *ends][position]
    attack = pickled(called("os", "system", f"touch {witness}"))
    path = tmp_path / "attack.pth"
    path.write_bytes(good[:start] + attack)
    assert "'os.system'" in refused(path)
    assert not witness.exists()


@pytest.mark.parametrize(
    "call",
    [
        called("torch", "FloatStorage", 3),
        called("torch._utils", "_rebuild_tensor_v2"),
        called("torch._utils", "_rebuild_parameter", 3),
        called("torch", "Size", 3),
        called("collections", "OrderedDict", 3),
        called("collections", "OrderedDict", [[(), 3]]),
        called("torch", "load", "other.pth"),
        called("torch._utils", "_rebuild_tensor_v2.__globals__"),
        called("collections", "OrderedDict.fromkeys", [1]),
        Opcodes(encode(3) + b")R"),
        Opcodes(named("collections", "OrderedDict") + b"}b"),
        Opcodes(named("collections", "OrderedDict") + b"NR"),
        Opcodes(b"\x82\x01"),
        Opcodes(b"b"),
        Opcodes(b"h\x05"),
        Opcodes(b"t"),
        Opcodes(b"](" + encode(1) + b"u"),
        Opcodes(b"}(" + encode(1) + b"u"),
    ],
)
@pytest.mark.parametrize("write", WRITERS)
def test_calls_that_make_no_sense_are_refused(tmp_path, write, call):
    refused(write(tmp_path / "x.pth", {"x": call}))


@pytest.mark.parametrize(
    "content",
    [
        # A memo index, and lengths, for which another reader takes gigabytes.
        b"Nr\xff\xff\xff\xff",
        b"\x96\xff\xff\xff\xff\xff\x00\x00\x00",
        b"\x8d\xff\xff\xff\xff\xff\x00\x00\x00",
        b"\x8b\xff\xff\xff\x7f",
    ],
)
@pytest.mark.parametrize("write", WRITERS)
def test_small_files_cannot_exhaust_the_machine(tmp_path, write, content):
    refused(write(tmp_path / "x.pth", Opcodes(content)))


@pytest.mark.parametrize(
    "key",
    [
        # Hashing the first overflows the stack, the second takes for ever.
        b")" + b"\x85" * 10**5,
        b")q\x00" + b"h\x00\x86q\x00" * 100,
    ],
)
@pytest.mark.parametrize("write", WRITERS)
def test_keys_that_are_dangerous_to_hash_are_refused(tmp_path, write, key):
    content = Opcodes(b"}" + key + b"Ns")
    assert "key" in refused(write(tmp_path / "x.pth", content))


def test_many_tensors_of_one_storage_take_its_memory_once(tmp_path):
    count = 250_000
    content = {
        f"x{index}": tensor((count,), (1,), count=count) for index in range(50)
    }
    path = write_zip(tmp_path / "x.pth", content, {"0": bytes(4 * count)})
    tracemalloc.start()
    try:
        tensors = read_torch_file(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(tensors) == 50
    assert peak < 10 * path.stat().st_size
