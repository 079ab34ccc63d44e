"""One worker of a small training; a program of test_multi_worker.py.

Trains on the devices of TF_CONFIG, or on two logical CPUs without it, and
goes on from the newest checkpoint. The first worker writes.
"""

import json
import os
import pathlib
import sys
import tempfile

from semst_tf.devices import distribution_strategy

STEPS = 4


def train(folder, die_at):
    """Trains to `STEPS`; dies like a machine that loses power, if asked to."""
    workers = json.loads(os.environ.get("TF_CONFIG", "null"))
    strategy = distribution_strategy(None if workers else "cpu:2")
    number = workers["task"]["index"] if workers else 0

    # After the devices are set: making models uses them.
    import keras
    import numpy as np
    from small import small_config

    from semst_tf import SemST
    from semst_tf.callbacks import Checkpoints
    from semst_tf.callbacks import checkpoint_paths
    from semst_tf.callbacks import restore_checkpoint
    from semst_tf.callbacks.current_step import current_step
    from semst_tf.data import distributed_images

    class Power(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if current_step(self.model) == die_at:
                os._exit(9)

    with strategy.scope():
        model = SemST(small_config("cut", **{"optimizer.ema_decay": 0.9}))
        model.compile(keras.optimizers.SGD(1e-3))
        checkpoints = checkpoint_paths(folder / "checkpoints")
        first_step = 0
        if checkpoints:
            first_step = restore_checkpoint(model, checkpoints[-1]).step
    data = distributed_images(
        strategy,
        folder / "source",
        folder / "target",
        batch_size=4,
        crop_size=16,
        first_example=4 * first_step,
    )
    # Every worker takes part in what is done together; one keeps the result.
    place = folder if number == 0 else pathlib.Path(tempfile.mkdtemp())
    history = model.fit(
        data,
        steps_per_epoch=1,
        initial_epoch=first_step,
        epochs=STEPS,
        verbose=0,
        callbacks=[Power(), Checkpoints(place / "checkpoints", every=1)],
    ).history
    np.savez(folder / f"weights{number}.npz", *model.get_weights())
    (folder / f"losses{number}.json").write_text(
        json.dumps({"from": first_step, "losses": history})
    )


if __name__ == "__main__":
    train(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
