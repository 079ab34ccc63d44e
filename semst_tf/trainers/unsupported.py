"""What stands in where there is no trainer for a backend."""

import keras


class UnsupportedTrainer:
    """Says that training needs the TensorFlow backend; a mixin of `SemST`."""

    def train_step(self, *args):
        """Raises `ImportError`; called by `fit`."""
        raise ImportError(
            "SemST trains on the TensorFlow backend of Keras. Received: "
            f"KERAS_BACKEND={keras.backend.backend()}"
        )

    test_step = train_step
