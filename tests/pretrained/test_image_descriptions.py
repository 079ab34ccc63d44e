import numpy as np
import pytest
from keras import ops

from semst_tf.pretrained import describe_images
from semst_tf.pretrained import frozen_network


@pytest.mark.backend_neutral
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_a_vector_is_the_mean_of_the_feature(channels):
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (2, 40, 33, channels)).astype("float32")
    vectors = describe_images("efficientnet_lite0/stride_8")(images)
    network = frozen_network("efficientnet_lite0")
    maps = ops.convert_to_numpy(network.features(images)["stride_8"])
    assert isinstance(vectors, np.ndarray)
    assert vectors.shape == (2, 40)
    np.testing.assert_allclose(vectors, maps.mean((1, 2)), atol=1e-5)


@pytest.mark.parametrize("name", ["stride_8", "vgg/stride_8", "espnetv2/x"])
def test_unknown_features_are_refused_before_any_image(name):
    with pytest.raises(ValueError, match="Received"):
        describe_images(name)
