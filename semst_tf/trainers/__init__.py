"""How gradients are taken and applied, one file for each engine."""

import keras


def backend_trainer():
    """Returns the trainer mixin of the Keras backend in use.

    Networks, losses and descriptors work on every backend; where there is no
    trainer, making the model works and its `fit` says what is missing.
    """
    if keras.backend.backend() == "tensorflow":
        from semst_tf.trainers.tensorflow import TensorFlowTrainer

        return TensorFlowTrainer
    if keras.backend.backend() == "jax":
        from semst_tf.trainers.jax import JaxTrainer

        return JaxTrainer
    from semst_tf.trainers.unsupported import UnsupportedTrainer

    return UnsupportedTrainer
