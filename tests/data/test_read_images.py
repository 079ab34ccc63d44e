"""The first images of a folder."""

import pytest
from folders import write_images

from semst_tf.data.read_images import open_images


def test_a_negative_limit_is_refused_and_scores_no_empty_set(tmp_path):
    write_images(tmp_path / "in")
    assert len(open_images(tmp_path / "in", limit=2)) == 2
    with pytest.raises(ValueError, match="Received: limit=-1"):
        open_images(tmp_path / "in", limit=-1)
