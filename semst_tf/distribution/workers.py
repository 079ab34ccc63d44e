"""What the workers of a training tell each other."""

from semst_tf.distribution.devices import worker_count


def numbers_of_replicas(strategy, number):
    """Tells every worker a number of each; waits until all have come here.

    All workers must call it, and equally often.

    Args:
        strategy: `tf.distribute.Strategy` of the training.
        number: int below 2**53. This worker's number.

    Returns:
        List of int, in the order of the replicas: each worker's number once
        for every device that it has. Where there is one worker, its number
        once.
    """
    if worker_count() == 1:
        return [number]
    import numpy as np
    import tensorflow as tf

    count = strategy.num_replicas_in_sync

    def own(context):
        place = context.replica_id_in_sync_group
        return tf.constant(np.eye(count)[place] * number)

    numbers = strategy.reduce(
        tf.distribute.ReduceOp.SUM,
        strategy.experimental_distribute_values_from_function(own),
        axis=None,
    )
    return [int(value) for value in numbers.numpy()]
