import numpy as np
import pytest

from semst_tf.data.unpack_batch import source_images
from semst_tf.data.unpack_batch import unpack_batch

pytestmark = pytest.mark.backend_neutral
A, B = np.zeros((2, 8, 8, 3)), np.ones((2, 8, 8, 3))
BOTH = {"source": A, "target": B}


@pytest.mark.parametrize(
    "data",
    [
        BOTH,
        (BOTH,),
        (BOTH, None, None),
        (A, B),
        [A, B],
        ((A, B),),
        ((A, B), None, None),
        (A, B, None),
    ],
)
def test_every_form_of_keras_holds_the_same_two_domains(data):
    source, target = unpack_batch(data)
    assert source is A
    assert target is B
    assert source_images(data) is A


@pytest.mark.parametrize(
    "data",
    [
        A,
        (A,),
        (A, None, None),
        None,
        {"source": A},
        {**BOTH, "label": A},
        (BOTH, B),
        (A, B, A),
        (A, B, A, B),
        "images",
    ],
)
def test_anything_else_is_refused_in_words(data):
    with pytest.raises(ValueError, match="Received: |found: "):
        unpack_batch(data)


def test_what_is_translated_is_the_image_or_the_source():
    assert source_images(A) is A
    assert source_images((A,)) is A
    assert source_images({"source": A}) is A
    with pytest.raises(ValueError, match="Received: a dict of 'photo'"):
        source_images({"photo": A})
