"""Where the files of the runtime come from, and which are accepted."""

import hashlib
import io
import tarfile

import keras
import pytest

from semst_tf.demo import browser_runtime as module
from semst_tf.demo.browser_runtime import browser_runtime

FILES = {
    "dist/index.js": b'import { a } from "@litertjs/wasm-utils";\n',
    "wasm/litert_wasm_internal.js": b"var ModuleFactory;\n",
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A package of two small files takes the place of the real one."""
    digests = {n: hashlib.sha256(c).hexdigest() for n, c in FILES.items()}
    monkeypatch.setattr(module, "_SHA256", digests)


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "core" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "core"


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "litertjs-core.tgz"
    with tarfile.open(path, "w:gz") as file:
        for name, content in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return path


def test_folder_and_archive_give_the_same_files(folder, archive):
    files = browser_runtime(folder)
    assert files == browser_runtime(archive)
    assert files == {
        "index.js": b'import { a } from "./load_wasm.js";\n',
        "litert_wasm_internal.js": b"var ModuleFactory;\n",
    }


def test_a_file_that_was_changed_is_refused(folder):
    with open(folder / "wasm" / "litert_wasm_internal.js", "ab") as file:
        file.write(b"fetch('https://example.com')\n")
    with pytest.raises(ValueError, match="version that was tested.*Received"):
        browser_runtime(folder)


def test_a_missing_file_is_named(folder):
    (folder / "dist" / "index.js").unlink()
    with pytest.raises(ValueError, match="npm package.*index.js"):
        browser_runtime(folder)


@pytest.mark.parametrize("kind", ["text", "truncated", "other"])
def test_another_archive_is_refused(archive, kind):
    content = archive.read_bytes()
    if kind == "other":
        with tarfile.open(archive, "w:gz") as file:
            file.addfile(tarfile.TarInfo("package/package.json"))
    else:
        archive.write_bytes(b"text" if kind == "text" else content[:60])
    with pytest.raises(ValueError, match="not the npm package.*Received"):
        browser_runtime(archive)


def test_without_a_network_it_says_how_to_get_the_file(monkeypatch):
    def fails(*arguments, **keywords):
        # As Keras does it.
        raise Exception("URL fetch failure on registry: None")

    monkeypatch.setattr(keras.utils, "get_file", fails)
    with pytest.raises(ValueError, match="npm pack @litertjs/core@.*Received"):
        browser_runtime()


def test_what_is_downloaded_is_pinned(archive, monkeypatch):
    asked = {}

    def cached(name, address, **keywords):
        asked.update(keywords, address=address)
        return str(archive)

    monkeypatch.setattr(keras.utils, "get_file", cached)
    assert browser_runtime() == browser_runtime(archive)
    assert asked["address"].endswith(f"/core-{module.VERSION}.tgz")
    assert len(asked["file_hash"]) == 64
