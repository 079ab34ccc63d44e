"""Requests that TF Serving replays before it says that it is ready."""

import tensorflow as tf

PLACE = "assets.extra/tf_serving_warmup_requests"


def write_warm_up(folder, name, requests):
    """Writes warm-up requests into a SavedModel.

    The file is a TFRecord of `tensorflow.serving.PredictionLog`. The few
    fields that are needed are encoded here, so that an export does not need
    the package tensorflow-serving-api.

    Args:
        folder: `pathlib.Path` of the SavedModel.
        name: str. Name of the model.
        requests: List of pairs of a signature's name and a dict from input
            names to arrays.

    Reference:
        `predict.proto`, `model.proto` and `prediction_log.proto` of
        tensorflow/serving.
    """
    path = folder / PLACE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in requests:
            writer.write(prediction_log(name, signature, inputs))


def prediction_log(name, signature, inputs):
    """Encodes one request as a `PredictionLog`.

    Args:
        name: str. Name of the model.
        signature: str. Name of the signature.
        inputs: Dict from input names to arrays.

    Returns:
        bytes.
    """
    model = _field(1, name.encode()) + _field(3, signature.encode())
    request = _field(1, model)
    for key, value in inputs.items():
        tensor = tf.make_tensor_proto(value).SerializeToString()
        request += _field(2, _field(1, key.encode()) + _field(2, tensor))
    predict_log = _field(1, request)
    return _field(6, predict_log)


def _field(number, payload):
    """A length-delimited field of the protocol buffer wire format."""
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(value):
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
