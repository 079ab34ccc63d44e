import keras
import numpy as np
import pytest
from keras import ops
from small import batch
from small import small_model
from small import values

from semst_tf import SemST
from semst_tf import preset_config
from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.ops.step_seeds import StepSeeds

pytestmark = pytest.mark.backend_neutral


def views_of(model, images, step=0):
    found = model.objective.views(
        ops.convert_to_tensor(images["source"]),
        ops.convert_to_tensor(images["target"]),
        StepSeeds(0, step),
    )
    return {view.kind.name: view for view in found}


def corner_of(crop, image):
    """Every place where a crop lies in an image."""
    size = crop.shape[0]
    places = range(image.shape[0] - size + 1)
    return [
        (top, left)
        for top in places
        for left in places
        if np.array_equal(image[top : top + size, left : left + size], crop)
    ]


def test_detail_lies_on_the_grid_and_every_place_is_drawn():
    model, images = small_model("semst_multiscale"), batch(1, size=32)
    # A detail of 16 in a crop of 32, in steps of 8.
    corners = set()
    for step in range(60):
        corner = ops.convert_to_numpy(
            model.objective.views._random_corner(
                ops.convert_to_tensor(images["source"]), StepSeeds(0, step)
            )
        )
        corners.add(tuple(int(place) for place in corner))
    assert corners == {(t, left) for t in (0, 8, 16) for left in (0, 8, 16)}


def test_detail_is_cut_from_the_crop_and_the_context_is_all_of_it():
    model, images = small_model("semst_multiscale"), batch(2, size=32)
    views = views_of(model, images)
    detail = ops.convert_to_numpy(views[""].source)
    corners = [
        corner_of(detail[index], images["source"][index]) for index in range(2)
    ]
    assert corners[0] == corners[1] and len(corners[0]) == 1
    context = images["source"].reshape(2, 16, 2, 16, 2, 3).mean((2, 4))
    np.testing.assert_allclose(views["context_"].source, context, atol=1e-6)


def test_fused_view_is_what_the_model_translates_there():
    # Views are of the trained generator, which goes all of the way.
    model = small_model(
        "semst_multiscale",
        **{"multi_scale.detail_size": 32, "generator.strength": 1.0},
    )
    images = batch(1, size=32)
    # The detail is the whole crop: nothing is cut off at its borders.
    views = views_of(model, images)
    np.testing.assert_allclose(
        views[""].output, model(images["source"]), atol=2e-5
    )


@pytest.mark.parametrize("identity", [True, False])
@pytest.mark.parametrize("size", [16, 24])
def test_context_and_detail_of_equal_and_of_unequal_size(size, identity):
    model = small_model(
        "semst_multiscale",
        **{
            "multi_scale.detail_size": 16,
            "contrastive.weight": 1.0,
            "contrastive.identity": identity,
        },
    )
    views = views_of(model, batch(2, size=2 * size))
    assert views[""].output.shape == (2, 16, 16, 3)
    assert views["context_"].output.shape == (2, size, size, 3)
    # The identity term is one of the context.
    assert bool(views["context_"].identity_features) == identity
    for view in views.values():
        assert {len(maps) for maps in view.features.values()} == {2}


@pytest.mark.parametrize(("size", "context"), [(8, 8), (20, 12), (16, 8)])
def test_images_that_do_not_fit_are_mirrored_until_they_do(size, context):
    model = small_model("semst_multiscale")
    images = batch(1, size=size)
    images["target"] = batch(1, size=32)["target"]
    views = views_of(model, images)
    assert views[""].source.shape == (1, 16, 16, 3)
    assert views["context_"].source.shape == (1, context, context, 3)
    assert views["context_"].target.shape == (1, 16, 16, 3)
    # What is mirrored is at the bottom and the right.
    whole = size // 2 * 2
    mean = images["source"][:, :whole, :whole].reshape(
        1, whole // 2, 2, whole // 2, 2, 3
    )
    np.testing.assert_allclose(
        views["context_"].source[:, : whole // 2, : whole // 2],
        mean.mean((2, 4)),
        atol=1e-6,
    )


@pytest.mark.parametrize(
    "fusion", ["attention", "laplacian", "fixed", "context", "detail"]
)
def test_every_fusion_trains_all_that_it_uses(fusion):
    model = small_model("tiny_multiscale", **{"multi_scale.fusion": fusion})
    model.compile(run_eagerly=True)
    before = values(model.weights)
    history = model.fit(batch(1, size=32), batch_size=1, verbose=0).history
    assert set(history) == {"loss", *model.objective.term_names()}
    assert np.isfinite(list(history.values())).all()
    for weight, old in zip(model.weights, before):
        if "kernel" in weight.path:
            changed = ops.convert_to_numpy(weight.value) != old
            assert changed.any(), weight.path


def test_one_model_for_the_user(tmp_path):
    model = small_model("tiny_multiscale")
    model.compile(run_eagerly=True)
    images = batch(1, size=32)
    model.fit(images, batch_size=1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    image = np.random.default_rng(0).integers(0, 256, (37, 51, 3), "uint8")
    translation = model.translate(image)
    assert translation.shape == image.shape and translation.dtype == "uint8"
    np.testing.assert_array_equal(loaded.translate(image), translation)
    loaded.fit(images, batch_size=1, verbose=0)
    assert int(loaded.optimizer.iterations) == 2


@pytest.mark.parametrize(
    "overrides",
    [
        {"multi_scale.detail_size": 20},
        {"data.crop_size": 100},
        {"multi_scale.detail_size": 1024},
        {"multi_scale.ratio": 0},
        {"multi_scale.fusion": "median"},
        {"contrastive.flip_equivariance": True},
    ],
    ids=lambda overrides: next(iter(overrides)),
)
def test_configurations_that_cannot_work_are_refused(overrides):
    with pytest.raises(ValueError, match="Received: "):
        preset_config("semst_multiscale").replace(overrides)


def test_single_scale_models_have_no_context_discriminator():
    assert SemST(small_model("cut").config).context_discriminator is None


def test_batches_run_together_where_sizes_agree():
    calls = []

    def function(batch):
        calls.append(tuple(batch.shape))
        return {"mean": ops.mean(batch, axis=(1, 2, 3)), "same": batch}

    batches = [
        ops.ones((2, 4, 4, 1)),
        3 * ops.ones((1, 8, 8, 1)),
        2 * ops.ones((1, 4, 4, 1)),
    ]
    results = in_one_batch(function, batches)
    assert calls == [(3, 4, 4, 1), (1, 8, 8, 1)]
    means = [ops.convert_to_numpy(r["mean"]).tolist() for r in results]
    assert means == [[1, 1], [3], [2]]
    assert [tuple(r["same"].shape) for r in results] == [
        tuple(b.shape) for b in batches
    ]
