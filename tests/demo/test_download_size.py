import json

from semst_tf.demo.download_size import download_size

FILES = {
    "index.html": 1000,
    "litert/litert_wasm_internal.wasm": 5_000_000,
    "litert/litert_wasm_compat_internal.wasm": 4_000_000,
    "litert/LICENSE.txt": 3000,
    "models/8x8.tflite": 100_000,
    "models/16x16.tflite": 200_000,
    "sample.jpg": 7000,
}


def test_one_runtime_and_one_model_are_counted(tmp_path):
    for name, size in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    described = {
        "files": [*FILES, "demo.json"],
        "models": [{"file": name} for name in FILES if "tflite" in name],
        "sample": {"file": "sample.jpg"},
    }
    (tmp_path / "demo.json").write_text(json.dumps(described))
    description = (tmp_path / "demo.json").stat().st_size
    size = download_size(tmp_path)
    assert size.folder == sum(FILES.values()) + description
    assert size.visit == 1000 + 5_000_000 + 200_000 + description
    assert 0 < size.compressed < 20_000
    assert str(size).startswith("9.3 MB in the folder; a browser loads 5.2 MB")
