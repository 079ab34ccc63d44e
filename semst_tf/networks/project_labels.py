"""What the classes of a place add to the score of a discriminator."""

from keras import ops

from semst_tf.ops.area_average import area_average


def project_labels(class_scores, labels):
    """Returns the scores of the classes, weighted by their shares.

    Args:
        class_scores: Tensor `(batch, rows, columns, classes)`.
        labels: Tensor `(batch, height, width, classes)`: the share of each
            class in every pixel, 0 where nothing is labelled.

    Returns:
        Float32 tensor `(batch, rows, columns, 1)`.

    Reference:
        Miyato and Koyama 2018, for one label an image.
    """
    scores = ops.cast(class_scores, "float32")
    shares = area_average(labels, *ops.shape(scores)[1:3])
    return ops.sum(scores * shares, axis=-1, keepdims=True)
