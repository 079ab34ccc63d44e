"""What the workers of a training tell each other."""

import json
import os


def worker_count():
    """Returns how many workers `TF_CONFIG` names; 1 without it.

    Raises:
        ValueError: If `TF_CONFIG` is not understood.
    """
    text = os.environ.get("TF_CONFIG", "")
    if not text.strip():
        return 1
    try:
        cluster = json.loads(text).get("cluster", {})
        workers = cluster.get("worker", [])
        count = len(workers) + len(cluster.get("chief", []))
        if not isinstance(workers, list):
            raise ValueError
    except (ValueError, AttributeError, TypeError):
        raise ValueError(
            'TF_CONFIG must be JSON such as {"cluster": {"worker": '
            '["host0:2222", "host1:2222"]}, "task": {"type": "worker", '
            f'"index": 0}}}}. Received: TF_CONFIG={text!r}'
        ) from None
    return max(1, count)


def is_chief():
    """Whether this process may write what all workers share.

    True without `TF_CONFIG`, and for the chief or, without one, the first
    worker that it names.
    """
    if worker_count() == 1:
        return True
    config = json.loads(os.environ["TF_CONFIG"])
    kinds = ["chief"] if config["cluster"].get("chief") else ["worker"]
    task = config.get("task", {})
    return task.get("type") in kinds and int(task.get("index", 0)) == 0


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
