"""The Keras network that a SavedModel was exported from."""

import json

import keras

from semst_tf.data.value_range import parse_value_range


def network_of_saved_model(folder):
    """Makes the network of an export again, with its weights.

    An export holds a description of the network and its weights beside the
    graph; the graph itself is neither loaded nor run.

    Args:
        folder: Path of `<name>/<version>`, or of `<name>`, which means its
            largest version.

    Returns:
        Keras model, float32, with the attributes `value_range`,
        `target_value_range` and `slice_plane`.

    Raises:
        ValueError: If the folder holds no export of semst_tf.
    """
    # Here: only SavedModels need TensorFlow.
    import tensorflow as tf

    from semst_tf.export.place import literal_path
    from semst_tf.export.write_saved_model import newest_version

    folder = newest_version(folder)
    try:
        described = json.loads((folder / "config.json").read_text())
        translator = described["translator"]
        kind = keras.saving.get_registered_object(
            f"semst_tf>{translator['class_name']}"
        )
        config = {**translator["config"], "dtype": "float32"}
        network = kind.from_config(config)
        with literal_path(folder) as place:
            reader = tf.train.load_checkpoint(
                str(place / "variables" / "variables")
            )
            network.set_weights(
                [
                    reader.get_tensor(f"weights/{i}/.ATTRIBUTES/VARIABLE_VALUE")
                    for i in range(len(network.weights))
                ]
            )
        for name in ("value_range", "target_value_range"):
            setattr(network, name, parse_value_range(described.get(name)))
        network.slice_plane = described.get("slice_plane")
    except Exception as error:
        # Whatever is wrong inside a file, it is the file that is wrong.
        raise ValueError(
            "This SavedModel holds no weights that Keras can take "
            f"({type(error).__name__}). Received: {folder}"
        ) from error
    return network
