import keras
import numpy as np
import pytest

from semst_tf.pretrained.grouped_convolution import GroupedConvolution


@pytest.mark.parametrize("kernel_size", [1, 3])
@pytest.mark.parametrize("groups", [1, 2, 6])
def test_each_group_sees_only_its_own_channels(kernel_size, groups):
    layer = GroupedConvolution(12, kernel_size, groups)
    images = np.random.default_rng(0).normal(size=(2, 5, 7, 6))
    images = images.astype("float32")
    result = keras.ops.convert_to_numpy(layer(images))
    kernels = np.split(keras.ops.convert_to_numpy(layer.kernel), groups, -1)
    parts = np.split(images, groups, axis=-1)
    expected = [
        keras.ops.conv(part, kernel, padding="same")
        for part, kernel in zip(parts, kernels)
    ]
    np.testing.assert_allclose(
        result, np.concatenate(expected, axis=-1), atol=1e-5
    )


def test_groups_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match="Received: 5 and 8"):
        GroupedConvolution(8, 1, 2).build((None, 4, 4, 5))
