"""Where TensorBoard files come from."""

import keras


def summary_writer(folder):
    """Makes a writer of TensorBoard files.

    Args:
        folder: Path of the log folder.

    Returns:
        `tf.summary.SummaryWriter`, or `None` if TensorFlow is not installed.
    """
    try:
        import tensorflow as tf
    except ImportError:
        return None
    if keras.backend.backend() != "tensorflow":
        # It would take the memory of the GPUs from the engine that trains.
        tf.config.set_visible_devices([], "GPU")
    return tf.summary.create_file_writer(str(folder))
