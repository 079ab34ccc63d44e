"""The segmentation model of the adaptation study."""

import keras

STRIDE = 32
"""Height and width of what the segmenter sees are multiples of it."""


def segmenter(classes, filters=24, seed=0):
    """Makes a DeepLabV3+ of keras-cv with fresh weights.

    Its backbone is a CSPDarkNet of the depth of keras-cv's smallest one. It
    is built from its parts, because keras-cv looks up named backbones on the
    network even where no weights are wanted.

    Args:
        classes: int. Number of classes.
        filters: int. Width of the first of four stages; each has twice as
            many as the one before. Defaults to `24`, half of keras-cv's
            smallest CSPDarkNet; even.
        seed: int. Of the weights. Seeds Python, NumPy and Keras, because
            layers of keras-cv take no seed of their own.

    Returns:
        `keras_cv.models.DeepLabV3Plus` that maps `(batch, height, width, 3)`
        in [-1, 1], sizes multiples of 32, to probabilities
        `(batch, height, width, classes)`.

    Raises:
        ValueError: If keras-cv is not installed, or an argument does not fit.

    Reference:
        DeepLabV3+ (Chen et al. 2018), CSPNet (Wang et al. 2020), as keras-cv
        has them.
    """
    if classes < 2 or filters < 2 or filters % 2:
        raise ValueError(
            "A segmenter needs at least two classes and an even number of "
            f"filters. Received: classes={classes}, filters={filters}"
        )
    keras_cv = _keras_cv()
    keras.utils.set_random_seed(seed)
    backbone = keras_cv.models.CSPDarkNetBackbone(
        stackwise_channels=[filters * width for width in (1, 2, 4, 8)],
        stackwise_depth=[1, 3, 3, 1],
        include_rescaling=False,
        input_shape=(None, None, 3),
    )
    return keras_cv.models.DeepLabV3Plus(
        num_classes=classes,
        backbone=backbone,
        spatial_pyramid_pooling=keras_cv.layers.SpatialPyramidPooling(
            dilation_rates=[6, 12, 18], num_channels=4 * filters
        ),
    )


def _keras_cv():
    # Here: it loads tensorflow-datasets, which takes seconds.
    try:
        import keras_cv
    except ImportError as error:
        raise ValueError(
            "Training a segmenter needs keras-cv: "
            "pip install 'semst-tf[adaptation]'. "
            f"Received: {error}"
        ) from error
    return keras_cv
