"""The data of a training on several devices or machines."""

from semst_tf.data.unpaired_dataset import unpaired_images


def distributed_images(strategy, source, target, batch_size=1, **options):
    """Makes unpaired crops for the replicas of a strategy.

    The batches are those of `unpaired_images`, split in order: what replicas
    read together is what one device would read. Every machine loads its own
    share only.

    Args:
        strategy: `tf.distribute.Strategy` that the model was made in.
        source: Source images, as `unpaired_images` takes them.
        target: Target images.
        batch_size: int. Images that all replicas together read in a step,
            a multiple of their number. Defaults to 1.
        **options: Other arguments of `unpaired_images`.

    Returns:
        A `tf.distribute.DistributedDataset` for `SemST.fit`, which needs
        `steps_per_epoch`; or the plain `tf.data.Dataset` where there is one
        replica.

    Raises:
        ImportError: If TensorFlow is not installed.
        OSError: If a folder or file is missing.
        ValueError: If the replicas cannot share a batch evenly, an argument
            is invalid or the images have problems.

    Example:

    ```python
    strategy = distribution_strategy("gpu:0,gpu:1")
    data = distributed_images(
        strategy, "game", "street", batch_size=4, crop_size=256
    )
    ```
    """
    replicas = strategy.num_replicas_in_sync
    check_shared_batch(batch_size, replicas)
    options["batch_size"] = batch_size
    if replicas == 1:
        return unpaired_images(source, target, **options)

    def read(context):
        part = (context.input_pipeline_id, context.num_input_pipelines)
        data = unpaired_images(source, target, part=part, **options)
        return data.rebatch(batch_size // replicas, drop_remainder=True)

    return strategy.distribute_datasets_from_function(read)


def check_shared_batch(batch_size, replicas):
    """Raises unless replicas can share a batch evenly.

    A replica with fewer images would count each of them for more, and one
    without any would have no loss at all.

    Args:
        batch_size: int. Images of a step over all replicas.
        replicas: int. Devices that train together.

    Raises:
        ValueError: If the number does not divide.
    """
    if batch_size % replicas:
        raise ValueError(
            "The batch must be a multiple of the number of devices, so that "
            "every image counts the same; change `data.batch_size` or the "
            f"devices. Received: batch_size={batch_size}, {replicas} devices"
        )
