"""What a model file may contain before any of it is made or run."""

import json
import pathlib
import zipfile

import keras

from semst_tf.ops.private_api import operation_registry

_CONFIG_BYTES = 2**24
_DTYPE_POLICIES = ("DTypePolicy", "DTypePolicyMap", "QuantizedDTypePolicy")

# State that exported translators have: variables, control flow, assertions.
_HARMLESS_STATE = {
    "Assert",
    "AssignVariableOp",
    "Case",
    "DisableCopyOnRead",
    "If",
    "PartitionedCall",
    "ReadVariableOp",
    "StatefulPartitionedCall",
    "VarHandleOp",
    "VarIsInitializedOp",
    "While",
}
# Operations that TensorFlow does not call stateful and that reach outside.
_REACHING_OUT = {
    "InitializeTableFromTextFile",
    "InitializeTableFromTextFileV2",
    "MatchingFiles",
    "PyFunc",
    "PyFuncStateless",
    "ReadFile",
    "XlaHostCompute",
}
# How a SavedModel keeps its own variables; nothing else may call these.
_SAVING = {"MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename"}


def check_keras_file(path):
    """Refuses a `.keras` file of anything but classes of semst_tf.

    Reads the description in the file before Keras makes anything of it, so
    that no class and no function that a stranger named is even looked up.

    Args:
        path: Path of the file.

    Raises:
        ValueError: If it is not a `.keras` file or names other classes.
        OSError: If it cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as file:
            with file.open("config.json") as description:
                text = description.read(_CONFIG_BYTES + 1)
        if len(text) > _CONFIG_BYTES:
            raise ValueError("a description without end")
        description = json.loads(text)
        name = description["registered_name"]
        nested = list(_classes(description.get("config")))
    except OSError:
        raise
    except Exception as error:
        raise ValueError(
            "This file does not hold a Keras model that semst_tf can read "
            f"({type(error).__name__}). Received: {path}"
        ) from error
    ours = isinstance(name, str) and name.startswith("semst_tf>")
    if not ours or keras.saving.get_registered_object(name) is None:
        described = f"{description.get('module')}.{description['class_name']}"
        raise ValueError(
            "This file holds a Keras model that is no translator, but a "
            f"{described}, which is not made for fear of what it does. "
            f"Received: {path}"
        )
    for module, class_name in nested:
        if module != "keras" or class_name not in _DTYPE_POLICIES:
            raise ValueError(
                "A translator's file has no place for other objects. "
                f"Received: {path}, which names {module}.{class_name}"
            )


def _classes(value):
    """Yields module and name of every class that a description names."""
    if isinstance(value, dict):
        if "class_name" in value:
            yield value.get("module"), value["class_name"]
        for part in value.values():
            yield from _classes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _classes(part)


def check_saved_model_graph(folder):
    """Refuses a SavedModel that does more than compute.

    A SavedModel is a program. Loading runs what it does to restore itself,
    calling it runs the rest; both may contain operations that read or write
    files, open connections or call Python. This reads the graph as data,
    before it is loaded, and refuses operations with effects or state other
    than variables, and anything to be run on load.

    Args:
        folder: Path of the folder with `saved_model.pb`.

    Raises:
        ValueError: If the graph cannot be read or does more than compute.
        OSError: If it cannot be opened.
    """
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    content = (pathlib.Path(folder) / "saved_model.pb").read_bytes()
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(content)
    except DecodeError as error:
        raise ValueError(
            f"This SavedModel is damaged. Received: {folder}"
        ) from error
    for graph in saved.meta_graphs:
        refused = sorted(_effects(graph))
        if refused:
            raise ValueError(
                "This SavedModel does more than compute, and is not loaded. "
                f"Received: {folder}, with {', '.join(refused)}"
            )


def _effects(graph):
    """Names of what a graph does besides computing."""
    functions = graph.graph_def.library.function
    called = {
        name
        for function in functions
        for node in function.node_def
        for name in _called(node)
    }
    called |= set(graph.object_graph_def.concrete_functions)
    saver = {
        name.split(":")[0]
        for name in (
            graph.saver_def.save_tensor_name,
            graph.saver_def.restore_op_name,
        )
    }
    for node in graph.graph_def.node:
        if node.name not in saver:
            called.update(_called(node))
    found = {
        node.op
        for node in graph.graph_def.node
        if _has_effect(node.op, may_save=False)
    }
    for function in functions:
        own = function.signature.name not in called
        found |= {
            node.op
            for node in function.node_def
            if _has_effect(node.op, may_save=own)
        }
    # Objects that are made, or initialised, by running a part of the graph.
    kinds = {n.WhichOneof("kind") for n in graph.object_graph_def.nodes}
    found |= {f"a {kind}" for kind in kinds & {"resource", "asset"}}
    found |= {"an asset"} if graph.asset_file_def else set()
    return found | _run_on_load(graph)


def _run_on_load(graph):
    nodes = {node.name: node.op for node in graph.graph_def.node}
    run = {
        name
        for key in ("saved_model_main_op", "legacy_init_op")
        if key in graph.collection_def
        for name in graph.collection_def[key].node_list.value
    }
    run |= {
        info.name.split(":")[0]
        for key, signature in graph.signature_def.items()
        if key == "__saved_model_init_op"
        for info in signature.outputs.values()
    }
    return {f"{name} on load" for name in run if nodes.get(name) != "NoOp"}


def _called(node):
    for value in node.attr.values():
        if value.func.name:
            yield value.func.name
        for function in value.list.func:
            yield function.name


def _has_effect(name, may_save):
    if name in _SAVING:
        return not may_save
    if name in _REACHING_OUT:
        return True
    operation = operation_registry().get(name)
    if operation is None:
        return True  # Not of TensorFlow: what it does is unknown.
    return operation.is_stateful and name not in _HARMLESS_STATE
