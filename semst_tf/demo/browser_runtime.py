"""The program that runs LiteRT files in a browser: LiteRT.js, pinned.

It is not part of the package: four files of 19 MB. They come out of the npm
package `@litertjs/core`, downloaded once or given, and only if they are, byte
for byte, the ones that were tested.
"""

import hashlib
import pathlib
import tarfile

import keras

PACKAGE = "@litertjs/core"
VERSION = "2.5.3"
ADDRESS = f"https://registry.npmjs.org/{PACKAGE}/-/core-{VERSION}.tgz"

_ARCHIVE_SHA256 = (
    "a97660833e9e7e1063c95e12016718881240b14f7438728a2f62785e912d30fd"
)
_SHA256 = {
    "dist/index.js": (
        "e7daccc3a31eef890848a737ccb863ded5f046a6b40c3fdc0556495adeb5d9b3"
    ),
    # For browsers with relaxed SIMD, and for those with plain SIMD. Of either
    # kind a visitor downloads one.
    "wasm/litert_wasm_internal.js": (
        "68efb69f770e3f76aff36a377de629ca496c131b86ac0f0f4b592a1543a898eb"
    ),
    "wasm/litert_wasm_internal.wasm": (
        "7280cf4471774867e385e6c3cd53e2b45e2975b80fea338fff4ef359b0865614"
    ),
    "wasm/litert_wasm_compat_internal.js": (
        "4d8f894b7883654fd6e8439730aa41e79ceaab7d19184fc4f1f0b0f1a2a2c8a5"
    ),
    "wasm/litert_wasm_compat_internal.wasm": (
        "5255c8ad06eabdbd2522cdebf6b22fc10faf74625c23a49b9e072570cd1fa41c"
    ),
}

# The only import of index.js. Browsers look up bare names in import maps,
# and workers have none.
_BARE_IMPORT = b'from "@litertjs/wasm-utils"'
_OWN_IMPORT = b'from "./load_wasm.js"'


def browser_runtime(place=None):
    """Reads the files of the runtime.

    Args:
        place: Path of `litertjs-core-2.5.3.tgz` as `npm pack` fetches it, or
            of the folder of the package in `node_modules`. Defaults to
            `None`: downloaded from the npm registry, and kept in Keras'
            cache, `~/.keras/semst_tf`.

    Returns:
        Dict from names, without folders, to bytes. The import of `index.js`
        leads to `load_wasm.js` of the demo's page instead of another
        package; the other files are as they are in the package.

    Raises:
        ValueError: If it cannot be downloaded, a file is missing, or one is
            not that of the tested version.
    """
    place = pathlib.Path(place) if place else _downloaded()
    files = _read_folder(place) if place.is_dir() else _read_archive(place)
    for name, digest in _SHA256.items():
        found = hashlib.sha256(files[name]).hexdigest()
        if found != digest:
            raise ValueError(
                f"This is not {PACKAGE} {VERSION}, the version that was "
                f"tested, or it is damaged. Received: {place}, whose {name} "
                f"has the SHA-256 {found}"
            )
    files["dist/index.js"] = files["dist/index.js"].replace(
        _BARE_IMPORT, _OWN_IMPORT
    )
    return {pathlib.PurePosixPath(name).name: files[name] for name in files}


def _downloaded():
    try:
        path = keras.utils.get_file(
            f"litertjs-core-{VERSION}.tgz",
            ADDRESS,
            cache_subdir="semst_tf",
            file_hash=_ARCHIVE_SHA256,
        )
    except Exception as error:
        # Keras raises bare exceptions where there is no network.
        raise ValueError(
            "The browser's runtime could not be downloaded; where there is a "
            f"network, `npm pack {PACKAGE}@{VERSION}` fetches a file to give "
            f"as the runtime. Received: {error}"
        ) from error
    return pathlib.Path(path)


def _read_folder(folder):
    try:
        return {name: (folder / name).read_bytes() for name in _SHA256}
    except FileNotFoundError as error:
        raise ValueError(
            f"This folder is not that of the npm package {PACKAGE}. "
            f"Received: {folder}, without {error.filename}"
        ) from error


def _read_archive(path):
    try:
        with tarfile.open(path) as archive:
            return {
                name: archive.extractfile(f"package/{name}").read()
                for name in _SHA256
            }
    # Truncated archives end in errors of their compression.
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(
            f"This file is not the npm package {PACKAGE}. Received: {path}"
        ) from error
