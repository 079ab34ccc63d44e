"""What stands in where there is no trainer for a backend."""

import keras

from semst_tf.trainers.base import BaseTrainer


class UnsupportedTrainer(BaseTrainer):
    """Says which backends training works on; a mixin of `SemST`."""

    def train_step(self, *args):
        """Raises `ImportError`; called by `fit`."""
        raise ImportError(
            "SemST trains on the TensorFlow and JAX backends of Keras. "
            f"Received: KERAS_BACKEND={keras.backend.backend()}"
        )

    test_step = train_step
