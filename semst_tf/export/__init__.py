"""Translators leave as SavedModel, LiteRT or ONNX, with proof of parity."""

try:
    import tensorflow  # noqa: F401
except ImportError as error:
    raise ImportError(
        "SavedModel, LiteRT and ONNX need TensorFlow, which is not installed. "
        "A .keras file can be taken to where it is: it exports there, whatever "
        "backend trained it."
    ) from error

from semst_tf.export.parity import Parity
from semst_tf.export.verify_export import verify
from semst_tf.export.write_litert import litert
from semst_tf.export.write_onnx import onnx
from semst_tf.export.write_saved_model import saved_model

__all__ = ["Parity", "litert", "onnx", "saved_model", "verify"]
